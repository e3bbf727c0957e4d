"""Headers that keep a page to itself: nothing from other servers, no inline script without this answer's nonce."""

import secrets

from flask import Flask, Response, g

FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
)


def csp_nonce() -> str:
    """The nonce of the answer being made; templates put it on their script and style elements."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _policy(nonce: str | None = None) -> str:
    nonce = f" 'nonce-{nonce}'" if nonce else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self'{nonce}",
            f"style-src 'self'{nonce}",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


WITHOUT_NONCE = _policy()
"""Only a page has scripts and styles; all else comes without a nonce, which takes time to make."""


def _add_headers(response: Response) -> Response:
    policy = _policy(csp_nonce()) if response.mimetype == "text/html" else WITHOUT_NONCE
    there = {name.lower() for name, _ in response.headers}
    for name, value in (("Content-Security-Policy", policy), *FIXED):
        if name.lower() not in there:
            response.headers.add(name, value)
    return response


def protect(app: Flask) -> None:
    """Send the headers with every answer and offer `csp_nonce()` to templates."""
    app.after_request(_add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce
