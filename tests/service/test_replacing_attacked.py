"""Re-placing as somebody careless or hostile would have it: other cities, half a list, things changed meanwhile."""

from itertools import combinations

import pytest
import shapely

from geo.model.errors import Conflict
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, JournalQuery
from geo.service.history import undo
from geo.service.intake import open_or_create
from geo.service.locating import network_of_file
from geo.service.replacing import apply_replacing, clear_of_others, propose_replacing
from tests.analysis.networks import straight, to_lonlat, town
from tests.service.conftest import SCHOOLS, Folder

CENTRE = (114.0, 33.04)
GRID = [
    straight("建设路", (-2000, 0), (2000, 0)), straight("人民路", (0, -2000), (0, 2000)),
    straight("解放路", (900, -2000), (900, 2000)), straight("文化路", (-2000, 900), (2000, 900)),
]  # fmt: skip
CORNER = "建设路与人民路交叉口东北角"
OTHER = "文化路与解放路交叉口西南角"


def school(key, text, place=None, basis="located", accuracy_m=100.0):
    """A school of 20 亩; its place is a square with that corner in the south-west, metres round the town's centre."""
    geometry = None
    if place is not None:
        square = to_lonlat(shapely.box(*place, place[0] + 115.5, place[1] + 115.5), 0, CENTRE)
        geometry = shapely.geometry.mapping(square)
    properties = {
        "name": key, "location_text": text, "land_area_mu": 20.0, "seats": 900,
        "location_basis": basis if geometry else "unlocated", "location_accuracy_m": accuracy_m if geometry else None,
    }  # fmt: skip
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": properties}


@pytest.fixture(params=["GeoPackage", "PostGIS"])
def store_of(request, tmp_path):
    """A store of some schools, on either database."""
    opened = []

    def make(*schools):
        folder = Folder(tmp_path / "layers")
        folder.layer("schools", SCHOOLS, *schools)
        folder.section_and_road()
        url = f"gpkg:///{tmp_path}/plan.gpkg"
        if request.param == "PostGIS":
            cluster = request.getfixturevalue("cluster")
            url = cluster.url(cluster.new_database())
        opened.append(open_or_create(url, folder.path))
        return opened[0]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def roads(tmp_path):
    def make(roads=GRID, centre=CENTRE, crs="EPSG:4326", error_m=10.0):
        path = tmp_path / "roads.gpkg"
        path.unlink(missing_ok=True)
        town([(*road[:2], {"error_m": error_m}) for road in roads], 0, centre).to_crs(crs).to_file(path)
        return network_of_file(path)

    return make


def rows(store):
    return store.read_frame("schools", FeatureQuery(schematic=True))


def staying(found):
    return {each.feature.feature_id: str(each.reason) for each in found.staying}


def overlap(shapes):
    return any(one.intersection(other).area > 1e-12 for one, other in combinations(shapes, 2))


def test_a_corner_of_three_is_moved_taken_back_and_replayed(store_of, roads):
    store = store_of(*(school(key, CORNER, (60 + 150 * at, 60)) for at, key in enumerate("abc")))
    before, network = rows(store), roads()
    found = propose_replacing(store, network)
    entries = apply_replacing(store, network, found.proposals, "李工")
    after = rows(store)
    assert len(entries) == 3 and not overlap(after.geometry)
    accuracy_m = sorted(after.location_accuracy_m)  # which of them stands at the corner itself is not known
    assert accuracy_m[0] < 40 and accuracy_m[1] - accuracy_m[0] >= 125  # a square of 20 亩 and a gap of 10 m
    assert {entry.cause for entry in store.journal(JournalQuery(change_set=entries[0].change_set))} == {
        entries[0].cause
    }
    with pytest.raises(Conflict):
        apply_replacing(store, network, found.proposals, "李工")
    again = propose_replacing(store, roads(crs="EPSG:4526"))
    assert (again.proposals, again.unchanged) == ((), 3)
    undo(store, entries[0].change_set, Act("李工"))
    assert rows(store).geometry.equals(before.geometry)


def test_roads_of_another_city_move_nothing(store_of, roads):
    store = store_of(school("a", CORNER, (60, 60)), school("b", OTHER), school("c", CORNER, (0, 0), "schematic", None))
    network = roads(centre=(120.2, 30.3))
    found = propose_replacing(store, network)
    assert found.proposals == () and all("离本区" in reason for reason in staying(found).values())


def test_what_fewer_roads_cannot_locate_any_more_stays_and_nothing_is_put_on_it(store_of, roads):
    store = store_of(school("a", OTHER, (40, 40)), school("b", CORNER, (300, 300), accuracy_m=500.0))
    found = propose_replacing(store, roads(GRID[:2]))
    assert "解放路" in staying(found)["a"] or "文化路" in staying(found)["a"]
    (proposal,) = found.proposals
    assert not overlap([proposal.after.geometry, rows(store).geometry["a"]])


def test_what_stays_because_of_what_stays_is_left_room_too(store_of, roads):
    """`a` cannot be located and stands in the corner; so `b`, put aside, stays where it is better."""
    store = store_of(
        school("a", "新路与旧路交叉口", (20, 20)), school("b", CORNER, (160, 20), accuracy_m=31.0), school("c", CORNER)
    )
    found = propose_replacing(store, roads())
    shapes = dict(rows(store).geometry.items()) | {
        each.feature.feature_id: each.after.geometry for each in found.proposals
    }
    assert shapes["c"] is not None and not overlap(shapes.values())


def test_a_place_without_words_is_left_free(store_of, roads):
    store = store_of(school("a", "", (30, 30)), school("b", CORNER))
    (proposal,) = propose_replacing(store, roads()).proposals
    assert not overlap([proposal.after.geometry, rows(store).geometry["a"]])


def test_half_of_a_list_is_not_put_on_the_other_half(store_of, roads):
    """`b` was proposed at the corner where `a` stands, which was to move away."""
    store = store_of(school("a", OTHER, (30, 30)), school("b", CORNER))
    found = propose_replacing(store, roads())
    one, other = found.proposals
    clear, (blocked,) = clear_of_others(found, [other])
    assert (clear, blocked.proposal) == ([], other) and blocked.others == (one.feature,)
    assert clear_of_others(found, [one]) == ([one], [])
    assert clear_of_others(found, found.proposals) == ([one, other], [])


def test_farther_than_both_errors_is_a_doubt(store_of, roads):
    store = store_of(school("a", CORNER, (900, 900)), school("b", OTHER, (700, 700)))
    far, near = propose_replacing(store, roads()).proposals
    assert not far.located.place.is_certain and "误差之和" in str(far.located.place.doubts[0])
    assert near.located.place.is_certain


def test_what_was_shown_differs_once_a_neighbour_was_surveyed(store_of, roads):
    store = store_of(school("a", CORNER, (300, 300), accuracy_m=500.0), school("n", "某村"))
    network = roads()
    (shown,) = propose_replacing(store, network).proposals
    assert propose_replacing(store, network).proposals[0].seen == shown.seen
    standing = to_lonlat(shapely.box(20, 20, 90, 90), 0, CENTRE)
    change = FeatureChange("schools", "n", 1, {"location_basis": "surveyed", "location_accuracy_m": 0.1}, standing)
    store.write([change], Act("测绘队"))
    (now,) = propose_replacing(store, network).proposals
    assert now.feature.revision == shown.feature.revision and now.seen != shown.seen


def test_a_feature_that_was_surveyed_meanwhile_is_not_moved(store_of, roads):
    store = store_of(school("a", CORNER, (300, 300)), school("b", OTHER))
    network = roads()
    found = propose_replacing(store, network)
    store.write([FeatureChange("schools", "a", 1, {"location_basis": "surveyed"})], Act("测绘队"))
    with pytest.raises(Conflict):
        apply_replacing(store, network, found.proposals, "李工")
    assert rows(store).geometry["b"] is None
