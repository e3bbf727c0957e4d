"""The clock by which the office's days begin and end."""

from zoneinfo import ZoneInfo

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
"""China has one time; a day ends with the office's midnight."""
