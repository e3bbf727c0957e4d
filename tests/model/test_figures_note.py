"""What a note says of each figure."""

from hypothesis import given
from hypothesis import strategies as st

from geo.model.figures_note import read_note
from geo.model.layer import Field, Title

FIELDS = [
    Field(name=name, title=Title(zh=zh, en=name), type=kind, short=name.upper())
    for name, zh, kind in (("trade", "年交易额", "number"), ("firms", "入驻企业", "integer"), ("text", "说明", "text"))
]


def test_each_figure_gets_its_words_and_the_rest_stays():
    note = "年交易额：以上；入驻企业：余；口径：年产值；基数未载明"
    assert read_note(FIELDS, note) == ({"trade": "以上", "firms": "余"}, "口径：年产值；基数未载明")


def test_only_figures_are_qualified_and_an_empty_note_says_nothing():
    assert read_note(FIELDS, "说明：约") == ({}, "说明：约")
    assert read_note(FIELDS, None) == read_note(FIELDS, "") == ({}, "")


@given(st.text("年交易额入驻企业：；约 a", max_size=40))
def test_no_words_are_lost(note):
    remarks, rest = read_note(FIELDS, note)
    titles = {"trade": "年交易额", "firms": "入驻企业"}
    for name, words in remarks.items():
        assert f"{titles[name]}：{words}" in note.split("；")
    assert all(part in note for part in rest.split("；"))
    assert len(note.split("；")) >= len(remarks)
