"""Location phrases of whole files are read line by line."""

import orjson

from geo.service import phrases


def read(lines, processes):
    return [orjson.loads(line) for line in b"".join(phrases.read_locations(lines, processes=processes)).splitlines()]


def test_many_lines_shared_out_among_processes_keep_their_order():
    lines = [f"甲{number}路与乙{number % 7}路交叉口西北角" for number in range(phrases.SHARED_FROM + 10)]
    shared = read(lines, 2)
    assert [each["text"] for each in shared] == lines
    assert shared[-1]["roads"] == [f"甲{len(lines) - 1}路", f"乙{(len(lines) - 1) % 7}路"]


def test_an_empty_line_has_a_reading_too_and_no_line_has_none():
    assert [each["kind"] for each in read(["人民路东段", "", "和平路中段"], 2)] == ["along", "unknown", "along"]
    assert read([], 2) == []
