"""Where two roads meet, on towns drawn in metres; expected places and errors by hand."""

import itertools
import math

import geopandas
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.crossings import Crossing, find_crossing
from geo.analysis.meetings import Kind, Unlocated
from geo.analysis.network import RoadNetwork
from geo.model.errors import InvalidFeatures
from tests.analysis.networks import circle, dual, straight, to_metres, town

WEST_EAST = straight("横路", (-800, 0), (800, 0))


def network(*roads: tuple, turn_deg: float = 0.0, error_m: float | None = 10.0) -> RoadNetwork:
    return RoadNetwork(town(roads, turn_deg), default_error_m=error_m)


def place_of(crossing: Crossing, turn_deg: float = 0.0) -> tuple[float, float]:
    point = to_metres(shapely.Point(crossing.lon, crossing.lat), turn_deg)
    return point.x, point.y


def assert_at(crossing: Crossing, x: float, y: float, within_m: float = 0.05) -> None:
    assert math.dist(place_of(crossing), (x, y)) <= within_m


def told(crossing: Crossing) -> str:
    return "".join(map(str, crossing.doubts))


def test_two_roads_meet_where_they_were_drawn_and_their_errors_add_in_squares():
    roads = [
        straight("横路", (-800, 0), (800, 0), error_m=30.0),
        straight("纵路", (100, -500), (100, 500), error_m=40.0),
    ]
    crossing = find_crossing(network(*roads), "横路", "纵路")
    assert_at(crossing, 100, 0)
    assert crossing.accuracy_m == pytest.approx(50)
    assert crossing.roads == ("横路", "纵路") and crossing.is_certain and not crossing.doubts


def test_the_crs_of_the_roads_does_not_matter_but_must_be_known():
    frame = town([WEST_EAST, straight("纵路", (0, -500), (0, 500))])
    assert_at(find_crossing(RoadNetwork(frame.to_crs("EPSG:4547"), default_error_m=1.0), "横路", "纵路"), 0, 0)
    with pytest.raises(InvalidFeatures):
        RoadNetwork(frame.set_crs(None, allow_override=True))


def test_an_alias_names_its_road_and_says_so():
    roads = [WEST_EAST, straight("纵路", (0, -500), (0, 500), aliases="老纵路、中山路")]
    crossing = find_crossing(network(*roads), "中山路", "横路")
    assert crossing.roads == ("纵路", "横路") and "别名" in told(crossing) and crossing.is_certain


def test_an_alias_of_two_roads_is_refused_and_a_name_goes_before_an_alias():
    roads = network(
        WEST_EAST,
        straight("乙路", (0, -500), (0, 500), aliases="老路、横路"),
        straight("丙路", (-300, -300), (300, 300), aliases="老路"),
    )
    with pytest.raises(Unlocated, match="丙路, 乙路"):
        find_crossing(roads, "横路", "老路")
    assert find_crossing(roads, "横路", "乙路").roads == ("横路", "乙路")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([(200, 80), (900, 80)], "不相交，最近处相距约 80 米"),
        ([(-500, -300), (-500, 300), (500, 300), (500, -300)], "不只一处"),
    ],
)
def test_what_cannot_be_known_is_not_located(line, reason):
    with pytest.raises(Unlocated, match=reason):
        find_crossing(network(WEST_EAST, ("另一条路", line)), "横路", "另一条路")


def test_roads_without_a_line_or_an_error_are_not_located():
    frame = town([WEST_EAST, straight("纵路", (0, -500), (0, 500)), straight("没画的路", (0, 0), (1, 1))])
    frame.loc[2, "geometry"] = None
    with pytest.raises(Unlocated, match="位置未知"):
        find_crossing(RoadNetwork(frame, default_error_m=1.0), "横路", "没画的路")
    with pytest.raises(Unlocated, match="误差"):
        find_crossing(RoadNetwork(frame), "横路", "纵路")


@pytest.mark.parametrize("name", ["规划路", "不存在的路", "横街横街", "横"])
def test_a_road_that_is_not_there_is_told(name):
    with pytest.raises(Unlocated, match=name):
        find_crossing(network(WEST_EAST), "横路", name)


def test_one_road_crosses_itself_nowhere():
    with pytest.raises(Unlocated, match="同一条路"):
        find_crossing(network(WEST_EAST), "横路", "横路")


def test_every_place_where_they_meet_is_a_candidate():
    loop = ("环形路", [(-500, -300), (-500, 300), (500, 300), (500, -300)])
    with pytest.raises(Unlocated) as caught:
        find_crossing(network(WEST_EAST, loop), "横路", "环形路")
    places = [place_of(meeting) for meeting in caught.value.candidates]
    assert sorted(round(x) for x, _ in places) == [-500, 500]


@settings(max_examples=20)
@given(apart=st.floats(6, 50), other=st.floats(6, 50), turn=st.floats(0, 360))
def test_dual_carriageways_have_one_crossing_in_their_middle_with_a_spread(apart, other, turn):
    roads = [*dual("横路", (-800, 0), (800, 0), apart), *dual("纵路", (0, -500), (0, 500), other)]
    crossing = find_crossing(network(*roads, turn_deg=turn), "横路", "纵路")
    assert math.dist(place_of(crossing, turn), (0, 0)) < 0.1
    assert crossing.spread_m == pytest.approx(math.hypot(apart, other) / 2, rel=0.01)
    assert crossing.accuracy_m == pytest.approx(math.hypot(10, 10, crossing.spread_m), rel=0.01)
    assert [len(arms) for arms in crossing.arms] == [2, 2] and crossing.is_certain
    for arms, along in zip(crossing.arms, (90, 0), strict=True):
        for arm in arms:
            assert abs((arm - along - turn + 90) % 180 - 90) < 1.0


def test_carriageways_of_a_boulevard_are_one_crossing_and_two_junctions_as_far_apart_are_not():
    wide = network(*dual("横路", (-800, 0), (800, 0), 120), straight("纵路", (0, -500), (0, 500)))
    assert_at(find_crossing(wide, "横路", "纵路"), 0, 0, 0.5)
    staggered = network(WEST_EAST, straight("纵路", (0, 0), (0, 500)), straight("纵路", (120, 0), (120, -500)))
    with pytest.raises(Unlocated, match="不只一处"):
        find_crossing(staggered, "横路", "纵路")


@pytest.mark.parametrize(("angle", "apart"), [(30, 24), (32, 40), (45, 60), (60, 100)])
def test_carriageways_crossed_at_a_slant_are_one_crossing(angle, apart):
    way = (700 * math.cos(math.radians(angle)), 700 * math.sin(math.radians(angle)))
    slanting = straight("斜路", (-way[0], -way[1]), way)
    crossing = find_crossing(network(*dual("横路", (-800, 0), (800, 0), apart), slanting), "横路", "斜路")
    assert_at(crossing, 0, 0, 0.5)
    assert crossing.is_certain
    assert crossing.spread_m == pytest.approx(apart / 2 / math.sin(math.radians(angle)), rel=0.01)


def test_a_small_stagger_is_one_crossing():
    roads = network(WEST_EAST, straight("纵路", (0, 0), (0, 500)), straight("纵路", (40, 0), (40, -500)))
    crossing = find_crossing(roads, "横路", "纵路")
    assert_at(crossing, 20, 0)
    assert crossing.spread_m == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("radius", [15, 40, 80])
@pytest.mark.parametrize("marked", [True, False])
def test_a_roundabout_is_one_crossing_in_its_middle(radius, marked):
    ring = (None, circle(radius), {"roundabout": marked, "oneway": True})
    arms = [
        straight("横路", (-800, 0), (-radius, 0)), straight("横路", (radius, 0), (800, 0)),
        straight("纵路", (0, radius), (0, 500)), straight("纵路", (0, -radius), (0, -500)),
    ]  # fmt: skip
    crossing = find_crossing(network(ring, *arms), "横路", "纵路")
    assert_at(crossing, 0, 0, 0.5)
    assert crossing.spread_m == pytest.approx(radius, rel=0.02)
    assert [len(each) for each in crossing.arms] == [2, 2]


def test_a_roundabout_in_pieces_that_bears_the_name_of_a_road_is_one_crossing():
    ring = circle(60, 4 * 8)
    quarters = [("横路", ring[8 * n : 8 * n + 9], {"roundabout": True, "oneway": True}) for n in range(4)]
    arms = [straight("横路", (-800, 0), (-60, 0)), straight("横路", (60, 0), (800, 0))]
    roads = network(*quarters, *arms, straight("纵路", (0, 60), (0, 500)), straight("纵路", (0, -60), (0, -500)))
    assert_at(find_crossing(roads, "横路", "纵路"), 0, 0, 0.5)


@pytest.mark.parametrize("name", [None, "横路", "环岛"])
@pytest.mark.parametrize("oneway", [True, None])
@pytest.mark.parametrize(("radius", "pieces"), [(20, 2), (45, 8), (75, 3)])
def test_a_roundabout_in_pieces_that_no_field_marks_is_one_crossing(radius, pieces, name, oneway):
    steps, told_oneway = 24 // pieces, {} if oneway is None else {"oneway": True}
    ring = circle(radius, 24)
    arcs = [(name, ring[steps * n : steps * n + steps + 1], told_oneway) for n in range(pieces)]
    arms = [
        straight("横路", (-800, 0), (-radius, 0)), straight("横路", (radius, 0), (800, 0)),
        straight("纵路", (0, radius), (0, 500)), straight("纵路", (0, -radius), (0, -500)),
    ]  # fmt: skip
    roads = network(*arcs, *arms)
    assert_at(find_crossing(roads, "横路", "纵路"), 0, 0, 0.5)
    assert [sorted(ring.rows) for ring in roads.rings] == [list(range(pieces))]


@pytest.mark.parametrize("name", [None, "横路", "环岛"])
@pytest.mark.parametrize("oneway", [True, None])
@pytest.mark.parametrize(("radius", "pieces"), [(15, 6), (30, 8), (45, 12)])
def test_a_roundabout_of_straight_rows_is_one_crossing(radius, pieces, name, oneway):
    told_oneway = {} if oneway is None else {"oneway": True}
    ring = circle(radius, pieces)
    chords = [(name, [start, end], told_oneway) for start, end in itertools.pairwise(ring)]
    ends = [ring[round(quarter * pieces / 4) % pieces] for quarter in range(4)]
    far = [(800, 0), (0, 500), (-800, 0), (0, -500)]
    arms = [straight(("横路", "纵路")[n % 2], ends[n], far[n]) for n in range(4)]
    roads = network(*chords, *arms)
    assert [sorted(ring.rows) for ring in roads.rings] == [list(range(pieces))]
    assert_at(find_crossing(roads, "横路", "纵路"), 0, 0, 0.5)


def test_a_road_that_may_meet_another_once_more_where_it_has_lost_its_name_is_doubtful():
    """The crescent leaves the street and comes back to it; its second half has no name."""
    roads = [straight("横路", (-800, 0), (800, 0)), ("弯路", [(-300, 0), (-300, 300), (0, 300)], {})]
    assert find_crossing(network(*roads), "横路", "弯路").is_certain
    rest = (None, [(0, 300), (300, 300), (300, 0)], {})
    crossing = find_crossing(network(*roads, rest), "横路", "弯路")
    assert_at(crossing, -300, 0)
    assert not crossing.is_certain and "没有路名" in told(crossing)
    (other,) = crossing.others
    assert to_metres(shapely.Point(other.lon, other.lat)).distance(shapely.Point(300, 0)) < 0.1


@pytest.mark.parametrize("more", [{"level": 1.0}, {"structure": "bridge"}, {"structure": "tunnel", "level": -1.0}])
def test_what_passes_over_or_under_a_roundabout_does_not_meet_it(more):
    """The viaduct runs 40 m beside the middle of the roundabout, where the street ends."""
    ring = (None, circle(50), {"roundabout": True, "oneway": True})
    streets = [straight("横路", (-800, 0), (-50, 0)), straight("横路", (50, 0), (800, 0)), ring]
    streets += [straight("纵路", (0, 50), (0, 800)), straight("新路", (-800, -40), (800, -40), **more)]
    roads = network(*streets)
    assert find_crossing(roads, "横路", "纵路").is_certain
    for street in ("横路", "纵路"):
        with pytest.raises(Unlocated):
            find_crossing(roads, street, "新路")


def test_a_block_whose_corners_are_cut_off_is_no_roundabout():
    corners = [(25, 45), (45, 25), (45, -25), (25, -45), (-25, -45), (-45, -25), (-45, 25), (-25, 45), (25, 45)]
    names = [None, "东路", None, "南路", None, "西路", None, "北路"]
    roads = network(*[(name, list(line)) for name, line in zip(names, itertools.pairwise(corners), strict=True)])
    assert roads.rings == []


def test_a_square_block_and_a_loop_that_is_driven_both_ways_are_no_roundabouts():
    square = [(0, 0), (90, 0), (90, 90), (0, 90), (0, 0)]
    loop = [(x + 500, y + 300) for x, y in circle(60)]
    roads = network(
        (None, square), (None, loop, {"oneway": False}), straight("单行路", (0, 900), (50, 900), oneway=True)
    )
    assert roads.rings == []


FRONTED = [*dual("横路", (-900, 0), (900, 0), 24), *dual("横路", (-900, 0), (900, 0), 64)]
"""A main road of two carriageways, 12 m to each side, with side carriageways at 32 m."""


@pytest.mark.parametrize("oneway", [True, False])
@pytest.mark.parametrize("side", [1, -1])
def test_a_street_that_ends_at_a_side_carriageway_is_doubtful_and_the_main_road_is_told(oneway, side):
    main = [(name, line, {"oneway": True} if oneway else {}) for name, line, _ in FRONTED]
    crossing = find_crossing(network(*main, straight("支线路", (100, 32 * side), (100, 500 * side))), "支线路", "横路")
    assert_at(crossing, 100, 32 * side)
    assert "只到“横路”的一条辅路，离主路中心约 32 米" in told(crossing) and not crossing.is_certain
    assert crossing.accuracy_m == pytest.approx(math.hypot(10, 10, 32), rel=0.02)
    (other,) = crossing.others
    assert to_metres(shapely.Point(other.lon, other.lat)).distance(shapely.Point(100, 0)) < 0.5


@pytest.mark.parametrize(
    ("main", "street"),
    [
        (FRONTED, [(100, 12), (100, 500)]),  # as far as the main road's near carriageway
        (FRONTED, [(100, -400), (100, 500)]),
        (FRONTED, [(40, -400), (190, 500)]),  # at a slant
        (FRONTED[:2], [(100, 12), (100, 500)]),
        (FRONTED[:3], [(100, 12), (100, 500)]),  # from the side without one: the next two are the main road's own
        (FRONTED[:2] + FRONTED[3:], [(100, -12), (100, -500)]),
    ],
)
def test_a_street_that_reaches_the_main_road_is_certain(main, street):
    crossing = find_crossing(network(*main, ("支线路", street)), "支线路", "横路")
    assert crossing.is_certain and crossing.others == () and crossing.doubts == ()


def test_a_t_junction_has_three_arms():
    crossing = find_crossing(network(WEST_EAST, straight("支线路", (0, 0), (0, 500))), "横路", "支线路")
    assert [len(arms) for arms in crossing.arms] == [2, 1] and crossing.is_certain


@pytest.mark.parametrize("gap", [5, 30, 49])
def test_a_near_miss_is_taken_with_a_warning_and_counts_as_an_error(gap):
    crossing = find_crossing(network(WEST_EAST, straight("纵路", (0, gap), (0, 500))), "横路", "纵路")
    assert_at(crossing, 0, 0)
    assert f"{gap} 米" in told(crossing) and not crossing.is_certain
    assert crossing.accuracy_m == pytest.approx(math.hypot(10, 10, gap), rel=0.01)


def test_a_wider_gap_and_a_road_alongside_are_no_crossing():
    for other in (straight("他路", (0, 55), (0, 500)), straight("他路", (-700, 30), (700, 30))):
        ends_beyond = straight("横路", (-800, 0), (800, 0))
        with pytest.raises(Unlocated, match="不相交"):
            find_crossing(network(ends_beyond, other), "横路", "他路")


def test_a_bridge_is_no_junction_and_says_so():
    over = straight("高架路", (0, -500), (0, 500), structure="bridge", level=1)
    crossing = find_crossing(network(WEST_EAST, over), "横路", "高架路")
    assert "立体交叉" in told(crossing) and not crossing.is_certain


def test_a_junction_goes_before_a_bridge_elsewhere():
    roads = [
        ("弯路", [(-400, 500), (-400, -200), (300, -200), (300, -1)]),
        ("弯路", [(300, -1), (300, 1)], {"structure": "bridge", "level": 1}),
        ("弯路", [(300, 1), (300, 400)]),
    ]
    crossing = find_crossing(network(WEST_EAST, *roads), "横路", "弯路")
    assert_at(crossing, -400, 0)
    assert "另有 1 处" in told(crossing) and [each.kind for each in crossing.others] == [Kind.BRIDGE]


def test_slip_roads_of_the_same_name_do_not_move_the_crossing():
    slip = ("横路", [(80, 0), (30, 30), (0, 80)], {"road_class": "primary_link"})
    roads = [
        straight("横路", (-800, 0), (800, 0), road_class="primary"),
        straight("纵路", (0, -500), (0, 500), road_class="primary"),
    ]
    assert_at(find_crossing(network(*roads, slip), "横路", "纵路"), 0, 0)


def test_a_slip_road_that_no_field_tells_from_the_road_makes_no_second_crossing():
    roads = [*dual("横路", (-800, 0), (800, 0)), *dual("纵路", (0, -500), (0, 500))]
    slip = ("横路", [(-130, -10), (-60, -25), (-10, -90)])
    plain = [(name, line) for name, line, *_ in [*roads, slip]]
    assert_at(find_crossing(network(*plain), "横路", "纵路"), 0, 0)
    with pytest.raises(Unlocated, match="不只一处"):
        find_crossing(network(WEST_EAST, straight("纵路", (-10, -500), (-10, 500)), slip), "横路", "纵路")


def test_a_road_in_directional_pieces_meets_where_one_of_them_does():
    roads = network(WEST_EAST, straight("东风北路", (0, 0), (0, 500)), straight("东风南路", (0, 0), (0, -500)))
    crossing = find_crossing(roads, "东风路", "横路")
    assert_at(crossing, 0, 0)
    assert "分段命名" in told(crossing)


def test_pieces_that_meet_in_two_places_leave_it_open():
    roads = network(
        WEST_EAST, straight("东风北路", (-300, 0), (-300, 500)), straight("东风南路", (300, 0), (300, -500))
    )
    with pytest.raises(Unlocated, match="不只一处"):
        find_crossing(roads, "东风路", "横路")


def test_a_likely_name_is_taken_with_a_warning_only_if_the_roads_meet():
    roads = network(WEST_EAST, straight("洪河大道", (0, -500), (0, 500)), straight("金沙大道", (0, 300), (200, 300)))
    crossing = find_crossing(roads, "洪河路", "横路")
    assert "须核对" in told(crossing) and not crossing.is_certain
    with pytest.raises(Unlocated, match="不相交"):
        find_crossing(roads, "金沙路", "横路")


def test_an_exact_name_that_does_not_meet_is_not_exchanged_for_a_like_one_that_does():
    roads = network(WEST_EAST, straight("洪河大道", (0, -500), (0, 500)), straight("洪河路", (0, 900), (500, 900)))
    with pytest.raises(Unlocated, match="不相交"):
        find_crossing(roads, "洪河路", "横路")


def test_roads_of_one_name_in_two_towns_are_told_apart_by_what_they_meet():
    elsewhere = [straight("纵路", (9000, -500), (9000, 500)), straight("人民路", (8000, 0), (9900, 0))]
    roads = network(WEST_EAST, straight("纵路", (0, -500), (0, 500)), *elsewhere)
    assert_at(find_crossing(roads, "横路", "纵路"), 0, 0)
    assert_at(find_crossing(roads, "人民路", "纵路"), 9000, 0, 1.0)
    twice = network(
        WEST_EAST,
        straight("纵路", (0, -500), (0, 500)),
        straight("纵路", (9000, -500), (9000, 500)),
        straight("横路", (8000, 0), (9900, 0)),
    )
    with pytest.raises(Unlocated, match="不只一处"):
        find_crossing(twice, "横路", "纵路")


@settings(max_examples=25)
@given(bend=st.floats(-0.002, 0.002), turn=st.floats(0, 360))
def test_the_arms_of_a_curved_road_leave_along_its_chord(bend, turn):
    curve = [(x, bend * x * x) for x in range(-500, 501, 10)]
    crossing = find_crossing(
        network(("弯路", curve), straight("纵路", (0, -500), (0, 500)), turn_deg=turn), "弯路", "纵路"
    )
    assert math.dist(place_of(crossing, turn), (0, 0)) < 0.1
    x = 50.0 / math.hypot(1, 50 * bend)
    expected = math.degrees(math.atan2(x, bend * x * x))
    assert any(abs((arm - expected - turn + 180) % 360 - 180) < 1.0 for arm in crossing.arms[0])


def test_empty_and_broken_rows_do_no_harm():
    frame = town(
        [WEST_EAST, straight("纵路", (0, -500), (0, 500)), straight(None, (0, 0), (5, 5)), straight("", (0, 0), (9, 9))]
    )
    frame = geopandas.GeoDataFrame(frame, geometry=[*frame.geometry[:2], shapely.LineString(), None], crs=frame.crs)
    assert_at(find_crossing(RoadNetwork(frame, default_error_m=1.0), "横路", "纵路"), 0, 0)


@pytest.mark.parametrize("nodes", [True, False])
@pytest.mark.parametrize("count", [4, 5])
def test_where_all_else_has_nodes_lines_that_only_cross_are_no_certain_junction(nodes, count):
    """Four or five streets each way; where the file gives crossings a node, the one road without passes over them."""
    at = [(-400.0 + 200 * each) for each in range(count)]
    ways = [(f"经{n}路", [(x, y) for y in (-900, *at, 900)]) for n, x in enumerate(at, 1)]
    ways += [(f"纬{n}路", [(x, y) for x in (-900, *at, 900)]) for n, y in enumerate(at, 1)]
    roads = [(name, line if nodes else [line[0], line[-1]], {}) for name, line in ways]
    network = RoadNetwork(town([*roads, straight("快速路", (-900, 100), (900, 100))]), default_error_m=10.0)
    assert network.is_noded is nodes
    assert find_crossing(network, "经1路", "纬1路").is_certain
    over = find_crossing(network, "经1路", "快速路")
    assert over.is_certain is not nodes and ("节点" in "".join(map(str, over.doubts))) is nodes
