"""The clock by which the office's days begin and end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
"""China has one time; a day ends with the office's midnight."""

MINUTES = "%Y-%m-%d %H:%M"


def today() -> date:
    """The day at the office."""
    return datetime.now(OFFICE_TIME).date()


def now() -> str:
    """The moment by the office's clock, to the minute."""
    return datetime.now(OFFICE_TIME).strftime(MINUTES)


def shown(moment: str | None) -> str:
    """A moment of the store (ISO 8601, UTC) as the office's clock shows it, to the minute; empty for none."""
    return datetime.fromisoformat(moment).astimezone(OFFICE_TIME).strftime(MINUTES) if moment else ""
