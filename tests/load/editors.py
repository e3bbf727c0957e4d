"""The accounts of the planners who report: `editor0` and so on. Without locust, which patches whatever imports it."""

EDITORS = 8
PASSWORD = "a long enough password"
