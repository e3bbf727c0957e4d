"""The clock by which the office's days begin and end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
"""China has one time; a day ends with the office's midnight."""


def today() -> date:
    """The day at the office."""
    return datetime.now(OFFICE_TIME).date()


def shown(moment: str | None) -> str:
    """A moment of the store (ISO 8601, UTC) as the office's clock shows it, to the minute; empty for none."""
    return datetime.fromisoformat(moment).astimezone(OFFICE_TIME).strftime("%Y-%m-%d %H:%M") if moment else ""
