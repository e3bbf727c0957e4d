"""Decisions about a plan's projects, written: all or none, with who and why, and never over somebody else's work."""

from dataclasses import replace

import pytest
import shapely

from geo.model.errors import Conflict, InvalidFeatures, InvalidInput
from geo.model.journal import Act, FeatureChange, JournalQuery
from geo.model.location import LocationBasis, Position
from geo.service import adopting, history
from geo.service.adopting import Decision
from geo.service.proposals import NEW, Project

ACT = Act("张三", "采纳规划文字里的项目", "规划.docx")
SQUARE = shapely.box(114.0, 33.0, 114.001, 33.001)
LOCATED = Position(SQUARE, LocationBasis.LOCATED, 700, "地块形状未知")
LAKE = Project(
    "1",
    "湖畔小学",
    "schools",
    "盘龙山路与开源大道交叉口东北侧",
    {"plan_year": 2023, "land_area_mu": 30, "seats": 1080, "level": "primary"},
    "专栏",
    2,
)
HONGZHI = Project("2", "驻马店经济开发区宏志小学", "schools", figures={"land_area_mu": 46.4, "seats": 1700})


@pytest.fixture
def store(written):
    return written


def feature(store, feature_id, layer="schools"):
    page = store.read_feature(layer, feature_id, schematic=True)
    return dict(zip(page.columns, page.rows[0], strict=True)), page.wkb[0] and shapely.from_wkb(page.wkb[0])


def new(project=LAKE, position=LOCATED):
    return Decision(project, None, None, frozenset(), position)


def known(project=HONGZHI, fields=("land_area_mu",), position=None, revision=1, seen="schools/2023-1"):
    return Decision(project, seen, revision, frozenset(fields), position)


def test_a_new_project_becomes_a_feature_with_the_next_number_of_its_year(store):
    (adopted,) = adopting.adopt(store, [new()], ACT)
    assert (adopted.layer_id, adopted.feature_id) == ("schools", "2023-3")
    properties, shape = feature(store, "2023-3")
    assert shape.equals(SQUARE)
    wanted = {
        "name": "湖畔小学",
        "plan_year": 2023,
        "land_area_mu": 30,
        "seats": 1080,
        "level": "primary",
        "location_text": LAKE.location_text,
        "source_section": "专栏",
        "source_paragraph": 2,
        "location_basis": "located",
        "location_accuracy_m": 700,
        "location_note": "地块形状未知",
        "planned_start": "2023-01-01",
        "planned_finish": "2023-12-31",
        "planned_dates_assumed": True,
        "classes": None,
    }
    assert {name: properties[name] for name in wanted} == wanted
    (entry,) = store.journal(JournalQuery(change_set=adopted.change_set))
    assert (entry.author, entry.cause, entry.source, entry.action) == (ACT.author, ACT.cause, ACT.source, "create")


def test_of_a_known_feature_only_what_was_taken_changes(store):
    before, shape = feature(store, "2023-1")
    adopting.adopt(store, [known()], ACT)
    after, same_shape = feature(store, "2023-1")
    assert {name for name in after if after[name] != before[name]} == {"land_area_mu", "revision"}
    assert after["land_area_mu"] == 46.4
    assert same_shape.equals(shape)


def test_no_two_plan_layers_give_one_number(store):
    projects = [Project(str(number), f"甲{layer}", layer, figures={"plan_year": 2031})
                for number, layer in enumerate(["schools", "industrial_parks", "schools"])]  # fmt: skip
    projects[2] = replace(projects[2], name="乙校")
    together = [each.feature_id for each in adopting.adopt(store, [new(each, None) for each in projects[:2]], ACT)]
    apart = [each.feature_id for each in adopting.adopt(store, [new(projects[2], None)], ACT)]
    assert (together, apart) == (["2031-1", "2031-2"], ["2031-3"])


def test_a_position_replaces_an_illustrative_one_with_what_it_rests_on(store):
    project = Project("1", "驻马店经济开发区置地二小", "schools")
    adopting.adopt(store, [known(project, (), LOCATED, seen="schools/2021-1")], ACT)
    properties, shape = feature(store, "2021-1")
    assert (properties["location_basis"], properties["location_accuracy_m"]) == ("located", 700)
    assert shape.equals(SQUARE)


def test_without_a_place_a_new_feature_waits_in_the_list_with_the_reason(store):
    unknown = Position(None, LocationBasis.UNLOCATED, None, "道路数据里没有“甲路”")
    point = Position(shapely.Point(114, 33), LocationBasis.LOCATED, 500, "只定到路口")
    numbers = [
        adopting.adopt(store, [new(Project("1", name, "schools"), position)], ACT)[0].feature_id
        for name, position in [("甲校", unknown), ("乙校", point), ("丙校", None)]
    ]
    assert numbers == ["plan-12", "plan-13", "plan-14"]
    for number, note in zip(numbers, [unknown.note, point.note, None], strict=True):
        properties, shape = feature(store, number)
        assert (properties["location_basis"], properties["location_note"], shape) == ("unlocated", note, None)


def test_all_is_taken_back_by_one_change(store):
    before = feature(store, "2023-1")[0]
    written = adopting.adopt(store, [new(), known()], ACT)
    assert len({each.change_set for each in written}) == 1
    history.undo(store, written[0].change_set, Act("李四", "撤销"))
    after = feature(store, "2023-1")[0]
    assert {name for name in after if after[name] != before[name]} == {"revision"}
    assert not adopting._exists(store, "schools", "2023-3")
    # The number of what was taken back is free again.
    assert adopting.adopt(store, [new()], ACT)[0].feature_id == "2023-3"


def test_nothing_to_write_writes_nothing(store):
    revision = store.revision("schools")
    (adopted,) = adopting.adopt(store, [known(fields=())], ACT)
    assert (adopted.feature_id, adopted.change_set) == ("2023-1", None)
    assert store.revision("schools") == revision


def test_what_somebody_changed_meanwhile_is_not_overwritten(store):
    store.write([FeatureChange("schools", "2023-1", 1, {"seats": 1500})], Act("李四"))
    with pytest.raises(Conflict):
        adopting.adopt(store, [new(), known()], ACT)
    assert not adopting._exists(store, "schools", "2023-3")


@pytest.mark.parametrize(
    ("decision", "error"),
    [
        (new(HONGZHI), Conflict),  # the store has it, the planner did not see that
        (known(LAKE), Conflict),
        (new(Project("1", "湖畔小学")), InvalidInput),  # no layer
        (new(Project("1", "湖畔小学", "schools", figures={"seats": "很多"})), InvalidFeatures),
        (new(Project("1", "湖畔小学", "schools", figures={"level": "university"})), InvalidFeatures),
        (new(position=Position(shapely.Point(114, 33), LocationBasis.PLACED)), InvalidInput),
    ],
)
def test_what_does_not_hold_is_refused_whole(store, decision, error):
    revision = store.revision("schools")
    with pytest.raises(error):
        adopting.adopt(store, [new(Project("9", "另一所小学", "schools")), decision], ACT)
    assert store.revision("schools") == revision


def test_two_records_of_one_feature_or_of_one_name_are_refused(store):
    with pytest.raises(InvalidInput, match="同一个要素"):
        adopting.adopt(store, [known(), known(Project("3", HONGZHI.name, "schools"))], ACT)
    twin = Project("3", LAKE.name, "schools", figures=LAKE.figures)
    with pytest.raises(InvalidInput, match="两条记录"):
        adopting.adopt(store, [new(), new(twin)], ACT)
    twin = Project("3", LAKE.name, "schools", figures=LAKE.figures, target=NEW)
    written = adopting.adopt(store, [new(), new(twin)], ACT)
    assert [each.feature_id for each in written] == ["2023-3", "2023-4"]


def test_another_year_moves_assumed_dates_only(store):
    project = Project("1", HONGZHI.name, "schools", figures={"plan_year": 2024})
    adopting.adopt(store, [known(project, ["plan_year"])], ACT)
    assert feature(store, "2023-1")[0]["planned_finish"] == "2024-12-31"
    store.write([FeatureChange("schools", "2023-2", 1, {"planned_dates_assumed": False})], ACT)
    project = Project("1", "驻马店经济开发区贾庄小学", "schools", figures={"plan_year": 2024})
    adopting.adopt(store, [known(project, ["plan_year"], revision=2, seen="schools/2023-2")], ACT)
    assert feature(store, "2023-2")[0]["planned_finish"] == "2023-12-31"


def test_a_planner_places_a_feature_in_his_name(store):
    entry, _ = adopting.place(store, "schools", "2021-1", 1, SQUARE, Act("张三", "在图上落图"))
    properties, shape = feature(store, "2021-1")
    assert (properties["location_basis"], properties["location_accuracy_m"]) == ("placed", None)
    assert properties["location_note"].startswith("张三 于 20")
    assert shape.equals(SQUARE)
    history.undo(store, entry.change_set, ACT)
    assert feature(store, "2021-1")[0]["location_basis"] == "schematic"


def test_words_do_not_move_what_a_planner_placed_and_nobody_moves_what_was_surveyed(store):
    adopting.place(store, "schools", "2023-1", 1, SQUARE, ACT)
    with pytest.raises(InvalidInput, match="人工画定"):
        adopting.adopt(store, [known(fields=(), position=LOCATED, revision=2)], ACT)
    store.write([FeatureChange("schools", "2023-1", 2, {"location_basis": "surveyed"})], ACT)
    with pytest.raises(InvalidInput, match="实测"):
        adopting.place(store, "schools", "2023-1", 3, SQUARE, ACT)


@pytest.mark.parametrize(
    "geometry",
    [
        {},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},  # crosses itself
        {"type": "Polygon", "coordinates": []},
        {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
        {"type": "Point", "coordinates": [200, 33]},
        {"type": "Point", "coordinates": [float("nan"), 33]},
        {"type": "Point", "coordinates": ["a", "b"]},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "MultiPoint", "coordinates": [[n / 1000, 1] for n in range(10_001)]},
        None,
        7,
    ],
)
def test_a_drawing_that_is_no_place_is_refused_in_words(geometry):
    with pytest.raises(InvalidInput):
        adopting.drawn_shape(geometry)


def test_a_drawing_is_read_as_it_was_drawn():
    ring = [[114, 33], [114.001, 33], [114.001, 33.001], [114, 33]]
    assert adopting.drawn_shape({"type": "Polygon", "coordinates": [ring]}).equals(shapely.Polygon(ring))
    assert adopting.drawn_shape({"type": "Point", "coordinates": [114, 33, 80]}) == shapely.Point(114, 33)
