"""Maps as pictures (PNG, PDF, SVG), drawn on the server: the only door of Matplotlib, loaded when one is drawn."""

from geo.exchange.map_picture.content import Picture

MEDIA_TYPES = {"png": "image/png", "pdf": "application/pdf", "svg": "image/svg+xml"}

DPI = 220
"""Of a PNG: fine enough for print, and small enough for a document with several."""


def draw(picture: Picture, format_name: str, dpi: int = DPI) -> bytes:
    """The picture as a file of one of `MEDIA_TYPES`; safe to call from several threads."""
    from geo.exchange.map_picture import drawing  # Matplotlib takes a second to load

    return drawing.draw(picture, format_name, dpi)
