"""A shape that is not valid says why in the reader's words."""

import pytest
import shapely

from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark, worded
from geo.model.validity import invalid_reason


@pytest.mark.parametrize(
    ("wkt", "words"),
    [
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "边界自相交 [0.5 0.5]"),
        ("POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0), (5 5, 6 5, 6 6, 5 5))", "洞在外边界之外 [5 5]"),
        ("POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 8 1, 8 8, 1 8, 1 1), (2 2, 3 2, 3 3, 2 2))", "洞套着洞 [2 2]"),
    ],
)
def test_the_reason_names_the_fault_and_its_place(wkt, words):
    assert str(invalid_reason(shapely.from_wkt(wkt))) == words


def test_a_reason_inside_a_message_is_translated_with_it():
    english = {"无效：%(reason)s": "Invalid: %(reason)s", "边界自相交%(where)s": "Self-crossing%(where)s"}
    error = InvalidInput(N_("无效：%(reason)s"), reason=Remark("边界自相交%(where)s", where=" [1 1]"))
    assert str(error) == "无效：边界自相交 [1 1]"
    assert worded(error.message, error.params, english.get) == "Invalid: Self-crossing [1 1]"
