"""What a name, a password and a role must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model.account import ROLES, allows, clean_name, clean_password, clean_role, name_key
from geo.model.errors import InvalidInput


def test_each_role_may_what_those_before_it_may():
    may = {(role, needed) for role in (None, *ROLES, "king") for needed in ROLES if allows(role, needed)}
    assert may == {
        ("viewer", "viewer"),
        ("editor", "viewer"),
        ("editor", "editor"),
        ("admin", "viewer"),
        ("admin", "editor"),
        ("admin", "admin"),
    }
    with pytest.raises(InvalidInput, match="king"):
        clean_role("king")


@pytest.mark.parametrize(
    ("given", "kept"),
    [(" 张 三 ", "张 三"), ("ＬＩ\u3000Ｓｉ", "LI Si"), ("欧阳娜娜", "欧阳娜娜"), ("𠮷田", "𠮷田"), ("Ⅲ组", "III组")],
)
def test_a_name_is_kept_in_one_spelling(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "  ", "-", "…", "a" * 65, "张\u202e三", "a\x00b", "零\u200b宽", "\ud800a"])
def test_what_is_no_name_is_refused(given):
    with pytest.raises(InvalidInput):
        clean_name(given)


@given(st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=20))
def test_two_spellings_of_a_name_have_one_key(text):
    try:
        name = clean_name(text)
    except InvalidInput:
        return
    assert clean_name(name) == name
    assert {name_key(each) for each in (text, name, f" {name} ", name.casefold())} == {name_key(name)}


@pytest.mark.parametrize("given", ["", "123456789", "a" * 257, "宏志小学规划科张三李", " 宏志小学规划科张三李 "])
def test_a_password_is_long_enough_and_not_the_name(given):
    with pytest.raises(InvalidInput):
        clean_password(given, "宏志小学规划科张三李")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1111111111", "1111111111"),
        (" 含有 空格的 密码 ", " 含有 空格的 密码 "),
        ("１２３４５６７８９０", "1234567890"),
    ],
)
def test_a_password_needs_no_special_characters(given, kept):
    assert clean_password(given, "张三") == kept
