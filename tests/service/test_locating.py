"""Phrases on the roads of a file and of the store, from words to a place."""

import shutil

import pytest
import shapely
from pyproj import Geod

from geo.analysis.shifted_datums import datum_named, shifted
from geo.model.errors import InvalidFile, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.service.intake import open_or_create
from geo.service.locating import locate, locate_all, network_of_file, network_of_store
from geo.web.settings import ROOT
from tests.analysis.networks import straight, to_metres, town

ELLIPSOID = Geod(ellps="GRS80")


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp("roads") / "路网.gpkg"
    roads = [
        straight("洪河大道", (-900, 0), (900, 0)), straight("金沙路", (0, -900), (0, 900)),
        straight("北环路", (-900, 500), (900, 500)), straight("东环路", (500, -900), (500, 900)),
    ]  # fmt: skip
    town(roads, 5).to_file(path)
    return network_of_file(path)


@pytest.mark.parametrize(
    ("text", "east", "north"),
    [
        ("洪河大道与金沙路交叉口西北侧", -1, 1), ("洪河大道于金沙路交汇处东南角", 1, -1),
        ("金沙路以西、洪河大道以南", -1, -1),
        ("洪河大道与金沙路交叉口往南400米路东", 1, -1), ("金沙路（洪河大道至北环路段）西侧", -1, 1),
        ("东至东环路，南至洪河大道，西至金沙路，北至北环路", 1, 1), ("洪河路与金沙路交口东北角", 1, 1),
    ],
)  # fmt: skip
def test_words_lead_to_the_right_side(network, text, east, north):
    located = locate(text, network, area_mu=29.45)
    assert located.basis == "located", located.place.reason
    middle = to_metres(located.place.geometry, 5).centroid
    assert middle.x * east > 0 and middle.y * north > 0
    if "至" not in text[:3]:
        area_m2 = ELLIPSOID.geometry_area_perimeter(located.place.geometry)[0]
        assert area_m2 == pytest.approx(29.45 * 2000 / 3, rel=0.005)
    assert located.accuracy_m >= 30 and isinstance(located.accuracy_m, int)


def test_several_sites_at_one_corner_stand_side_by_side(network):
    phrases = [("洪河大道与金沙路交叉口西北侧", 20.0), ("金沙路与洪河大道交叉口西北角", 30.0)]
    one, other = (located.place.geometry for located in locate_all(phrases, network))
    assert one.disjoint(other)


def test_what_is_not_found_is_unlocated_with_a_reason(network):
    located = locate("天中山大道与金沙路交叉口西北侧", network)
    assert located.basis == "unlocated" and located.accuracy_m is None and "天中山大道" in str(located.place.reason)


@pytest.mark.parametrize(
    ("text", "area_mu"),
    [("", 1.0), ("  ", None), ("甲路", 0.0), ("甲路", -1.0), ("甲路", float("nan")), ("甲路", 1e9), ("\udcff", 1.0)],
)
def test_words_and_areas_that_are_none_are_refused(network, text, area_mu):
    with pytest.raises(InvalidInput):
        locate(text, network, area_mu=area_mu)


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(InvalidFile):
        network_of_file(tmp_path / "roads.gpkg")


@pytest.mark.parametrize("datum", ["GCJ-02", "bd09"])
def test_roads_of_a_map_service_are_put_back_where_they_are(tmp_path, network, datum):
    """The shift here is about 550 m and, for BD-09, over 1 km; the library makes it."""
    roads = town([straight("洪河大道", (-900, 0), (900, 0)), straight("金沙路", (0, -900), (0, 900))], 5)
    roads.geometry = shapely.transform(roads.geometry.to_numpy(), lambda points: shifted(points, datum_named(datum)))
    path = tmp_path / "高德路网.geojson"
    roads.to_file(path)
    moved = network_of_file(path, crs=datum)
    true, found = (locate("洪河大道与金沙路交叉口西北侧", each, area_mu=20).place for each in (network, moved))
    assert shapely.hausdorff_distance(true.geometry, found.geometry) < 2e-5
    assert "偏移" in "".join(map(str, moved.remarks))


def test_the_roads_of_the_store_give_what_ships_with_the_plan(shipped):
    network = network_of_store(shipped)
    schools = shipped.read_frame("schools", FeatureQuery())
    located = schools[schools["location_basis"] == "located"]
    phrases = [(row.location_text, row.land_area_mu) for row in located.itertuples()]
    places = [found.place for found in locate_all(phrases, network)]
    assert len(located) == 6
    for place, geometry in zip(places, located.geometry, strict=True):
        assert shapely.hausdorff_distance(place.geometry, geometry) < 1e-6


def test_a_store_without_roads_says_so(tmp_path):
    layers = tmp_path / "layers"
    shutil.copytree(ROOT / "layers", layers, ignore=shutil.ignore_patterns("roads"))
    store = open_or_create(f"gpkg://{tmp_path / 'plan.gpkg'}", layers)
    with pytest.raises(InvalidInput, match="没有道路数据"):
        network_of_store(store)
    store.close()
