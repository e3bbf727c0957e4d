"""A place that somebody types: coordinates, the name of a home or another feature, or where it lies by its roads."""

from dataclasses import dataclass

import shapely

from geo.exchange.coordinates import read_position
from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark
from geo.service.locating import locate, network_of_store
from geo.service.search import search
from geo.store.base import Store

LONGEST = 200
CANDIDATES = 20


@dataclass(frozen=True)
class FoundPlace:
    """A point in EPSG:4326, what it is called, and how sure it is.

    Parameters
    ----------
    accuracy_m
        None where it is not known.
    """

    lon: float
    lat: float
    label: str
    accuracy_m: float | None


def find_place(store: Store, text: str) -> FoundPlace:
    """The place that a text means.

    Raises
    ------
    InvalidInput
        If it means none that has a position.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST:
        raise InvalidInput(N_("请写地点：名称、路口或坐标，最多 %(longest)s 个字符"), longest=LONGEST)
    if any(sign.isdigit() for sign in text):
        try:
            west, _, east, _ = store.catalog.zone.extent
            position = read_position(text, default_meridian=(west + east) / 2)
        except InvalidInput:
            position = None
        if position is not None:
            return FoundPlace(position.lon, position.lat, text, None)
    return _feature(store, text) or _by_roads(store, text)


def _feature(store: Store, text: str) -> FoundPlace | None:
    """A feature with a position that has this very name."""
    for _, items in search(store, text, limit=CANDIDATES, year=None, schematic=False).results:
        columns = items.page.columns
        for wkb, row in zip(items.page.wkb or (), items.page.rows, strict=False):
            values = dict(zip(columns, row, strict=True))
            if wkb is not None and values.get("name") == text:
                middle = shapely.point_on_surface(shapely.from_wkb(wkb))
                return FoundPlace(middle.x, middle.y, text, values.get("location_accuracy_m"))
    return None


def _by_roads(store: Store, text: str) -> FoundPlace:
    located = locate(text, network_of_store(store))
    if located.place.geometry is None:
        reason = located.place.reason
        message = N_("找不到“%(given)s”：%(reason)s")
        raise InvalidInput(message, given=text[:60], reason=Remark(reason.message, **reason.params))
    middle = shapely.point_on_surface(located.place.geometry)
    return FoundPlace(middle.x, middle.y, text, located.accuracy_m)
