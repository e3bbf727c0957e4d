"""What goes to the land-use bureau: one archive with the parcels in every form, the checks, a map and a manifest."""

import hashlib
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import orjson

from geo.exchange import parcel_check
from geo.exchange import reports as report_files
from geo.exchange.boundary_txt import DEFAULT_PROFILE, Profile
from geo.exchange.files.steady import steady_drawing, steady_geopackage, steady_workbook, write_zip
from geo.exchange.table import Edition
from geo.exchange.workbook import PlainTable, csv_table
from geo.model.crs import STORED_CRS, gauss_kruger_crs, zone_of_crs
from geo.model.errors import Conflict, InvalidFile, InvalidInput, N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.land_use import with_land_use
from geo.model.location import BASIS_TITLES
from geo.model.parcel_check import CheckedParcel, ParcelCheck
from geo.model.remark import Remark, worded
from geo.service import map_picture, parcel_checks, parcel_report, parcels
from geo.service.export import FORMATS
from geo.service.export_source import DEGREES, EQUAL_NOTE, Wanted, checked_crs
from geo.service.parcel_source import ParcelSource
from geo.service.parcels import Chosen
from geo.store.base import Store

MANIFEST, MAP_SHEET = "manifest.json", "map_sheet.pdf"
ROUNDED_NOTE = N_("GeoJSON 和 KML 的坐标取 9 位小数（约 0.1 毫米），界址以界址点 TXT、GeoPackage 和 Shapefile 为准")
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class SubmissionWish:
    """How a package is to be made.

    Parameters
    ----------
    bases
        Of the parcels; what is not surveyed is marked in every file.
    crs
        Of GeoPackage and Shapefile; by default the zone of the parcels with its digits.
    year
        Adds each parcel's status as of its end.
    profile, profile_name
        Of the boundary-point file.
    encoding
        Of the Shapefiles.
    review_number
        审图号 of the map sheet.
    as_of
        The past day as of which the store is read, ISO 8601.
    """

    bases: Sequence[str] = parcels.SURVEYED
    crs: str | None = None
    year: int | None = None
    profile: Profile = DEFAULT_PROFILE
    profile_name: str = "default"
    encoding: str = "UTF-8"
    review_number: str = ""
    as_of: str | None = None
    language: str = "zh"
    translate: Callable[[str], str] = str


@dataclass(frozen=True)
class Member:
    """A file of the package.

    Parameters
    ----------
    what
        What it is, in words.
    crs
        Of its coordinates; None where it has none.
    """

    name: str
    what: str
    content: Path
    crs: str | None = None


@dataclass(frozen=True)
class Absent:
    """A file that the package has not, and why."""

    name: str
    reason: Remark


def absent_map(check: ParcelCheck) -> Absent | None:
    """Why there is no map sheet; None where there is one."""
    if len(check.parcels) <= map_picture.MOST_FEATURES:
        return None
    message = N_("没有位置图：共 %(count)s 个地块，一张图上最多画 %(most)s 个，请分批报送")
    return Absent(MAP_SHEET, Remark(message, count=len(check.parcels), most=map_picture.MOST_FEATURES))


@dataclass(frozen=True)
class Package:
    """A package that is there as a whole; it is gone once it is closed.

    Attributes
    ----------
    path
        The archive.
    absent
        What it has not and usually has.
    notes
        What is odd about all of it.
    """

    path: Path
    check: ParcelCheck
    members: tuple[str, ...]
    absent: tuple[Absent, ...]
    notes: tuple[Remark, ...]
    _folder: tempfile.TemporaryDirectory = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """The archive in pieces; closes the package when they are read."""
        try:
            with self.path.open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        finally:
            self.close()

    def close(self) -> None:
        """Take the package away; once more does nothing."""
        self._folder.cleanup()


def package(store: Store, layer_ids: Sequence[str], wish: SubmissionWish) -> Package:
    """Make a package of the parcels of some layers.

    Raises
    ------
    LayerNotFound, InvalidInput
        If nothing can be submitted: a wrong layer, basis, CRS or year, or no parcel that fits; nothing is made then.
    Conflict
        If the data were changed meanwhile.
    """
    crs = checked_crs(wish.crs, planes=True)
    if wish.year is not None:
        store.catalog.zone.check_year(wish.year)
    before = store.journal_head().seq
    chosen = parcels.choose(store, layer_ids, wish.bases, year=wish.year)
    if not chosen.parcels:
        raise _nothing(chosen, wish)
    check = parcel_checks.check(store, chosen, language=wish.language)
    folder = tempfile.TemporaryDirectory(prefix="atlas-")
    try:
        making = _Making(store, chosen, check, replace(wish, crs=crs), Path(folder.name))
        path, names = making.archive()
        if store.journal_head().seq != before:
            raise Conflict(N_("制作报送包时数据有改动，请再做一次"))
    except BaseException:
        folder.cleanup()
        raise
    return Package(path, check, names, tuple(making.absent), making.notes, folder)


def _nothing(chosen: Chosen, wish: SubmissionWish) -> InvalidInput:
    """Why there is no parcel, with how many features there are of each basis."""
    counts = Counter(str(each.basis or "unlocated") for each in chosen.left_out)
    say = wish.translate
    told = [f"{say(BASIS_TITLES.get(basis, N_('位置依据不明')))} {count}" for basis, count in sorted(counts.items())]
    asked = say(N_("、")).join(say(BASIS_TITLES[basis]) for basis in chosen.bases)
    message = N_("没有可报送的地块：要求的是%(asked)s，所选图层里只有：%(found)s")
    return InvalidInput(message, asked=asked, found=say(N_("、")).join(told) or "0")


@dataclass(frozen=True)
class _Making:
    """One package in the making."""

    store: Store
    chosen: Chosen
    check: ParcelCheck
    wish: SubmissionWish
    folder: Path
    absent: list[Absent] = field(default_factory=list)

    @property
    def on(self) -> date:
        return self.check.on

    @property
    def plane(self) -> str:
        """Of drawing and boundary points, which have metres."""
        crs = self.wish.crs
        return crs if crs and crs not in DEGREES else gauss_kruger_crs(self.check.zone, with_zone_digits=True)

    @property
    def notes(self) -> tuple[Remark, ...]:
        wanted, own = zone_of_crs(self.plane), self.check.zone
        message = N_("坐标按您指明的 %(wanted)s 带，地块在 %(own)s 带：坐标和界址点里的面积有变形")
        return () if wanted in (None, own) else (Remark(message, wanted=wanted, own=own),)

    def say(self, message: str, **params: object) -> str:
        return worded(message, params, self.wish.translate)

    def archive(self) -> tuple[Path, tuple[str, ...]]:
        """The whole archive and the names in it."""
        members = list(self._members())
        manifest = self._write(MANIFEST, [self._manifest(members)])
        names = [*((each.name, each.content) for each in members), (MANIFEST, manifest)]
        path = self.folder / "package.zip"
        write_zip(path, names, self.on)
        return path, tuple(name for name, _ in names)

    def _members(self) -> Iterator[Member]:
        say, plane = self.say, self.plane
        source = self._source()
        yield self._file("parcels.geojson", N_("地块，GeoJSON（RFC 7946）"), source, "geojson", STORED_CRS)
        copy = N_("地块，GeoJSON，CGCS2000 工作副本")
        yield self._file("parcels_cgcs2000.geojson", copy, source, "geojson", "EPSG:4490")
        crs = self.wish.crs or plane
        geopackage = self._file("parcels.gpkg", N_("地块，GeoPackage"), source, "gpkg", crs)
        steady_geopackage(geopackage.content, self.on)
        yield geopackage
        yield from self._shapefiles(source, crs)
        marked = replace(source, marked=True)
        yield self._file("boundary_points.txt", N_("界址点坐标"), marked, "txt", plane)
        drawing = self._file("parcels.dxf", N_("地块，CAD 图形"), marked, "dxf", plane)
        steady_drawing(drawing.content, self.on)
        yield drawing
        yield self._file("parcels.kml", N_("地块，手机和地球软件用"), marked, "kml", STORED_CRS)
        table = self._file("attributes.xlsx", N_("属性表"), source, "xlsx", None)
        steady_workbook(table.content, self.on)
        yield table
        yield self._file("attributes.csv", N_("属性表"), source, "csv", None)
        yield from self._reports()
        if (no_map := absent_map(self.check)) is not None:
            self.absent.append(no_map)
        else:
            yield Member(MAP_SHEET, say(N_("位置图")), self._write("map.pdf", [self._map()]), self.check.crs)
        yield Member("left_out.csv", say(N_("没有报送的要素和原因")), self._write("left.csv", [self._left_out()]))

    def _reports(self) -> Iterator[Member]:
        """What was checked, for programs and for people."""
        language, translate = self.wish.language, self.wish.translate
        document = parcel_check.dumps(parcel_check.document(self.check, translate, language))
        report = parcel_report.report(self.store, self.check, language=language, translate=translate)
        pdf = report_files.write(report, "pdf", on=self.on)
        title = self.say(N_("检查报告"))
        yield Member("check_report.json", title, self._write("check.json", [document]), STORED_CRS)
        yield Member("check_report.pdf", title, self._write("check.pdf", [pdf]))

    def _source(self) -> ParcelSource:
        """The parcels in the edition that all files have."""
        filled = {
            layer.id: {
                "geom",
                *(
                    name
                    for parcel in self.chosen.parcels
                    if parcel.layer.id == layer.id
                    for name, value in with_land_use(self.store.catalog, layer.id, parcel.properties).items()
                    if value is not None
                ),
            }
            for layer in self._layers()
        }
        wish = self.wish
        edition = Edition(wish.year, self.store.demo, wish.language, wish.translate, self._scope(), filled)
        queries = {layer.id: FeatureQuery(year=wish.year) for layer in self._layers()}
        wanted = Wanted(encoding=wish.encoding, profile=wish.profile)
        return ParcelSource(self.store, queries, edition, False, wanted, self.chosen.parcels)

    def _layers(self) -> list:
        """Layers that have a parcel in the package."""
        present = {parcel.layer.id for parcel in self.chosen.parcels}
        return [layer for layer in self.chosen.layers if layer.id in present]

    def _scope(self) -> list[tuple[str, str]]:
        """What every reader has to know, as label and words."""
        say = self.say
        counts = Counter(parcel.basis for parcel in self.check.parcels)
        bases = say(N_("、")).join(f"{say(BASIS_TITLES[basis])} {count}" for basis, count in counts.items())
        rows = [(say(N_("报送地块")), bases), (say(N_("没有报送")), str(len(self.check.left_out)))]
        if self.wish.as_of:
            rows.insert(0, (say(N_("数据截至")), self.wish.as_of))
        if set(counts) - set(parcels.SURVEYED):
            rows.append((say(N_("提示")), say(N_("含非实测地块，见每个地块的位置依据和误差，不能作为界址"))))
        if self.store.demo:
            rows.append((say(N_("演示")), say(N_("演示数据：进展为虚构，不得引用"))))
        return rows

    def _file(self, name: str, what: str, source: ParcelSource, format_name: str, crs: str | None) -> Member:
        wanted = replace(source.wanted, crs=crs)
        content = FORMATS[format_name].write(replace(source, wanted=wanted))
        return Member(name, self.say(what), self._write(name, content), crs)

    def _shapefiles(self, source: ParcelSource, crs: str) -> Iterator[Member]:
        """Each file of the archive that an export of Shapefiles is; none where one could not be proved."""
        try:
            packed = self._file("shapefiles.zip", N_("地块，Shapefile"), source, "shp", crs)
        except InvalidFile as fault:
            self.absent.append(Absent("shapefile/", Remark(fault.message, **fault.params)))
            return
        with zipfile.ZipFile(packed.content) as archive:
            for name in sorted(archive.namelist()):
                what = N_("字段说明") if name.endswith(".csv") else N_("地块，Shapefile")
                yield Member(f"shapefile/{name}", self.say(what), self._write(f"shp-{name}", [archive.read(name)]), crs)

    def _write(self, name: str, chunks: Iterable[bytes]) -> Path:
        path = self.folder / name
        with path.open("wb") as file:
            file.writelines(chunks)
        return path

    def _map(self) -> bytes:
        """A sheet of the parcels and nothing else of the plan."""
        zone, wish = self.store.catalog.zone, self.wish
        year = wish.year or zone.nearest_year(self.on.year)
        condition = Condition("location_basis", tuple(self.chosen.bases))
        queries = {layer.id: FeatureQuery(conditions=(condition,)) for layer in self._layers()}
        title = self.say(N_("%(zone)s报送地块位置图"), zone=getattr(zone.title, wish.language))
        sheet = map_picture.Wish(
            year,
            title,
            self._scope(),
            wish.review_number,
            as_of=wish.as_of,
            language=wish.language,
            translate=wish.translate,
        )
        return map_picture.picture_of(self.store, map_picture.shown(queries, year, schematic=False), sheet, "pdf")

    def _left_out(self) -> bytes:
        say = self.say
        headers = [say(N_("图层")), say(N_("编号")), say(N_("名称")), say(N_("位置依据")), say(N_("原因"))]
        rows = [
            [
                getattr(self.store.catalog[each.layer_id].title, self.wish.language),
                each.feature_id,
                each.name,
                say(BASIS_TITLES.get(str(each.basis), N_("位置依据不明"))),
                say(each.reason.message, **each.reason.params),
            ]
            for each in self.check.left_out
        ]
        return csv_table(PlainTable("", headers, rows))

    def _manifest(self, members: Sequence[Member]) -> bytes:
        """What the package holds and on what it rests, with the hash of every other member."""
        zone, check, wish = self.store.catalog.zone, self.check, self.wish
        document = {
            "made_on": self.on.isoformat(),
            "as_of": wish.as_of,
            "zone": getattr(zone.title, wish.language),
            "plan": getattr(zone.plan, wish.language),
            "demonstration": check.demo,
            "notes": [
                self.say(EQUAL_NOTE), self.say(ROUNDED_NOTE), *(f"{label}: {words}" for label, words in self._scope()),
                *(self.say(note.message, **note.params) for note in self.notes),
            ],
            "bases": list(check.bases),
            "status_year": wish.year,
            "measured_in": check.crs,
            "versions": {
                "journal": {"seq": check.seq, "hash": check.hash},
                "land_use_codes": check.codes,
                "boundary_profile": {"name": wish.profile_name, "version": wish.profile.version},
                "control_lines": [
                    {"kind": line.kind, "title": getattr(line.title, wish.language), "loaded": line.count > 0,
                     "editions": [{"version": version, "date": day} for version, day in line.editions]}
                    for line in check.lines
                ],
            },
            "findings": dict(Counter(finding.code for finding in check.findings)),
            "parcels": [self._parcel(parcel) for parcel in check.parcels],
            "left_out": [
                {"layer": each.layer_id, "id": each.feature_id, "name": each.name, "basis": each.basis,
                 "reason": self.say(each.reason.message, **each.reason.params)}
                for each in check.left_out
            ],
            "members": [_entry(member) for member in members],
            "not_made": [
                {"name": each.name, "reason": self.say(each.reason.message, **each.reason.params)}
                for each in self.absent
            ],
        }  # fmt: skip
        return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def _parcel(self, parcel: CheckedParcel) -> dict[str, object]:
        return {
            "layer": parcel.layer.id,
            "id": parcel.feature_id,
            "name": parcel.name,
            "basis": parcel.basis,
            "surveyed": parcel.basis == "surveyed",
            "accuracy_m": parcel.accuracy_m,
            "land_use_code": parcel.code,
            "land_use_code_from": parcel.code_given if parcel.code else None,
        }


def _entry(member: Member) -> dict[str, object]:
    with member.content.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "name": member.name,
        "what": member.what,
        "bytes": member.content.stat().st_size,
        "sha256": sha256,
        "crs": member.crs,
    }
