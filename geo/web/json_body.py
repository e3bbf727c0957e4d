"""What a script sends us as JSON."""

from typing import TypeVar

import msgspec
from flask import request

from geo.model.errors import InvalidInput, N_

Given = TypeVar("Given", bound=msgspec.Struct)


def json_body(kind: type[Given]) -> Given:
    """The JSON of the request as a definition has it.

    Raises
    ------
    InvalidInput
        If it is none, or of another form.
    """
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise InvalidInput(N_("提交的内容不符合格式：%(reason)s"), reason=str(fault)) from None
