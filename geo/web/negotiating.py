"""Which of its formats an address of `/ogc` gives: JSON to programs, a page to people."""

from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from geo.web.asking import KEPT_HEADERS, this_request

JSON_TYPES = (
    "application/json",
    "application/geo+json",
    "application/schema+json",
    "application/vnd.oai.openapi+json",
)

WITH_PAGES = frozenset(
    f"ogc.{name}"
    for name in (
        "landing", "conformance", "api", "collections", "collection", "schema", "queryables", "items", "item",
    )
)  # fmt: skip
"""Endpoints that have a page beside their JSON."""


def formats_of(endpoint: str | None, own_format: str = "json") -> tuple[str, ...]:
    """The values that `f` may have at an endpoint, its default first."""
    return (own_format, "html") if endpoint in WITH_PAGES else (own_format,)


def wants_html() -> bool:
    """Whether the client asks for a page: by `f`, else by liking HTML better than any JSON, as browsers do."""
    request = this_request()
    given = request.args.get("f")
    return _likes_html(request.headers.get("Accept")) if given is None else given == "html"


@lru_cache(KEPT_HEADERS)
def _likes_html(header: str | None) -> bool:
    accepted = parse_accept_header(header, MIMEAccept)
    return accepted["text/html"] > max(accepted[kind] for kind in JSON_TYPES)
