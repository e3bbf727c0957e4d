"""Any past day can be asked as the office knew it then."""

from contextlib import closing
from datetime import date, timedelta

import pytest
import shapely

from geo.model.errors import FeatureNotFound, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, FeatureRemoval
from geo.model.status import AnnualStatus
from geo.service import as_of
from geo.service.as_of import PastStores, end_of_day, first_day
from geo.service.intake import open_or_create

ACT = Act("王工")
TODAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 2)
BOX = shapely.box(115, 33, 115.01, 33.01)


@pytest.fixture
def clock(monkeypatch):
    """Lets a test say what time the journal writes."""
    times = iter(f"2026-03-{day:02d}T04:00:00.000Z" for day in range(1, 29))
    current = {"at": next(times)}
    monkeypatch.setattr("geo.store.journal.now", lambda: current["at"])

    def next_day():
        current["at"] = next(times)

    return next_day


@pytest.fixture
def kept(clock, folder, url):
    with closing(open_or_create(url, folder.path)) as store:
        yield store


@pytest.fixture
def past(tmp_path):
    stores = PastStores(tmp_path / "past")
    yield stores
    stores.close()


def everything(store):
    query = FeatureQuery(year=2025, schematic=True, retired=True)
    pages = {layer_id: next(store.scan(layer_id, query, batch=10_000)) for layer_id in store.catalog}
    return {
        layer_id: (dict(zip(page.ids, zip(page.wkb, page.rows, strict=True), strict=True)), store.extent(layer_id))
        for layer_id, page in pages.items()
    }


def test_a_day_ends_with_the_offices_midnight():
    assert end_of_day(date(2024, 3, 1)) == "2024-03-01T15:59:59.999Z"


def test_each_past_day_is_as_it_was_in_every_answer(kept, past, clock):
    known = [everything(kept)]
    steps = [
        [FeatureChange("schools", "s-1", 1, {"seats": 7, "name": "改名小学"}, BOX)],
        [AnnualStatus(layer_id="schools", feature_id="s-2", year=2023, stage="started", progress_pct=40.0)],
        [FeatureRemoval("schools", "s-3", 1), FeatureChange("roads", "r", 1, {}, None)],
        [FeatureChange("schools", "new", None, {"name": "新校", "seats": 1})],
        [AnnualStatus(layer_id="schools", feature_id="s-2", year=2023, withdrawn=True)],
    ]
    for changes in steps:
        clock()
        kept.write(changes, ACT)
        known.append(everything(kept))
    for number, wanted in enumerate(known):
        then = past.as_of(kept, TODAY + timedelta(days=number))
        assert everything(then) == wanted
        assert list(then.faults()) == []
    assert past.as_of(kept, TODAY + timedelta(days=20)) is kept
    first = past.as_of(kept, TODAY)
    assert first.read_page("schools", FeatureQuery(search="改名")).ids == []
    assert first.read_page("schools", FeatureQuery(bbox=(114.9, 32.9, 115.1, 33.1))).ids == []
    with pytest.raises(FeatureNotFound):
        first.read_feature("schools", "new")
    assert first.journal_head().seq < kept.journal_head().seq


def test_a_past_store_is_made_once_and_serves_days_without_a_change_too(kept, past, clock, tmp_path):
    clock(), clock()
    kept.write([FeatureChange("schools", "s-1", 1, {"seats": 7})], ACT)
    assert past.as_of(kept, TODAY) is past.as_of(kept, TOMORROW)
    assert len(list((tmp_path / "past").glob("*.gpkg"))) == 1
    other = PastStores(tmp_path / "past")
    assert everything(other.as_of(kept, TODAY)) == everything(past.as_of(kept, TODAY))
    other.close()


def test_only_a_few_are_kept(kept, past, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(as_of, "KEPT_FILES", 2)
    monkeypatch.setattr(as_of, "KEPT_OPEN", 1)
    for revision in range(1, 6):
        clock()
        kept.write([FeatureChange("schools", "s-1", revision, {"seats": revision})], ACT)
    for number in range(5):
        page = past.as_of(kept, TODAY + timedelta(days=number)).read_feature("schools", "s-1")
        assert dict(zip(page.columns, page.rows[0], strict=True))["seats"] == (number or 1000)
    assert len(list((tmp_path / "past").glob("*.gpkg"))) <= 3


def test_days_that_cannot_be_asked(kept, past):
    assert first_day(kept) == TODAY
    with pytest.raises(InvalidInput, match="2026-03-01"):
        past.as_of(kept, date(2026, 2, 28))
    with pytest.raises(InvalidInput, match="2999"):
        past.as_of(kept, date(2999, 1, 1))
