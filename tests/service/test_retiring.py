"""Features out of use: gone from every list, kept with their history, shown by what replaces them."""

from contextlib import closing

import pytest

from geo.model.errors import Conflict, FeatureNotFound, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.field_fault import InvalidFields
from geo.model.journal import Act
from geo.model.status import AnnualStatus
from geo.service.features import summarise
from geo.service.history import undo
from geo.service.intake import open_or_create
from geo.service.retiring import Retiree, predecessors, retire, retirement

WANG, LI = Act("王工", "两校合并，批复〔2024〕3号"), Act("李工", "撤销")


@pytest.fixture
def kept(folder, url):
    with closing(open_or_create(url, folder.path)) as store:
        store.write([AnnualStatus(layer_id="schools", feature_id="s-1", year=2023, stage="started")], WANG)
        yield store


def ids(store, **query):
    return store.read_page("schools", FeatureQuery(**query)).ids


def test_a_merger_retires_several_with_one_successor_and_is_taken_back_whole(kept):
    before = ids(kept)
    totals = summarise(kept, {"schools": FeatureQuery()})["schools"]
    entries = retire(
        kept,
        [Retiree("schools", "s-1", 1), Retiree("schools", "s-2", 1)],
        WANG,
        on="2024-02-01",
        successor="schools/s-3",
    )
    assert [each for each in before if each not in ids(kept)] == ["s-1", "s-2"]
    assert set(ids(kept, retired=True)) == set(before)
    assert summarise(kept, {"schools": FeatureQuery()})["schools"].totals["seats"] == totals.totals["seats"] - 2000
    found = retirement(kept, "schools", "s-1")
    assert (found.on, found.successor, found.successor_name) == ("2024-02-01", "schools/s-3", "第3小学")
    assert (found.entry.author, found.entry.cause) == ("王工", "两校合并，批复〔2024〕3号")
    assert [(each.name, each.retired_on) for each in predecessors(kept, "schools", "s-3")] == [
        ("第1小学", "2024-02-01"),
        ("第2小学", "2024-02-01"),
    ]
    first, second = predecessors(kept, "schools", "s-3")
    assert (first.last_status.stage, second.last_status) == ("started", None)
    undo(kept, entries[0].change_set, LI)
    assert ids(kept) == before
    assert retirement(kept, "schools", "s-1") is None and predecessors(kept, "schools", "s-3") == []
    assert list(kept.faults()) == []


def test_nothing_need_replace_it_and_today_is_the_day(kept):
    (entry,) = retire(kept, [Retiree("schools", "s-1")], WANG)
    assert entry.after.keys() == {"retired_on"}
    found = retirement(kept, "schools", "s-1")
    assert (found.successor, found.successor_name) == (None, None)


@pytest.mark.parametrize(
    ("more", "act", "named"),
    [
        ({}, Act("王工"), ["cause"]),
        ({"on": "2999-01-01"}, WANG, ["retired_on"]),
        ({"on": "昨天"}, WANG, ["retired_on"]),
        ({"successor": "schools/s-1"}, WANG, ["successor"]),
        ({"successor": "schools/none"}, WANG, ["successor"]),
        ({"successor": "s-2"}, WANG, ["successor"]),
        ({"successor": "nothing/s-2", "on": "2999-01-01"}, Act("王工"), ["retired_on", "cause", "successor"]),
    ],
)
def test_what_cannot_be_is_refused_field_by_field(kept, more, act, named):
    with pytest.raises(InvalidFields) as error:
        retire(kept, [Retiree("schools", "s-1", 1)], act, **more)
    assert [fault.field for fault in error.value.faults] == named
    assert "s-1" in ids(kept)


def test_all_or_none(kept):
    with pytest.raises(FeatureNotFound):
        retire(kept, [Retiree("schools", "s-1", 1), Retiree("schools", "none")], WANG)
    with pytest.raises(Conflict):
        retire(kept, [Retiree("schools", "s-1", 1), Retiree("schools", "s-2", 7)], WANG)
    with pytest.raises(InvalidFields):
        retire(kept, [Retiree("schools", "s-1", 1), Retiree("schools", "s-1", 1)], WANG)
    with pytest.raises(InvalidInput, match="参考"):
        retire(kept, [Retiree("schools", "s-1", 1), Retiree("roads", "r", 1)], WANG)
    assert "s-1" in ids(kept)


def test_what_is_retired_is_not_retired_again_and_replaces_nothing(kept):
    retire(kept, [Retiree("schools", "s-1", 1)], WANG, on="2024-02-01")
    with pytest.raises(InvalidInput, match="2024-02-01"):
        retire(kept, [Retiree("schools", "s-1", 2)], WANG)
    with pytest.raises(InvalidFields, match="successor"):
        retire(kept, [Retiree("schools", "s-2", 1)], WANG, successor="schools/s-1")
