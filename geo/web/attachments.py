"""How a file that is taken away is named."""

from collections.abc import Callable
from urllib.parse import quote

from geo.model import office_time

NameOf = Callable[[str, str], str]


def attachment(name_of: NameOf, plain_name_of: NameOf, ending: str) -> str:
    """The header that names a file: for people, and in ASCII for programs that take nothing else (RFC 6266, 4.3).

    Parameters
    ----------
    name_of, plain_name_of
        Give the name for an ending and a day.
    """
    day = office_time.today().isoformat()
    name, plain = quote(name_of(ending, day), safe=""), plain_name_of(ending, day)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
