"""Pupils of other years: totals, factors, single places, cohorts."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.model.errors import InvalidInput
from geo.model.growth import Growth, totals_of_cohorts

OWN = numpy.array([10.0, 30.0, numpy.nan])


def test_a_total_is_shared_out_as_the_places_own_figures_are():
    growth = Growth(totals={("primary", 2025): 80.0, ("any", 2026): 20.0})
    assert growth.pupils("primary", 2025, "abc", OWN).tolist()[:2] == [20, 60]
    assert growth.pupils("junior", 2026, "abc", OWN).tolist()[:2] == [5, 15]
    assert growth.years("primary") == [2025, 2026] and growth.years("junior") == [2026]


def test_factors_and_figures_of_single_places():
    growth = Growth(factors={("primary", 2025): 1.5}, of_places={("primary", 2026): {"2": 7.0, "3": 9.0}})
    assert growth.pupils("primary", 2025, [1, 2, 3], OWN).tolist()[:2] == [15, 45]
    assert growth.pupils("primary", 2026, [1, 2, 3], OWN).tolist() == [10, 7, 9]


def test_a_year_that_is_not_in_the_table_and_a_total_for_nobody_are_refused():
    growth = Growth(totals={("primary", 2025): 80.0})
    with pytest.raises(InvalidInput, match="2025"):
        growth.pupils("primary", 2024, "abc", OWN)
    with pytest.raises(InvalidInput):
        growth.pupils("primary", 2025, "ab", numpy.array([0.0, numpy.nan]))


@given(st.dictionaries(st.integers(2010, 2030), st.integers(0, 1000), max_size=21))
def test_cohorts_add_up_to_six_grades_and_three(entering):
    totals = totals_of_cohorts(entering)
    for year in range(2005, 2045):
        for level, ages in (("primary", range(6)), ("junior", range(6, 9))):
            known = [entering.get(year - age) for age in ages]
            assert totals.get((level, year)) == (None if None in known else sum(known))
