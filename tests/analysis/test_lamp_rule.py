"""The published rule says what the code does, whatever the thresholds are."""

import importlib

import pytest

from geo.analysis import lamp_rule, schedule


def colours(module=lamp_rule) -> list[str | None]:
    return [each.lamp.colour for each in module.examples()]


def test_examples_stand_on_both_sides_of_every_threshold():
    assert colours() == [
        "green", "yellow", "yellow", "red",  # 9, 10, 30, 31 points behind
        "yellow", "red",  # not started, within three months and beyond
        "yellow",  # on schedule, funds behind
        None,  # nothing to compare with
        "green",  # completed
        "grey", "grey",  # not reported, not yet due and overdue
    ]  # fmt: skip
    assert [each.lamp.overdue for each in lamp_rule.examples()][-2:] == [False, True]
    assert [each.lamp.colour for each in lamp_rule.measured_examples()] == ["green", "yellow", "grey"]


def test_every_sentence_quotes_the_thresholds_in_force():
    words = " ".join(str(rule.words) for rule in (*lamp_rule.rules(), *lamp_rule.measured_rules()))
    for number in ("10", "30", "3 个月", "2 个月"):
        assert number in words


@pytest.fixture
def stricter():
    """The modules as they are with other thresholds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schedule, "YELLOW_BEHIND_POINTS", 5)
        patch.setattr(schedule, "RED_BEHIND_POINTS", 20)
        yield importlib.reload(lamp_rule)
    importlib.reload(lamp_rule)


def test_the_page_follows_when_a_threshold_changes(stricter):
    words = " ".join(str(rule.words) for rule in stricter.rules())
    assert "不到 5 个百分点" in words and "超过 20 个百分点" in words
    assert [example.report.progress_pct for example in stricter.examples()[:4]] == [96.0, 95.0, 80.0, 79.0]
    assert colours(stricter)[:4] == ["green", "yellow", "yellow", "red"]
