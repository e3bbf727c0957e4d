"""Features are found by Chinese words, ids, places and pinyin, however they are typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.model.feature_query import FeatureQuery
from geo.model.search_text import search_words
from tests.depth import examples

FEATURES = {
    "2023-1": {"name": "宏志小学", "location_text": "乐山大道与古槐路交叉口西北侧", "remark": "一期"},
    "2021-1": {"name": "置地二小", "location_text": "洪河大道与金沙路交叉口西北侧", "level": "primary"},
    "2022-2": {"name": "Ｂ-01小学", "location_text": "古槐路", "responsible_unit": "教育局"},
    "X%_": {"name": "100%_达标\\学校", "location_note": "示意位置", "location_basis": "schematic"},
    "5G": {"name": "恒兴（5G+）物流园"},
}


@pytest.fixture(scope="module")
def filled(shared, frame):
    shared.add_features("parcels", frame(FEATURES))
    return shared


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("宏志", {"2023-1"}),
        ("小学", {"2023-1", "2022-2"}),
        ("hzxx", {"2023-1"}),
        ("HzXx", {"2023-1"}),
        ("ｈｚ", {"2023-1"}),
        ("hongzhi", {"2023-1"}),
        ("zdex", {"2021-1"}),
        ("古槐路", {"2023-1", "2022-2"}),
        ("古槐路 小学", {"2023-1", "2022-2"}),
        ("小学　乐山", {"2023-1"}),
        ("小学 金沙", set()),
        ("2021-1", {"2021-1"}),
        ("２０２１－１", {"2021-1"}),
        ("b-01", {"2022-2"}),
        ("教育局", {"2022-2"}),
        ("一期", {"2023-1"}),
        ("%", {"X%_"}),
        ("_", {"X%_"}),
        ("\\", {"X%_"}),
        ("'", set()),
        ("5g+", {"5G"}),
        ("hx5gwly", {"5G"}),
        ("示意", set()),  # a note on how well a place is known is not a place
        ("schematic", set()),
        ("primary", set()),  # coded values have filters
        ("", set(FEATURES)),
        ("   ", set(FEATURES)),
    ],
)
def test_words_find_their_features(filled, words, expected):
    assert set(filled.read_page("parcels", FeatureQuery(search=words)).ids) == expected


def test_words_are_found_together_with_every_other_condition(store, frame, square):
    store.add_features("parcels", frame({"a": {"name": "宏志小学", "geometry": square(114, 33)}, **FEATURES}))
    assert store.read_page("parcels", FeatureQuery(search="hzxx", bbox=(114, 33, 114.1, 33.1))).ids == ["a"]
    assert store.count("parcels", FeatureQuery(search="hzxx")) == 2
    assert store.count("roads", FeatureQuery(search="hzxx")) == 0


@settings(max_examples=examples(60, deep=150))
@given(text=st.text(max_size=30))
def test_no_text_breaks_a_search(filled, text):
    found = filled.read_page("parcels", FeatureQuery(search=text)).ids
    assert found == list(FEATURES) or search_words(text)


def test_features_that_another_program_wrote_are_found(store, frame, outside):
    store.add_features("parcels", frame(FEATURES))
    before = FeatureQuery(search="zdlkt")
    assert (store.count("parcels", before), store.read_page("parcels", before).ids) == (0, [])
    outside("INSERT INTO parcels (feature_id, name, revision, location_basis) VALUES ('q', '置地旅客厅', 1, 'placed')")
    assert store.read_page("parcels", before).ids == ["q"]
    assert store.count("parcels", before) == 1
    outside("UPDATE parcels SET name = '雪松小学' WHERE feature_id = 'q'")
    assert store.count("parcels", before) == 0
    assert store.read_page("parcels", FeatureQuery(search="雪松")).ids == ["q"]
    outside("DELETE FROM parcels WHERE feature_id = 'q'")
    assert store.count("parcels", FeatureQuery(search="雪松")) == 0
    store.add_features("parcels", frame({"q": {"name": "又一所"}}))
    assert store.read_page("parcels", FeatureQuery(search="yys")).ids == ["q"]


def test_features_that_were_there_before_the_program_started_are_found_too(store, url, opened, frame, outside):
    store.add_features("parcels", frame(FEATURES))
    outside("INSERT INTO parcels (feature_id, name, revision, location_basis) VALUES ('q', '置地旅客厅', 1, 'placed')")
    assert store.summarise("parcels", FeatureQuery(search="旅客")).count == 1
