"""Where the words of a plan lead: on the roads of the store, or on those of a file."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas
import pandas
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.locating import Site, locate_sites
from geo.analysis.network import RoadNetwork
from geo.analysis.places import Place
from geo.analysis.shifted_datums import datum_named, unshifted
from geo.exchange.files.network import read_network
from geo.exchange.location_phrase import parse_location
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.location import LocationBasis, LocationPhrase
from geo.model.remark import Remark
from geo.model.units import SQUARE_METRES_PER_MU
from geo.service.road_drift import KnownGround, Suspicion, look_for_shift
from geo.store.base import Store

LARGEST_MU = 1_000_000.0


@dataclass(frozen=True)
class Network:
    """Roads ready to be asked, and where they come from.

    Parameters
    ----------
    source
        `file`, `layer` and `name_field` of a file, or `layer` of the store.
    version
        Tells these data from earlier ones: the file's SHA-256, or the revision of each layer.
    remarks
        Choices and doubts of the reading.
    rows
        Of a file: what it says of each row of `roads`.
    suspicion
        Why its coordinates seem to be shifted.
    assumptions
        What is taken for granted of it, because nothing tells.
    """

    roads: RoadNetwork
    source: dict[str, str]
    version: str
    remarks: tuple[Remark, ...] = ()
    rows: geopandas.GeoDataFrame | None = None
    suspicion: Suspicion | None = None
    assumptions: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Located:
    """A phrase, how it was read, and where it leads."""

    phrase: LocationPhrase
    area_mu: float | None
    place: Place

    @property
    def basis(self) -> LocationBasis:
        return LocationBasis.UNLOCATED if self.place.geometry is None else LocationBasis.LOCATED

    @property
    def accuracy_m(self) -> int | None:
        """Whole metres, rounded up."""
        accuracy_m = self.place.accuracy_m
        return None if accuracy_m is None else math.ceil(round(accuracy_m, 3))


def network_of_file(
    path: Path,
    *,
    layer: str | None = None,
    name_field: str | None = None,
    crs: str | None = None,
    ground: KnownGround | None = None,
) -> Network:
    """The roads of a file.

    Parameters
    ----------
    layer, name_field
        As `read_network` takes them.
    crs
        The same; also `GCJ-02` or `BD-09`: degrees that a map service has shifted, which are put back.
    ground
        What is known of the ground, to suspect such a shift that nobody told.

    Raises
    ------
    InvalidFile
        If it cannot be read or holds no named roads.
    InvalidInput
        If `crs` is none.
    """
    datum = None if crs is None else datum_named(crs)
    read = read_network(path, layer=layer, name_field=name_field, crs=None if datum else crs)
    remarks = read.remarks
    if datum is not None:
        true_lines = shapely.transform(read.roads.geometry.to_numpy(), lambda points: unshifted(points, datum))
        read.roads.geometry = true_lines
        message = N_("%(file)s 的坐标按 %(datum)s 改正过偏移")
        remarks = (*remarks, Remark(message, file=path.name, datum=datum))
    source = {"file": path.name, "layer": read.layer, "name_field": read.name_field}
    with path.open("rb") as file:
        version = "SHA-256 " + hashlib.file_digest(file, "sha256").hexdigest()
    roads = RoadNetwork(read.roads, default_error_m=read.default_error_m)
    suspicion, untold = look_for_shift(roads, ground) if ground is not None and datum is None else (None, None)
    return Network(roads, source, version, remarks, roads.rows, suspicion, (untold,) if untold else ())


def network_of_store(store: Store) -> Network:
    """The roads of the store: every layer whose definition says that it is a network.

    Raises
    ------
    InvalidInput
        If the store has no such layer, or its layers are empty.
    """
    layer_ids = [layer.id for layer in store.catalog.values() if layer.network]
    frames = [store.read_frame(layer_id, FeatureQuery()) for layer_id in layer_ids]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise InvalidInput(N_("没有道路数据：图层定义里没有 network = true 的图层，或图层是空的"))
    roads = geopandas.GeoDataFrame(pandas.concat(frames, ignore_index=True), crs=STORED_CRS)
    version = ", ".join(f"{layer_id} {store.revision(layer_id)}" for layer_id in layer_ids)
    return Network(RoadNetwork(roads), {"layer": ", ".join(layer_ids)}, version)


def locate(text: str, network: Network, *, area_mu: float | None = None) -> Located:
    """Where one phrase leads.

    Raises
    ------
    InvalidInput
        If the phrase is empty or the area is none.
    """
    return locate_all([(text, area_mu)], network)[0]


def locate_all(
    phrases: Sequence[tuple[str, float | None]],
    network: Network,
    *,
    standing: Sequence[BaseGeometry] = (),
    progress: Callable[[int, int], None] | None = None,
) -> list[Located]:
    """Where phrases lead, each with its area in 亩 or None; sites at one corner stand side by side in this order.

    Parameters
    ----------
    standing
        Land in EPSG:4326 that is taken already.
    progress
        Told after each phrase how many are done, and how many there are.

    Raises
    ------
    InvalidInput
        If a phrase is empty or an area is none; nothing is placed then.
    """
    sites = []
    for text, area_mu in phrases:
        if not text.strip() or not _is_text(text):
            raise InvalidInput(N_("位置描述是空的，或不是 UTF-8 文字"))
        if area_mu is not None and not 0 < area_mu <= LARGEST_MU:
            raise InvalidInput(N_("面积应大于 0 且不超过 %(most)s 亩，现为 %(given)s"), most=LARGEST_MU, given=area_mu)
        area_m2 = None if area_mu is None else area_mu * SQUARE_METRES_PER_MU
        sites.append(Site(parse_location(text.strip()), area_m2))
    places = locate_sites(sites, network.roads, standing=standing, progress=progress)
    return [
        Located(site.phrase, area_mu, _suspected(place, network).doubting(*_further_sites(site.phrase)))
        for site, (_, area_mu), place in zip(sites, phrases, places, strict=True)
    ]


def _suspected(place: Place, network: Network) -> Place:
    """A place with the doubt and the error that shifted roads leave."""
    if network.suspicion is None or place.geometry is None:
        return place
    accuracy_m = place.accuracy_m + network.suspicion.shift_m
    return replace(place.doubting(network.suspicion.remark), accuracy_m=accuracy_m)


def _further_sites(phrase: LocationPhrase) -> tuple[Remark, ...]:
    """The doubt that words name more sites than the one that is placed."""
    if not phrase.more:
        return ()
    others = " / ".join(site.text for site in phrase.more)
    message = N_("这句话说了 %(count)s 处，只定了第一处；另有：%(others)s")
    return (Remark(message, count=len(phrase.more) + 1, others=others),)


def _is_text(text: str) -> bool:
    """Whether these are characters, not bytes that a terminal could not read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
