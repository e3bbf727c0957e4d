"""Status rows are only added; the latest one of a feature and year counts."""

from dataclasses import replace

import pytest

from geo.model.errors import FeatureNotFound, InvalidInput, LayerNotFound
from geo.model.feature_query import FeatureQuery
from geo.model.status import AnnualStatus

FULL = AnnualStatus(
    layer_id="parcels",
    feature_id="a",
    year=2023,
    stage="started",
    flag="delayed",
    progress_pct=37.5,
    investment_planned_cny_10k=1000.0,
    investment_done_cny_10k=400.0,
    seats_delivered=90,
    value=None,
    unit="个",
    target=100.0,
    note="墙已砌“到二层” ${x}",
    evidence="9f86d081884c7d65",
    reported_by="王工",
    reported_at="2024-01-15T08:00:00Z",
)


def fill(store, frame):
    store.add_features("parcels", frame({"a": {"name": "甲"}, "b": {"name": "乙"}}))
    store.add_features("villages", frame({"v": {"name": "村"}}))
    return store


@pytest.fixture
def kept(store, frame):
    return fill(store, frame)


@pytest.fixture(scope="module")
def unchanged(shared, frame):
    """A store that refuses whatever it is given."""
    return fill(shared, frame)


def as_of(store, year):
    page = store.read_page("parcels", FeatureQuery(year=year))
    names = ("status_year", "stage", "progress_pct")
    return {
        i: tuple(row[page.columns.index(name)] for name in names) for i, row in zip(page.ids, page.rows, strict=True)
    }


def test_a_row_comes_back_whole(kept):
    assert kept.add_statuses([FULL]) == 1
    assert kept.statuses("parcels", "a") == [FULL]
    assert kept.statuses("parcels", "b") == []


def test_a_correction_supersedes_and_the_last_reported_year_counts(kept):
    kept.add_statuses([FULL, replace(FULL, year=2022, stage="approved", progress_pct=0.0)])
    kept.add_statuses([replace(FULL, progress_pct=40.0)])
    assert [(s.year, s.progress_pct) for s in kept.statuses("parcels", "a")] == [(2022, 0.0), (2023, 40.0)]
    assert as_of(kept, 2021) == {"a": (None, "not_reported", None), "b": (None, "not_reported", None)}
    assert as_of(kept, 2022)["a"] == (2022, "approved", 0.0)
    assert as_of(kept, 2023)["a"] == (2023, "started", 40.0)
    assert as_of(kept, 2030)["a"] == (2023, "started", 40.0)


def test_a_correction_of_an_earlier_year_leaves_the_later_one(kept):
    kept.add_statuses([FULL])
    kept.add_statuses([replace(FULL, year=2021, progress_pct=5.0)])
    assert as_of(kept, 2024)["a"] == (2023, "started", 37.5)


def test_rows_of_several_layers_are_written_together(kept):
    measured = AnnualStatus(layer_id="villages", feature_id="v", year=2022, value=12.5, unit="万元")
    before = {layer: kept.revision(layer) for layer in ("parcels", "villages")}
    assert kept.add_statuses([FULL, measured, replace(measured, year=2023, value=0)]) == 3
    assert {layer: kept.revision(layer) - before[layer] for layer in before} == {"parcels": 1, "villages": 1}
    page = kept.read_page("villages", FeatureQuery(year=2022))
    assert dict(zip(page.columns, page.rows[0], strict=True))["value"] == 12.5


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"stage": "dreaming"}, "stage"),
        ({"flag": "late"}, "flag"),
        ({"progress_pct": 101.0}, "progress_pct"),
        ({"progress_pct": -1}, "progress_pct"),
        ({"investment_done_cny_10k": float("nan")}, "investment_done_cny_10k"),
        ({"seats_delivered": 1.5}, "seats_delivered"),
        ({"year": 20233}, "year"),
        ({"year": "2023"}, "year"),
        ({"note": "a\x00"}, "note"),
    ],
)
def test_a_row_that_does_not_hold_is_named_and_nothing_is_written(unchanged, change, named):
    with pytest.raises(InvalidInput) as raised:
        unchanged.add_statuses([FULL, replace(FULL, feature_id="b", **change)])
    for words in ("parcels", "“b”", f"“{named}”"):
        assert words in str(raised.value)
    assert unchanged.statuses("parcels", "a") == []
    assert unchanged.revision("parcels") == 1


def test_a_row_of_nothing_is_refused(kept, frame):
    kept.add_features("targets", frame({"t": {"name": "指标"}}).drop(columns="geometry"))
    with pytest.raises(FeatureNotFound, match="nobody"):
        kept.add_statuses([FULL, replace(FULL, feature_id="nobody")])
    with pytest.raises(LayerNotFound, match="nowhere"):
        kept.add_statuses([replace(FULL, layer_id="nowhere")])
    with pytest.raises(InvalidInput, match="targets"):
        kept.add_statuses([replace(FULL, layer_id="targets", feature_id="t")])
    assert kept.add_statuses([]) == 0
    assert kept.statuses("parcels", "a") == []


def test_invented_figures_live_in_a_demonstration_store_only(kept, new_url, opened, frame):
    with pytest.raises(InvalidInput, match="parcels"):
        kept.add_statuses([replace(FULL, demo=True)])
    demo = opened(new_url())
    demo.create(demo=True)
    demo.add_features("parcels", frame({"a": {"name": "甲"}}))
    demo.add_statuses([replace(FULL, demo=True)])
    page = demo.read_feature("parcels", "a", year=2023)
    assert dict(zip(page.columns, page.rows[0], strict=True))["status_demo"] is True


def test_all_standing_reports_of_a_layer_come_in_one_stream(kept):
    other = replace(FULL, feature_id="b", year=2022, stage="approved", progress_pct=0.0)
    kept.add_statuses([FULL, other, replace(FULL, year=2022), replace(FULL, progress_pct=40.0)])
    assert list(kept.standing_statuses("villages")) == []
    assert list(kept.standing_statuses("parcels")) == [*kept.statuses("parcels", "a"), other]
    assert [status.progress_pct for status in kept.standing_statuses("parcels")] == [37.5, 40.0, 0.0]
    kept.add_statuses([AnnualStatus("parcels", "a", 2023, withdrawn=True)])
    assert [(each.feature_id, each.year) for each in kept.standing_statuses("parcels")] == [("a", 2022), ("b", 2022)]
