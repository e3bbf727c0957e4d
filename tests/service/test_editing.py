"""Changing what features say: only what changed, only what can be, and never over somebody else's words."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.model.errors import Conflict, FeatureNotFound, InvalidInput
from geo.model.field_fault import InvalidFields
from geo.model.field_value import read_value, write_value
from geo.model.journal import Act, FeatureChange
from geo.model.layer import common
from geo.model.location import LocationBasis, Position
from geo.service import editing
from geo.service.history import undo

WANG, LI = Act("王工", "规划批复调整", "驻开政〔2023〕5号"), Act("李工", "核对")
BOX = shapely.box(114, 33, 114.01, 33.01)


@pytest.fixture
def kept(filled):
    return filled


def now(store, feature_id="s-1"):
    return editing.read_now(store, "schools", feature_id)


def faults(error):
    return [fault.field for fault in error.value.faults]


def test_only_what_changed_is_written_with_who_and_why(kept):
    values = editing.read_values(
        kept.catalog["schools"],
        {"name": " 第1小学 ", "seats": "１，０２０", "responsible_unit": "教体局", "responsible_officer": "王芳"},
    )
    entry = editing.edit(kept, "schools", "s-1", 1, values, WANG)
    assert entry.after == {"seats": 1020, "responsible_unit": "教体局", "responsible_officer": "王芳"}
    assert entry.before == {"seats": 1000, "responsible_unit": None, "responsible_officer": None}
    assert (entry.author, entry.cause, entry.source) == ("王工", "规划批复调整", "驻开政〔2023〕5号")
    assert editing.edit(kept, "schools", "s-1", 2, values, WANG) is None
    assert list(kept.faults()) == []


def test_dates_that_somebody_writes_are_assumed_no_longer(kept):
    kept.write([FeatureChange("schools", "s-1", 1, {"planned_dates_assumed": True})], LI)
    moved = editing.edit(kept, "schools", "s-1", 2, {"plan_year": 2024}, WANG)
    assert moved.after == {"plan_year": 2024, "planned_start": "2024-01-01", "planned_finish": "2024-12-31"}
    entry = editing.edit(kept, "schools", "s-1", 3, {"planned_start": "2024-03-01"}, LI)
    assert entry.after == {"planned_start": "2024-03-01", "planned_dates_assumed": False}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"name": None}, ["name"]),
        ({"seats": -1}, ["seats"]),
        ({"plan_year": 20223}, ["plan_year"]),
        ({"planned_start": "2023-05-01", "planned_finish": "2023-01-01"}, ["planned_finish"]),
        ({"progress_curve": "2022-06-30 120"}, ["progress_curve"]),
        ({"progress_curve": "2030-06-30 20"}, ["progress_curve"]),
        ({"planned_start": None, "progress_curve": "2022-06-30 20"}, ["progress_curve"]),
        ({"source_paragraph": 0, "seats": -5, "name": None}, ["name", "source_paragraph", "seats"]),
    ],
)
def test_what_cannot_be_is_refused_field_by_field_and_nothing_is_written(kept, values, named):
    head = kept.journal_head()
    with pytest.raises(InvalidFields) as error:
        editing.edit(kept, "schools", "s-1", 1, values, WANG)
    assert faults(error) == named
    assert kept.journal_head() == head


def test_a_figure_of_the_plan_changes_for_a_reason_only(kept):
    with pytest.raises(InvalidFields, match="学位") as error:
        editing.edit(kept, "schools", "s-1", 1, {"seats": 900}, Act("王工"))
    assert faults(error) == ["cause"]
    assert editing.edit(kept, "schools", "s-1", 1, {"responsible_unit": "教体局"}, Act("王工"))


def test_texts_that_are_no_values_are_told_together(kept):
    given = {"seats": "一千", "planned_start": "2023-02-30", "retired_on": "2023-01-01", "colour": "red"}
    with pytest.raises(InvalidFields) as error:
        editing.read_values(kept.catalog["schools"], given)
    assert faults(error) == list(given)


def test_a_retired_feature_is_not_edited(kept):
    kept.write([FeatureChange("schools", "s-1", 1, {"retired_on": "2023-01-01"})], LI)
    with pytest.raises(InvalidInput, match="停用"):
        editing.edit(kept, "schools", "s-1", 2, {"name": "新名"}, WANG)


def test_who_saw_an_older_state_is_told_what_differs(kept):
    editing.edit(kept, "schools", "s-1", 1, {"seats": 1100, "responsible_unit": "教体局"}, LI)
    kept.write([FeatureChange("schools", "s-1", 2, {}, BOX)], LI)
    wanted = {"seats": 1200, "name": "第一小学", "responsible_unit": None}
    with pytest.raises(Conflict, match="s-1"):
        editing.edit(kept, "schools", "s-1", 1, wanted, WANG)
    found = {each.name: each for each in editing.contested(kept, "schools", "s-1", 1, wanted)}
    assert set(found) == {"name", "seats", "responsible_unit", "geom"}
    seats = found["seats"]
    assert (seats.seen, seats.now, seats.wanted, seats.by.author) == (1000, 1100, 1200, "李工")
    assert {name for name, each in found.items() if each.is_conflict} == {"seats"}
    assert (found["name"].now, found["name"].by) == ("第1小学", None)
    assert found["geom"].now == BOX and found["geom"].wanted == found["geom"].seen != BOX
    shape = shapely.box(114.5, 33, 114.51, 33.01)
    drawn = {each.name: each for each in editing.contested(kept, "schools", "s-1", 1, {}, shape)}
    assert drawn["geom"].is_conflict and drawn["geom"].wanted == shape


def test_what_was_made_anew_since_is_another_feature(kept):
    made = editing.create(kept, "schools", "x", {"name": "新校"}, WANG)
    undo(kept, made.change_set, LI)
    editing.create(kept, "schools", "x", {"name": "又一所"}, WANG)
    with pytest.raises(FeatureNotFound):
        editing.contested(kept, "schools", "x", 1, {"name": "改名"})


def test_a_new_feature_has_a_free_id_and_is_unlocated_or_placed(kept):
    assert editing.proposed_id(kept, "schools", 2022) == "2022-3"
    entry = editing.create(kept, "schools", "2022-3", {"name": "新校", "plan_year": 2022, "seats": None}, WANG)
    assert entry.after == {
        "name": "新校", "plan_year": 2022, "planned_start": "2022-01-01", "planned_finish": "2022-12-31",
        "planned_dates_assumed": True, "location_basis": "unlocated",
    }  # fmt: skip
    position = Position(BOX, LocationBasis.PLACED, 20.0, "图上画定")
    editing.create(kept, "schools", "b", {"name": "有边界的"}, WANG, position)
    made = now(kept, "b")
    assert (made["location_basis"], made["location_accuracy_m"], made["geom"]) == ("placed", 20.0, BOX)
    editing.create(kept, "roads", "r-2", {"name": "新路"}, WANG)
    assert kept.read_feature("roads", "r-2").wkb == [None]


@pytest.mark.parametrize("feature_id", ["", " a", "s-1", "x" * 101, "a\nb"])
def test_an_id_that_cannot_be_is_refused_with_all_other_faults(kept, feature_id):
    with pytest.raises(InvalidFields) as error:
        editing.create(kept, "schools", feature_id, {"seats": -1}, WANG)
    assert faults(error) == ["feature_id", "name", "seats"]


FIELDS = {kind: common("f", "字段", "Field", kind, "ZD") for kind in ("text", "integer", "number", "date", "boolean")}
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50).map(str.strip)


@given(
    st.one_of(
        st.tuples(st.just("text"), TEXTS.map(lambda text: text or None)),
        st.tuples(st.just("integer"), st.integers(-(10**15), 10**15)),
        st.tuples(
            st.just("number"), st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)
        ),
        st.tuples(st.just("date"), st.dates().map(str)),
        st.tuples(st.just("boolean"), st.booleans()),
    )
)
def test_a_value_that_a_form_shows_is_read_as_the_same(case):
    kind, value = case
    assert read_value(FIELDS[kind], write_value(value)) == value


@given(st.sampled_from(list(FIELDS)), st.text(max_size=60))
def test_any_text_is_a_value_or_one_sentence(kind, text):
    try:
        value = read_value(FIELDS[kind], text)
    except InvalidInput as error:
        assert str(error)
    else:
        assert value is None or isinstance(
            value, {"text": str, "integer": int, "number": float, "date": str}.get(kind, bool)
        )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("number", "１，２３４．５", 1234.5), ("number", "62.5%", 62.5), ("integer", "3,000.00", 3000),
        ("date", "2023年1月5日", "2023-01-05"), ("date", "2023/1/5", "2023-01-05"), ("boolean", "是", True),
    ],
)  # fmt: skip
def test_values_are_read_as_offices_write_them(kind, text, value):
    assert read_value(FIELDS[kind], text) == value
