"""The words by which a feature is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model.search_text import normalized, search_words, spellings, words_apart


@pytest.mark.parametrize(
    ("name", "initials", "full"),
    [
        ("宏志小学", "hzxx", "hongzhixiaoxue"),
        ("乐山大道", "lsdd", "leshandadao"),
        ("重阳路", "cyl", "chongyanglu"),
        ("恒兴（5G+）物流园", "hx5gwly", "hengxing5gwuliuyuan"),
        ("绿地", "ld", "lvdi"),
    ],
)
def test_a_chinese_name_is_spelt_by_its_initials_and_in_full(name, initials, full):
    assert spellings(name) == (initials, full)


def test_a_name_without_chinese_needs_no_spelling():
    assert spellings("B-01") == ()
    assert spellings("") == ()


@given(st.text())
def test_any_name_can_be_spelt_and_normalizing_twice_changes_nothing(name):
    assert all(isinstance(spelling, str) for spelling in spellings(name))
    assert normalized(normalized(name)) == normalized(name)
    assert search_words(name) == search_words(normalized(name))


def test_a_chinese_text_without_blanks_is_also_two_words():
    assert "乐山大道 古槐路" in list(words_apart("乐山大道古槐路"))
    assert list(words_apart("宏志小学")) == ["宏志 小学"]
    assert list(words_apart("宏志 小学")) == list(words_apart("leshan-dadao")) == list(words_apart("小学路")) == []


@given(st.text("乐山大道古槐路a1 ", max_size=24))
def test_two_words_hold_the_characters_of_the_one(text):
    for reading in words_apart(text):
        one, other = reading.split(" ")
        assert one + other == text.strip() and min(len(one), len(other)) >= 2
