"""Quantities keep their number, their unit, and what qualifies them."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange.numerals import read_numeral
from geo.exchange.quantities import find_quantities

NUMERALS = {
    "1,080": 1080, "18.5": 18.5, "二十四": 24, "两百": 200, "一千二": 1200, "百": 100, "１２": 12, "三万五千": 35000,
    "": None, "亩": None, "1.2.3": None, "9" * 400: None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "number"), NUMERALS.items())
def test_numerals_are_read_or_refused(text, number):
    assert read_numeral(text) == number


@pytest.mark.parametrize(
    ("text", "value", "unit", "label", "qualifiers"),
    [
        ("占地29.45亩", 29.45, "mu", "占地", ()),
        ("总建筑面积约4.9万㎡", 49000, "m2", "总建筑面积", ("约",)),
        ("占地约5万平方，", 50000, "m2", "占地", ("约",)),
        ("用地6.4公顷", 6.4, "ha", "用地", ()),
        ("计划投资1.5亿元以上", 15000, "cny_10k", "计划投资", ("以上",)),
        ("总投资5000多万元", 5000, "cny_10k", "总投资", ("多",)),
        ("入驻企业280余家", 280, "company", "入驻企业", ("余",)),
        ("年交易量达到400万吨左右", 400, "t_10k", "年交易量", ("左右",)),
        ("不少于二十四个教学班", 24, "class", "", ("不少于",)),
        ("提供学位1,080个", 1080, "item", "提供学位", ()),
        ("新增1080个学位", 1080, "seat", "新增", ()),
        ("形成385亿级现代物流集群", 3850000, "cny_10k", "形成", ("级",)),
        ("征地120畝", 120, "mu", "征地", ()),
        ("投资三千五百万元", 3500, "cny_10k", "投资", ()),
        ("4.5万方", 45000, "m2", "", ()),
    ],
)
def test_a_quantity_is_read_with_its_label_and_qualifiers(text, value, unit, label, qualifiers):
    (quantity,) = find_quantities(text)
    assert (quantity.value, quantity.unit, quantity.label, quantity.qualifiers) == (value, unit, label, qualifiers)


def test_several_figures_of_a_sentence_stay_apart():
    found = find_quantities("占地45亩，建筑面积24000平方米，计划投资8000万元，新增36个教学班，1620个学位。")
    assert [(each.value, each.unit) for each in found] == [
        (45, "mu"), (24000, "m2"), (8000, "cny_10k"), (36, "class"), (1620, "seat"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["占地26152平方米，约合39.23亩", "占地26152㎡（39.23亩）"])
def test_a_second_unit_restates_the_first(text):
    first, second = find_quantities(text)
    assert (first.restates, second.restates, second.label) == (False, True, "占地")


def test_a_range_says_no_number():
    assert find_quantities("占地30-50亩") == []


def test_converted_figures_carry_no_binary_noise():
    (quantity,) = find_quantities("占地5万平方米")
    assert quantity.to("mu") == 75


@given(
    number=st.integers(1, 9999),
    scale=st.sampled_from([("", 1), ("万", 10_000)]),
    unit=st.sampled_from([("亩", "mu"), ("平方米", "m2"), ("㎡", "m2"), ("公顷", "ha")]),
    before=st.sampled_from(["", "约", "近", "不少于", "超过"]),
    after=st.sampled_from(["", "以上", "左右"]),
    commas=st.booleans(),
)
def test_any_area_is_found_where_it_stands(number, scale, unit, before, after, commas):
    written = f"{before}{number:,}" if commas else f"{before}{number}"
    text = f"项目占地{written}{scale[0]}{unit[0]}{after}，其余不变。"
    (quantity,) = find_quantities(text)
    assert math.isclose(quantity.value, number * scale[1])
    assert quantity.unit == unit[1]
    assert text[quantity.start : quantity.end] == quantity.text
    assert quantity.qualifiers == tuple(word for word in (before, after) if word)


@given(
    text=st.text(max_size=200)
    | st.text(st.sampled_from("约近1234567890,.万亿十百余多亩㎡米元吨班人（）()，。以上"), max_size=200)
)
def test_any_text_gives_quantities_in_order(text):
    found = find_quantities(text)
    assert all(math.isfinite(each.value) and text[each.start : each.end] == each.text for each in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
