"""The clock by which the office's days begin and end."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
"""China has one time; a day ends with the office's midnight."""


def today() -> date:
    """The day at the office."""
    return datetime.now(OFFICE_TIME).date()
