"""Better roads re-place what was located or schematic, once it is accepted; what people placed stays."""

import pytest
import shapely
from pyproj import Geod

from geo.model.errors import Conflict, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.service.history import undo
from geo.service.locating import network_of_file, network_of_store
from geo.service.replacing import apply_replacing, propose_replacing
from geo.service.roads import road_changes
from tests.analysis.networks import straight, to_lonlat, to_metres, town

ELLIPSOID = Geod(ellps="GRS80")
CENTRE = (114.03, 33.04)
ROADS = [
    straight("洪河大道", (-2000, 0), (2000, 0)), straight("金沙路", (0, -2000), (0, 2000)),
    straight("乐山大道", (900, -2000), (900, 2000)), straight("古槐路", (-2000, 900), (2000, 900)),
    straight("古吕路", (-2000, -900), (2000, -900)), straight("清富路", (-900, -2000), (-900, 2000)),
]  # fmt: skip
WHERE = {
    "2021-1": (0, 0, -1, 1), "2022-1": (900, 900, 1, -1), "2023-1": (900, 900, -1, 1), "2024-2": (-900, -900, 1, 1),
}  # fmt: skip
"""By hand: the crossing of each school that these roads can place, and the signs of its corner, east and north."""


@pytest.fixture
def store(written):
    return written


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = tmp_path_factory.mktemp("roads") / "better.gpkg"
    town([(*road[:2], {"error_m": 5.0}) for road in ROADS], 4, CENTRE).to_file(path)
    return network_of_file(path)


def schools(store):
    return store.read_frame("schools", FeatureQuery(schematic=True))


def test_what_can_be_located_is_proposed_and_nothing_is_written(store, network):
    before, head = schools(store), store.journal_head()
    told = []
    found = propose_replacing(store, network, progress=lambda done, total: told.append((done, total)))
    assert {proposal.feature.feature_id for proposal in found.proposals} == set(WHERE)
    for proposal in found.proposals:
        x, y, east, north = WHERE[proposal.feature.feature_id]
        old, new = before.geometry[proposal.feature.feature_id], proposal.after.geometry
        middle = to_metres(new, 4, CENTRE).centroid
        assert (middle.x - x) * east > 0 and (middle.y - y) * north > 0
        assert abs(middle.x - x) < 300 and abs(middle.y - y) < 300
        gone = ELLIPSOID.inv(old.centroid.x, old.centroid.y, new.centroid.x, new.centroid.y)[2]
        assert proposal.moved_m == pytest.approx(gone) and proposal.after.accuracy_m < 60
    reasons = {staying.feature.feature_id: str(staying.reason) for staying in found.staying}
    assert "金雀路" in reasons["2021-2"] and "金山路" in reasons["2023-2"]
    assert told[-1][0] == told[-1][1] and (found.kept, found.unchanged) == (0, 0)
    assert schools(store).equals(before) and store.journal_head() == head


def test_accepted_proposals_are_one_change_set_with_their_cause_that_can_be_undone(store, network):
    before = schools(store)
    found = propose_replacing(store, network)
    entries = apply_replacing(store, network, found.proposals, "李工")
    after = schools(store)
    assert len({entry.change_set for entry in entries}) == 1 and len(entries) == len(WHERE)
    for entry in entries:
        assert entry.author == "李工" and "定位" in entry.cause
        assert "better.gpkg" in entry.source and network.version in entry.source and "SHA-256" in entry.source
        row = after.loc[entry.feature_id]
        assert (row.location_basis, row.revision) == ("located", before.revision[entry.feature_id] + 1)
        area_m2 = ELLIPSOID.geometry_area_perimeter(shapely.orient_polygons(row.geometry))[0]
        assert area_m2 == pytest.approx(row.land_area_mu * 2000 / 3, rel=0.005)
    untouched = [key for key in before.index if key not in WHERE]
    assert after.loc[untouched].equals(before.loc[untouched])
    again = propose_replacing(store, network)
    assert again.proposals == () and again.unchanged == len(WHERE)
    undo(store, entries[0].change_set, Act("李工"))
    assert list(schools(store).location_basis) == list(before.location_basis)


@pytest.mark.parametrize("basis", ["surveyed", "placed"])
def test_what_people_placed_is_never_touched_and_never_built_on(store, network, basis):
    standing = to_lonlat(shapely.box(-120, 25, -25, 120), 4, CENTRE)
    change = FeatureChange("schools", "2022-1", 1, {"location_basis": basis, "location_accuracy_m": 1.0}, standing)
    store.write([change], Act("测绘队"))
    found = propose_replacing(store, network)
    assert "2022-1" not in {each.feature.feature_id for each in (*found.proposals, *found.staying)} and found.kept == 1
    apply_replacing(store, network, found.proposals, "李工")
    after = schools(store)
    assert after.geometry["2022-1"].equals(standing) and after.location_basis["2022-1"] == basis
    assert not after.geometry["2021-1"].intersects(standing)  # the same corner of the same crossing


def test_roads_that_are_known_worse_move_nothing_that_was_located(store, network, tmp_path):
    apply_replacing(store, network, propose_replacing(store, network).proposals, "李工")
    before = schools(store)
    path = tmp_path / "worse.gpkg"
    town([(*road[:2], {"error_m": 400.0}) for road in ROADS], 9, CENTRE).to_file(path)
    found = propose_replacing(store, network_of_file(path))
    assert found.proposals == ()
    assert {each.feature.feature_id for each in found.staying if "准确" in str(each.reason)} == set(WHERE)
    assert schools(store).equals(before)


def test_a_stale_proposal_is_a_conflict_and_changes_nothing(store, network):
    found = propose_replacing(store, network)
    store.write([FeatureChange("schools", "2021-1", 1, {"name": "新名"})], Act("李工"))
    before = schools(store)
    with pytest.raises(Conflict):
        apply_replacing(store, network, found.proposals, "李工")
    assert schools(store).equals(before)


def test_the_roads_that_ship_move_nothing(store):
    found = propose_replacing(store, network_of_store(store))
    assert found.proposals == () and found.unchanged == 6 and found.network.version.startswith("roads ")


def test_a_feature_of_a_layer_of_points_gets_a_point(store, network):
    change = FeatureChange("villages", "411771360200", 1, {"location_text": "洪河大道与金沙路交叉口西北侧"})
    store.write([change], Act("李工"))
    (proposal,) = (each for each in propose_replacing(store, network).proposals if each.feature.layer_id == "villages")
    assert proposal.after.geometry.geom_type == "Point"


def test_a_parcel_that_has_only_a_point_stays_with_the_reason(store, network):
    store.write([FeatureChange("schools", "2021-1", 1, {"location_text": "洪河大道与金沙路交叉口"})], Act("李工"))
    (staying,) = (each for each in propose_replacing(store, network).staying if each.feature.feature_id == "2021-1")
    assert "哪一侧" in str(staying.reason)


def test_the_stores_roads_give_way_to_those_of_the_file_in_the_same_change_set(store, tmp_path):
    before, roads_before = schools(store), store.read_frame("roads", FeatureQuery())
    path = tmp_path / "better.gpkg"
    more = {"error_m": 5.0, "lanes": 6, "highway": "primary", "oneway": "no"}
    path_way = straight("小径", (50, 50), (90, 90), highway="footway")
    town([*((*road[:2], more) for road in ROADS), path_way], 4, CENTRE).to_file(path)
    network = network_of_file(path)
    proposals = propose_replacing(store, network).proposals
    entries = apply_replacing(store, network, proposals, "李工", roads=road_changes(store, network))
    assert len({entry.change_set for entry in entries}) == 1
    roads = store.read_frame("roads", FeatureQuery())
    assert sorted(roads.name) == sorted(name for name, *_ in ROADS)
    assert set(roads.error_m) == {5.0} and set(roads.lanes) == {6.0} and set(roads.source) == {"better.gpkg"}
    again = propose_replacing(store, network_of_store(store))
    assert again.proposals == () and again.unchanged == len(proposals)  # the store's roads now say the same
    undo(store, entries[0].change_set, Act("李工"))
    assert list(schools(store).location_basis) == list(before.location_basis)
    assert sorted(store.read_frame("roads", FeatureQuery()).index) == sorted(roads_before.index)


def test_only_a_file_replaces_the_stores_roads(store):
    with pytest.raises(InvalidInput, match="道路文件"):
        road_changes(store, network_of_store(store))


def test_roads_of_another_city_do_not_become_the_stores(store, tmp_path):
    path = tmp_path / "elsewhere.gpkg"
    town([(*road[:2], {"error_m": 5.0}) for road in ROADS], 0, (120.2, 30.3)).to_file(path)
    with pytest.raises(InvalidInput, match="本区附近"):
        road_changes(store, network_of_file(path))


def test_more_roads_than_a_county_has_are_refused(store, network, monkeypatch):
    monkeypatch.setattr("geo.service.roads.MOST_ROADS", 3)
    with pytest.raises(InvalidInput, match="裁剪"):
        road_changes(store, network)
