"""Who goes elsewhere between two assignments."""

import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.catchments.comparing import moves
from tests.depth import examples


def table(*rows) -> pandas.DataFrame:
    return pandas.DataFrame(rows, columns=["demand_id", "school_id", "pupils"])


def test_moved_gained_and_lost_by_hand():
    before = table(("a", "s", 10), ("b", "s", 6), ("b", "t", 4), ("c", None, 5), ("d", "t", 7), ("gone", "s", 99))
    after = table(("a", "t", 20), ("b", "s", 2), ("b", "t", 8), ("c", "t", 5), ("d", None, 7), ("new", "s", 3))
    found = moves(before, after)
    assert (found.moved, found.gained, found.lost, found.compared) == (pytest.approx(24), 5, 7, 42)
    rows = [tuple(None if pandas.isna(each) else each for each in row) for row in found.rows.itertuples(index=False)]
    assert rows == [("a", "s", "t", 20), ("b", "s", "t", pytest.approx(4)), ("c", None, "t", 5), ("d", "t", None, 7)]


SHARES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["s", "t", "u", None]), st.integers(1, 50)), max_size=12
)


@settings(max_examples=examples(40, deep=200))
@given(SHARES, SHARES)
def test_whoever_stays_and_whoever_goes_are_all(before, after):
    found = moves(table(*before), table(*after))
    assert found.moved + found.gained + found.lost <= found.compared + 1e-6
    assert found.rows["pupils"].sum() == pytest.approx(found.moved + found.gained + found.lost)
    assert not (found.rows["before"].fillna("-") == found.rows["after"].fillna("-")).any()
    same = moves(table(*after), table(*after))
    assert len(same.rows) == 0 and same.moved == same.gained == same.lost == 0
