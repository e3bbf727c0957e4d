"""Files taken into a layer: looked through from end to end first, then written in one change set, or not at all."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import geopandas
import numpy
import pandas
import shapely

from geo.analysis.shape_checks import repaired
from geo.exchange.files.incoming import Batch, in_words, is_of_old_datum
from geo.exchange.files.incoming.odd_dates import tell_no_date
from geo.exchange.files.incoming.parts import object_array
from geo.model import office_time
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.file_finding import RefusedFile
from geo.model.journal import Act, FeatureChange
from geo.model.layer import Layer
from geo.model.location import ACCURACY_FIELDS, LocationBasis, Position
from geo.service.adopting import positioned
from geo.service.field_mapping import ID, guess_mapping, taken_value, value_of, values_at_once
from geo.service.import_matching import PresentFeatures
from geo.service.import_overlaps import OverlapCheck
from geo.service.import_report import BLOCKING, MOST_MATCHES, ImportPlan, ImportReport, Match
from geo.service.inspecting import refused
from geo.service.looking import Looking
from geo.service.opened_files import OpenedFile, opened
from geo.service.road_drift import roads_of_store
from geo.service.stated_areas import areas_m2
from geo.service.sure_roads import sure_roads
from geo.store.base import Store

MOST_OFFERED, MOST_OFFERED_CORNERS = 100, 2_000
"""Repairs that are offered unasked, and the corners of their shapes: a preview is not to wait for them."""

WRONG_KIND = {
    "Polygon": N_("图层“%(layer)s”只收面，这里不是面：请画成边界再收，或换一个图层"),
    "LineString": N_("图层“%(layer)s”只收线，这里不是线：请换一个图层"),
    "Point": N_("图层“%(layer)s”只收点，这里不是点：请换一个图层"),
}
"""What is said of a shape of another kind than the layer's, by the layer's kind."""

LONGEST_ID = 100
Tell = Callable[[int, int], None]


def import_file(
    store: Store, layer_id: str, path: Path, plan: ImportPlan, act: Act | None, tell: Tell | None = None
) -> ImportReport:
    """Take a file into a layer; without an act only say what would come of it.

    Parameters
    ----------
    tell
        Hears how many features are done, and how many there are (as far as known).

    Raises
    ------
    LayerNotFound
    InvalidInput
        If the plan names what is not there.
    Conflict
        If somebody changed one of the features meanwhile.
    """
    layer = store.catalog[layer_id]
    try:
        with opened(path, plan.asked, store.catalog.zone.extent) as file, in_words(path):
            importing = _Importing(store, layer, path, plan, file)
            report = importing.look(tell)
            if act is not None and report.result != "refuse":
                importing.write(act, report, tell)
            return report
    except RefusedFile as fault:
        return ImportReport(findings=refused(fault).findings)


class _Importing:
    """Looks through a file and writes it."""

    def __init__(self, store: Store, layer: Layer, path: Path, plan: ImportPlan, file: OpenedFile) -> None:
        self.store, self.layer, self.path, self.plan, self.file = store, layer, path, plan, file
        self.findings = file.findings
        names = list(file.first.fields) if file.first is not None else []
        self.mapping = guess_mapping(layer, names, plan.told)
        self.present = PresentFeatures(store, layer)
        self.today = office_time.today()
        self.numbered = self.present.numbered(f"{self.today:%Y%m%d}-")
        self.matches: dict[int, str] = {}
        self.told_matches: list[Match] = []
        self.repairs: list[tuple[int, float, float]] = []
        self.repairable: list[tuple[int, float, float]] = []
        self.invalid_rows: set[int] = set()
        is_old = is_of_old_datum(file.crs)
        self.basis = plan.basis or (
            LocationBasis.SURVEYED if file.incoming.driver == "BoundaryTXT" and not is_old else LocationBasis.PLACED
        )
        if is_old and self.basis is LocationBasis.SURVEYED:
            message = N_(
                "%(crs)s 的坐标换算后可能差几十米到上百米，不能作为实测界址收入："
                "请先用当地的参数换算好，或改选别的位置依据"
            )
            raise InvalidInput(message, crs=file.crs_name)
        if file.datum is not None and self.basis is LocationBasis.SURVEYED:
            message = N_("按 %(datum)s 还原的坐标误差约几米，不能作为实测界址收入，请改选别的位置依据")
            raise InvalidInput(message, datum=file.datum)

    # --- first pass ---

    def look(self, tell: Tell | None) -> ImportReport:
        """Check everything; decide which features are ones that are there."""
        looking = Looking(
            self.file,
            self.store.catalog.zone.extent,
            sure_roads(self.store),
            roads_of_store(self.store) if (self.layer.geometry or "").endswith("LineString") else None,
            self.mapping.source_of("land_area_mu"),
            tell_repairable=not self.plan.repair,
        )
        self.invalid_rows = looking.invalid_rows
        overlaps = OverlapCheck(self.present)
        matched: Counter[str] = Counter()
        taken: dict[str, int] = {}
        for batch in self.file.batches():
            shapes = looking.look(batch)
            shapes = self._comparable(batch, self._shaped(batch, shapes, note=True))
            self._check_values(batch)
            ids, names = self._given_ids(batch), self._names(batch)
            for place, how in self.present.matches(self.plan.matching, ids, names, shapes):
                if self._match(batch, place, how, matched, taken) and len(self.told_matches) < MOST_MATCHES:
                    self.told_matches.append(self._told_match(batch, place, how, shapes[place]))
                self._check_replaceable(batch, place, shapes[place], how[0])
            self._check_taken(batch, ids)
            self._doubt_new(batch, names)
            overlaps.add(batch.rows, shapes)
            if tell is not None:
                tell(looking.features, 2 * max(looking.features, 1))
        looking.finish(self.path)
        overlaps.tell(self.findings, set(taken))
        self.findings.drop({"null_geometry"} if self.layer.geometry is None else set())
        report = self._report(looking, matched)
        if any(self.findings.count(code) for code in BLOCKING):
            report.result = "refuse"
        elif self.findings:
            report.result = "accept_with_findings"
        report.findings = tuple(self.findings)
        return report

    def _report(self, looking: Looking, matched: Mapping[str, int]) -> ImportReport:
        incoming = self.file.incoming
        return ImportReport(
            driver=incoming.driver, result="accept", crs=self.file.crs_name, crs_from=self.file.crs_from,
            encoding=incoming.encoding, features=looking.features, new=looking.features - len(self.matches),
            matched=dict(matched), mapping=self.mapping, extent=looking.extent.bounds, layers=incoming.layers,
            chosen_layer=incoming.layer, matches=self.told_matches, basis=self.basis, repairs=self.repairs,
            repairable=self.repairable,
        )  # fmt: skip

    def _match(self, batch: Batch, place: int, how: tuple[str, str], matched: Counter, taken: dict[str, int]) -> bool:
        """Hold a row to be a feature that is there; not where an earlier row is it already."""
        row, (feature_id, by) = int(batch.rows[place]), how
        if feature_id in taken:
            message = N_("与第 %(first)s 行对应同一个要素“%(feature)s”")
            self.findings.add("duplicate_id", message, row=row, field=by, first=taken[feature_id], feature=feature_id)
            return False
        taken[feature_id] = row
        matched[by] += 1
        self.matches[row] = feature_id
        return True

    def _check_taken(self, batch: Batch, ids: Sequence[str | None]) -> None:
        """Tell which rows would be new under the id of a feature that is there."""
        for row, given in zip(batch.rows.tolist(), ids, strict=True):
            if given in self.present.by_id and row not in self.matches:
                message = N_("图层里已有编号为“%(feature)s”的要素：请按编号认出，或在文件里换一个编号")
                self.findings.add("duplicate_id", message, row=row, field=ID, feature=given)

    def _doubt_new(self, batch: Batch, names: Sequence[object]) -> None:
        """Tell which rows of a plan layer would be new though one that is there has nearly the same name."""
        if self.layer.role != "plan" or "name" not in self.plan.matching:
            return
        for row, name in zip(batch.rows.tolist(), names, strict=True):
            if row not in self.matches and (found := self.present.like(name)) is not None:
                message = N_("将作为新要素收入，但已有名称相近的“%(name)s”：如是同一个，请在文件里填上编号 %(id)s")
                field = self.mapping.source_of("name") or "name"
                self.findings.add("similar_name", message, row=row, field=field, name=found[1], id=found[0])

    def _told_match(self, batch: Batch, place: int, how: tuple[str, str], shape: shapely.Geometry | None) -> Match:
        known = self.present.by_id[how[0]]
        basis = known.values.get("location_basis")
        is_placed = shape is not None and self.layer.field("location_basis") is not None
        new_basis = self._basis_at(batch, place).value if is_placed else None
        return Match(int(batch.rows[place]), how[0], known.values.get("name"), how[1], basis, new_basis)

    def _check_replaceable(self, batch: Batch, place: int, shape: shapely.Geometry | None, feature_id: str) -> None:
        """Tell where a position would give way to one that is less sure."""
        if shape is None or self.layer.field("location_basis") is None:
            return
        try:
            positioned(
                self.layer,
                self.present.by_id[feature_id].values.get("location_basis"),
                Position(shape, self._basis_at(batch, place)),
            )
        except InvalidInput as fault:
            self.findings.add(
                "not_replaceable", fault.message, row=int(batch.rows[place]), **{**fault.params, "field": "geometry"}
            )

    def _basis_at(self, batch: Batch, place: int) -> LocationBasis:
        source = self.mapping.source_of("location_basis")
        told = (
            value_of(self.layer.field("location_basis"), batch.fields[source][place])
            if source in batch.fields
            else None
        )
        return LocationBasis(told) if told not in (None, LocationBasis.UNLOCATED) else self.basis

    def _shaped(self, batch: Batch, shapes: numpy.ndarray, *, note: bool) -> numpy.ndarray:
        """Shapes of the layer's type; those that cannot be are told (in the first pass) and left out."""
        shapes = shapes.copy()
        if self.plan.repair:
            made = self._repair(batch, shapes)
            if note:
                self._tell_repairs(batch, made)
        elif note:
            self._offer_repairs(batch, shapes)
        if self.layer.geometry is None:
            shapes[:] = None
            return shapes
        shapes[shapely.is_empty(shapes)] = None
        kind = self.layer.geometry.removeprefix("Multi")
        single, multi = (shapely.GeometryType[name.upper()] for name in (kind, f"Multi{kind}"))
        if not self.layer.geometry.startswith("Multi"):
            of_one = (shapely.get_type_id(shapes) == multi) & (shapely.get_num_geometries(shapes) == 1)
            shapes[of_one] = shapely.get_geometry(shapes[of_one], 0)
        kinds = shapely.get_type_id(shapes)
        wrong = (kinds >= 0) & (kinds != single) & ((kinds != multi) | (self.layer.geometry == kind))
        for place in numpy.flatnonzero(wrong):
            if note:
                self.findings.add(
                    "wrong_geometry", WRONG_KIND[kind], row=int(batch.rows[place]), field="geometry",
                    layer=self.layer.title.zh,
                )  # fmt: skip
            shapes[place] = None
        return shapes

    def _repair(self, batch: Batch, shapes: numpy.ndarray) -> list[tuple[int, float, float]]:
        """Make valid what can be; row, area before and after of each."""
        found = []
        for place in self._invalid(batch):
            made = repaired(batch.shapes[place])
            if made is not None:
                before, shapes[place] = shapes[place], self._degrees(made)
                found.append((int(batch.rows[place]), *areas_m2(object_array([before, shapes[place]])).tolist()))
        return found

    def _invalid(self, batch: Batch) -> numpy.ndarray:
        """Places of the shapes that are there and not valid."""
        return numpy.flatnonzero(numpy.isin(batch.rows, list(self.invalid_rows)))

    def _comparable(self, batch: Batch, shapes: numpy.ndarray) -> numpy.ndarray:
        """Shapes without those that stay invalid: to compare one that crosses itself a million times takes hours."""
        mended = {row for row, _, _ in self.repairs}
        shapes = shapes.copy()
        for place in self._invalid(batch):
            if int(batch.rows[place]) not in mended:
                shapes[place] = None
        return shapes

    def _tell_repairs(self, batch: Batch, made: Sequence[tuple[int, float, float]]) -> None:
        self.repairs += made
        done = {row for row, _, _ in made}
        for row in batch.rows[self._invalid(batch)].tolist():
            if row not in done:
                self.findings.add("invalid_geometry", N_("几何无效，也修不好"), row=row, field="geometry")

    def _offer_repairs(self, batch: Batch, shapes: numpy.ndarray) -> None:
        """Tell what a repair would do to areas, as far as that takes no time."""
        for place in self._invalid(batch):
            if len(self.repairable) >= MOST_OFFERED:
                return
            if shapely.get_num_coordinates(shapes[place]) > MOST_OFFERED_CORNERS:
                continue
            made = repaired(batch.shapes[place])
            if made is not None:
                both = areas_m2(object_array([shapes[place], self._degrees(made)])).tolist()
                self.repairable.append((int(batch.rows[place]), *both))

    def _degrees(self, shape: shapely.Geometry) -> shapely.Geometry:
        return self.file.in_degrees()(object_array([shape]))[0]

    def _check_values(self, batch: Batch) -> None:
        """Every value that cannot be one of its field is told."""
        for source, target in self.mapping.fields.items():
            if target == ID or source not in batch.fields:
                continue
            wanted = self.layer.field(target)
            if values_at_once(wanted, batch.fields[source]) is not None:
                continue
            for row, given in zip(batch.rows, batch.fields[source], strict=True):
                try:
                    value_of(wanted, given)
                except InvalidInput as fault:
                    if wanted.type == "date":
                        tell_no_date(self.findings, int(row), source, given)
                        continue
                    self.findings.add("wrong_value", fault.message, row=int(row), **{**fault.params, "field": source})
        ids = self._ids(batch)
        if "".join(ids).isprintable() and len(max(ids, key=len, default="")) <= LONGEST_ID:
            return
        for row, feature_id in zip(batch.rows, ids, strict=True):
            if len(feature_id) > LONGEST_ID or not feature_id.isprintable():
                message = N_("编号太长或含控制符，最多 %(most)s 个字符")
                self.findings.add("invalid_id", message, row=int(row), field=ID, most=LONGEST_ID)

    # --- what a row says ---

    def _given_ids(self, batch: Batch) -> list[str | None]:
        source = self.mapping.source_of(ID)
        values = batch.fields.get(source) if source else batch.ids
        return [None if value in (None, "") else _id_text(value) for value in values or [None] * len(batch)]

    def _ids(self, batch: Batch) -> list[str]:
        """The file's own ids, else the day and a number behind those that files of the same day have."""
        day, numbers = f"{self.today:%Y%m%d}", (batch.rows + self.numbered).tolist()
        return [given or f"{day}-{number}" for given, number in zip(self._given_ids(batch), numbers, strict=True)]

    def _names(self, batch: Batch) -> Sequence[object]:
        source = self.mapping.source_of("name")
        return batch.fields[source] if source in batch.fields else [None] * len(batch)

    def _values(self, batch: Batch) -> dict[str, list[object]]:
        """Columns of the layer's fields."""
        found = {}
        for source, target in self.mapping.fields.items():
            if target != ID:
                wanted = self.layer.field(target)
                given = batch.fields.get(source, [None] * len(batch))
                read = values_at_once(wanted, given)
                found[target] = [taken_value(wanted, each) for each in given] if read is None else read
        return found

    # --- second pass ---

    def write(self, act: Act, report: ImportReport, tell: Tell | None) -> None:
        """Write new features batch by batch and change those that are there, in one transaction."""
        changes: list[FeatureChange] = []
        frames = self._frames(changes, report.features, tell)  # which fill `changes` on their way
        report.written, report.change_set = self.store.take_in(self.layer.id, frames, changes, act)

    def _frames(
        self, changes: list[FeatureChange], total: int, tell: Tell | None
    ) -> Iterator[geopandas.GeoDataFrame | pandas.DataFrame]:
        done = 0
        for batch in self.file.batches():
            shapes = self._shaped(batch, self.file.in_degrees()(batch.shapes), note=False)
            values = self._values(batch)
            fresh = numpy.array([row not in self.matches for row in batch.rows.tolist()], dtype=bool)
            for place in numpy.flatnonzero(~fresh):
                changes.append(self._change(batch, int(place), shapes[place], values))
            if fresh.any():
                yield self._frame(batch, fresh, shapes, values)
            done += len(batch)
            if tell is not None:
                tell(total + done, 2 * total)

    def _frame(
        self, batch: Batch, fresh: numpy.ndarray, shapes: numpy.ndarray, values: dict[str, list[object]]
    ) -> geopandas.GeoDataFrame | pandas.DataFrame:
        places = numpy.flatnonzero(fresh)
        ids = self._ids(batch)
        columns = {name: [column[place] for place in places] for name, column in values.items()}
        if "name" not in columns:
            columns["name"] = [None] * len(places)
        columns["name"] = [name or ids[place] for name, place in zip(columns["name"], places, strict=True)]
        if self.layer.field("location_basis") is not None and self.layer.geometry is not None:
            self._add_positions(columns, shapes[places])
        index = pandas.Index([ids[place] for place in places], name=ID, dtype=object)
        made = {name: pandas.Series(column, index=index, dtype=object) for name, column in columns.items()}
        if self.layer.geometry is None:
            return pandas.DataFrame(made, index=index)
        return geopandas.GeoDataFrame(made, index=index, geometry=shapes[places], crs=STORED_CRS)

    def _add_positions(self, columns: dict[str, list[object]], shapes: numpy.ndarray) -> None:
        """On what each position rests: the file's own word, else the user's; none without a shape."""
        count = len(shapes)
        there = ~shapely.is_missing(shapes)
        told = columns.get("location_basis", [None] * count)
        accuracy_field = _accuracy_field(self.layer)
        accuracy = columns.get(accuracy_field, [None] * count)
        columns["location_basis"] = [
            (basis if basis not in (None, "unlocated") else self.basis.value) if has else "unlocated"
            for basis, has in zip(told, there, strict=True)
        ]
        if accuracy_field is not None:
            columns[accuracy_field] = [
                (self.plan.accuracy_m if value is None else value) if has and basis != "schematic" else None
                for value, has, basis in zip(accuracy, there, columns["location_basis"], strict=True)
            ]

    def _change(
        self, batch: Batch, place: int, shape: shapely.Geometry | None, values: dict[str, list[object]]
    ) -> FeatureChange:
        """What a row changes of a feature that is there: values that it states, and its position if that is as sure."""
        present = self.present.by_id[self.matches[int(batch.rows[place])]]
        stated = {name: column[place] for name, column in values.items() if column[place] is not None}
        basis = stated.pop("location_basis", None) or self.basis.value
        accuracy_m, note = stated.pop("location_accuracy_m", None), stated.pop("location_note", None)
        if shape is None or self.layer.geometry is None:
            return FeatureChange(self.layer.id, present.feature_id, present.revision, stated)
        if self.layer.field("location_basis") is None:
            return FeatureChange(self.layer.id, present.feature_id, present.revision, stated, shape)
        accuracy_m = self.plan.accuracy_m if accuracy_m is None else accuracy_m
        position = Position(shape, LocationBasis(basis), accuracy_m, note or self.path.name)
        fields, geometry = positioned(self.layer, present.values.get("location_basis"), position)
        own = {**stated, **_own_fields(self.layer, fields)}
        return FeatureChange(self.layer.id, present.feature_id, present.revision, own, geometry)


def _accuracy_field(layer: Layer) -> str | None:
    """Where a layer says how surely a place is known: roads have an error."""
    return next((name for name in ACCURACY_FIELDS if layer.field(name) is not None), None)


def _own_fields(layer: Layer, fields: dict[str, object]) -> dict[str, object]:
    """What a layer of roads has of the fields of a position; an error that nobody tells leaves the one of before."""
    if layer.field("location_accuracy_m") is not None:
        return fields
    own = {"location_basis": fields["location_basis"], _accuracy_field(layer): fields["location_accuracy_m"]}
    return {name: value for name, value in own.items() if name is not None and value is not None}


def _id_text(value: object) -> str:
    if type(value) is str:
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
