"""The name by which a client calls the server stands in every link; one that can be none is refused at the door."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from geo.model.errors import N_
from geo.web.language import LANGUAGES
from geo.web.terminal import words_in

NAME = re.compile(
    r"(?:(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?"
    r"|\[[0-9a-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?",
    re.IGNORECASE,
)
"""A host as RFC 9110, 7.2 has it: labels of RFC 1123 (and the underscore of many offices), or an IPv6 address."""

LONGEST = 255
KEPT_NAMES = 256
REFUSAL = N_("请求的主机名（Host）写法不对")

Application = Callable[[dict, Callable], Iterable[bytes]]


@lru_cache(KEPT_NAMES)
def is_host(given: str) -> bool:
    """Whether a Host header can be one; its absence is no fault."""
    if given == "":
        return True
    match = NAME.fullmatch(given) if len(given) <= LONGEST else None
    if match is None or int(match["port"] or 0) > 65535:
        return False
    try:
        given.encode("ascii").decode("idna")
    except UnicodeError:
        return False
    return True


def refuse_wrong_hosts(application: Application) -> Application:
    """An application that is only asked under names that can be."""

    def guarded(environ: dict, start_response: Callable) -> Iterable[bytes]:
        if is_host(environ.get("HTTP_HOST", "")):
            return application(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{words_in(code)(REFUSAL)}\n".encode() for code in LANGUAGES]

    return guarded
