"""Names of roads: what is the same road, what is likely, and what only looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.road_names import NameIndex, Trust, code_of, folded, is_unnamed, parts_of

NAMES = [
    "洪河大道", "金沙路", "东风东路", "东风西路", "人民路", "人民路", "建设路(原和平路)", "312国道", "经九路",
    "G4京港澳高速",
    "中山路;解放路", "中山北路", "长江路", "长江大道", "三环北路", "迎宾路南段", "迎宾路北段", "高新路", "南三环",
    "和庄路 Hezhuang Road", None,
]  # fmt: skip
ALIASES = [None] * len(NAMES)
ALIASES[0] = "老洪河路、G207"


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex(NAMES, ALIASES)


@pytest.mark.parametrize(
    ("asked", "names", "trust"),
    [
        ("洪河大道", ("洪河大道",), Trust.EXACT),
        ("洪河 大道", ("洪河大道",), Trust.EXACT),
        ("Ｇ３１２", ("G312",), Trust.EXACT),
        ("国道312线", ("G312",), Trust.EXACT),
        ("207国道", ("G207",), Trust.EXACT),
        ("京港澳高速公路", ("京港澳高速",), Trust.EXACT),
        ("解放路", ("解放路",), Trust.EXACT),
        ("南三环路", ("南三环",), Trust.EXACT),
        ("和庄路", ("和庄路 Hezhuang Road",), Trust.EXACT),
        ("和平路", ("建设路(原和平路)",), Trust.SURE),
        ("老洪河路", ("洪河大道",), Trust.SURE),
        ("洪河大道南段", ("洪河大道",), Trust.SURE),
        ("金沙路辅路", ("金沙路",), Trust.SURE),
        ("金沙路入口", ("金沙路",), Trust.SURE),
        ("东风路", ("东风东路", "东风西路"), Trust.PIECES),
        ("迎宾路", ("迎宾路北段", "迎宾路南段"), Trust.PIECES),
        ("洪河路", ("洪河大道",), Trust.LIKELY),
        ("金沙大街", ("金沙路",), Trust.LIKELY),
        ("经9路", ("经九路",), Trust.LIKELY),
        ("人民南路", ("人民路",), Trust.LIKELY),
        ("规划金沙路", ("金沙路",), Trust.LIKELY),
        ("驿城区人民路", ("人民路",), Trust.LIKELY),
        ("金沙路延伸线", ("金沙路",), Trust.LIKELY),
    ],
)
def test_a_name_finds_its_road_and_says_how_surely(index, asked, names, trust):
    first = index.find(asked)[0]
    assert (first.names, first.trust) == (names, trust)
    assert (first.remark is None) == (trust == Trust.EXACT)


@pytest.mark.parametrize(
    "asked", ["金河路", "东风中路", "洪湖大道", "长江街", "金沙", "人", "", "路", "高新二路", "新金沙路"]
)
def test_a_name_that_is_only_alike_finds_nothing(index, asked):
    assert index.find(asked) == []


def test_a_road_in_rows_has_all_of_them(index):
    assert list(index.find("人民路")[0].rows) == [4, 5]
    assert sorted(index.find("东风路")[0].rows) == [2, 3]


def test_one_piece_alone_may_be_another_road():
    index = NameIndex(["黄河东路", "滨江东路", "滨江西路"], [None] * 3)
    assert index.find("黄河路")[0].trust == Trust.LIKELY
    assert index.find("滨江路")[0].trust == Trust.PIECES


def test_a_stretch_belongs_to_its_road_and_a_mouth_does_not():
    index = NameIndex(["天中大道", "天中大道南段", "天中大道出口"], [None] * 3)
    (match,) = index.find("天中大道")[:1]
    assert (list(match.rows), match.trust) == ([0, 1], Trust.EXACT)
    assert index.has("天中大道南段") and not index.has("天中大道北段")


def test_a_road_that_the_data_call_by_its_district_is_told():
    assert NameIndex(["惠济区开元路", "北三环"], [None] * 2).hints("开元路") == ["惠济区开元路"]


def test_what_is_alike_is_told_as_a_hint(index):
    assert index.hints("东风中路") == ["东风东路", "东风西路"]
    assert index.hints("金河路") == ["金沙路"]
    assert set(index.hints("长江街")) == {"长江路", "长江大道"}
    assert index.hints("毫不相干街") == []


@pytest.mark.parametrize("words", ["规划路", "规划道路", "无名路", "20米规划路", "支路", "道路", "规划次干路", "乡道"])
def test_words_that_name_no_road_are_known_as_such(words):
    assert is_unnamed(words)


@pytest.mark.parametrize("name", ["新建路", "人民路", "规划一路", "大学路", "公园路", "城北路", "312国道", "长街"])
def test_real_names_are_not_taken_for_words_without_a_name(name):
    assert not is_unnamed(name)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("东风东路", ("东风", "东", "路")), ("中山大道北", ("中山", "北", "大道")), ("山东路", ("山东", "", "路")),
        ("南三环", ("南三环", "", "路")), ("南三环路", ("南三环", "", "路")), ("金水河", None),
    ],
)  # fmt: skip
def test_a_name_comes_apart(name, parts):
    assert parts_of(name) == parts


@pytest.mark.parametrize(
    ("name", "code"), [("S103线", "S103"), ("省道103", "S103"), ("103省道", "S103"), ("三路", None)]
)
def test_numbers_of_highways(name, code):
    assert code_of(name) == code


def test_chinese_numerals_are_digits():
    assert [folded(name) for name in ("经九路", "十一路", "二十三街", "五一路")] == ["经9路", "11路", "23街", "51路"]


@given(st.lists(st.text("东西南北中山路街大道环线一二三()（）;、 AG12", max_size=8), max_size=8), st.text(max_size=12))
def test_any_names_can_be_indexed_and_any_text_asked_for(names, asked):
    index = NameIndex(names, [None] * len(names))
    for text in (asked, *names):
        for match in index.find(text):
            assert len(match.rows) and all(0 <= row < len(names) for row in match.rows)
        index.hints(text)
