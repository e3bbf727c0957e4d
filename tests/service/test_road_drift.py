"""Places on a road file that seems to be shifted are doubtful, by at least the shift."""

import geopandas
import pytest
import shapely

from geo.analysis.shifted_datums import shifted
from geo.model.journal import Act, FeatureChange
from geo.service.intake import open_or_create
from geo.service.locating import locate, network_of_file
from geo.service.replacing import propose_replacing
from geo.service.road_drift import KnownGround, ground_of_folder, ground_of_store
from geo.web.settings import ROOT
from tests.analysis.test_drift import ROADS, parcels
from tests.analysis.test_road_drift import NAMES, known

PHRASE = "经3路与纬4路交叉口东北角"
NOTHING = known(1, 10.0, 0)


def road_file(folder, datum=None):
    lines = [shapely.transform(line, lambda xy: shifted(xy, datum)) for line in ROADS] if datum else ROADS
    path = folder / f"roads-{datum}.gpkg"
    geopandas.GeoDataFrame({"name": NAMES}, geometry=lines, crs="EPSG:4326").to_file(path)
    return path


@pytest.mark.parametrize("ground", [KnownGround(known(1, 30.0)), KnownGround(NOTHING, tuple(parcels(1, 40)))])
def test_nothing_is_certain_on_roads_that_seem_shifted(tmp_path, ground):
    path = road_file(tmp_path, "GCJ-02")
    unaware = locate(PHRASE, network_of_file(path), area_mu=10)
    doubted = locate(PHRASE, network_of_file(path, ground=ground), area_mu=10)
    assert unaware.place.is_certain and not doubted.place.is_certain
    assert "GCJ-02" in str(doubted.place.doubts[0])
    assert doubted.accuracy_m >= unaware.accuracy_m + 500


@pytest.mark.parametrize("ground", [KnownGround(known(1, 30.0)), KnownGround(NOTHING, tuple(parcels(1, 40)))])
def test_true_roads_and_roads_put_back_leave_no_doubt(tmp_path, ground):
    true = locate(PHRASE, network_of_file(road_file(tmp_path), ground=ground), area_mu=10)
    back = network_of_file(road_file(tmp_path, "GCJ-02"), crs="GCJ-02", ground=ground)
    assert true.place.is_certain and locate(PHRASE, back, area_mu=10).place.is_certain


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        (KnownGround(known(1, 30.0)), None), (KnownGround(NOTHING, tuple(parcels(1, 40))), None),
        (KnownGround(NOTHING), "可比"), (KnownGround(known(1, 3000.0)), "误差太大"),
        (KnownGround(NOTHING, tuple(parcels(1, 4))), "可比"),
    ],
)  # fmt: skip
def test_what_could_not_be_compared_is_assumed_and_said(tmp_path, ground, words):
    network = network_of_file(road_file(tmp_path), ground=ground)
    told = "".join(map(str, network.assumptions))
    assert words in told if words else not told
    assert locate(PHRASE, network, area_mu=10).place.is_certain


def test_the_ground_is_that_of_the_layers_and_of_surveyed_parcels(tmp_path):
    store = open_or_create(f"gpkg:///{tmp_path}/plan.gpkg", ROOT / "layers")
    before = ground_of_store(store)
    assert sorted(before.roads["name"]) == sorted(ground_of_folder(ROOT / "layers").roads["name"])
    assert "学院路" in set(before.roads["name"]) and not before.parcels
    surveyed = {"name": "一处", "location_basis": "surveyed"}
    store.write([FeatureChange("schools", "new", None, surveyed, parcels(1, 1)[0])], Act("测试"))
    assert len(ground_of_store(store).parcels) == 1
    assert propose_replacing(store, network_of_file(road_file(tmp_path), ground=before)).kept == 1
