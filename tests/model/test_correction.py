"""What a reader may send in, and what an editor must say."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model.correction import Report, clean_answer, clean_report, plain_text
from geo.model.errors import InvalidInput


def report(**given) -> Report:
    return Report(**({"layer_id": "schools", "feature_id": "1", "topic": "place", "text": "位置应在路东"} | given))


def test_a_report_is_kept_as_it_was_written_but_for_what_nobody_sees():
    written = "  位置不对：\r\n\r\n\r\n\r\n应在\u202e路东\u200b <b>不是</b>路西\x00  "
    kept = clean_report(report(text=written, contact="  电话\n 123  "))
    assert kept.text == "位置不对：\n\n应在路东 <b>不是</b>路西"
    assert kept.contact == "电话 123"
    assert clean_report(report(contact="  ")).contact is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": ""},
        {"topic": "weather"},
        {"text": "错了"},
        {"text": " \u200b\u200b\u200b\u200b\u200b\u200b "},
        {"text": "长" * 1001},
        {"contact": "1" * 101},
    ],
)
def test_what_is_no_report_is_refused(wrong):
    with pytest.raises(InvalidInput):
        clean_report(report(**wrong))


def test_an_answer_is_needed_but_to_close():
    assert clean_answer(" 已核实 ", "accepted") == "已核实"
    assert clean_answer(" ", "closed") is None
    for words, outcome in ((" ", "accepted"), ("", "answered"), ("好", "open"), ("长" * 1001, "answered")):
        with pytest.raises(InvalidInput):
            clean_answer(words, outcome)


@given(st.text(max_size=60))
def test_plain_text_is_plain_and_stays_as_it_is(text):
    plain = plain_text(text)
    assert plain_text(plain) == plain
    assert plain == plain.strip()
    assert "\n\n\n" not in plain
    assert all(character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in plain)
