"""Which of its formats an address of `/ogc` gives: JSON to programs, a page to people."""

from flask import request

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
    given = request.args.get("f")
    if given is not None:
        return given == "html"
    accepted = request.accept_mimetypes
    return accepted["text/html"] > max(accepted[kind] for kind in JSON_TYPES)
