"""What proves a report: photographs and documents, known by the hash of their content."""

from dataclasses import dataclass

LARGEST_BYTES = 10 * 1024 * 1024
MOST_FILES = 8
"""Files of one report."""

ENDINGS: dict[str, str] = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
}
"""Media types that are taken, as their content says, and the ending under which they are given back."""


@dataclass(frozen=True)
class Evidence:
    """A file of evidence.

    Parameters
    ----------
    sha256
        Of the content, hexadecimal digits.
    name
        As it was called where it came from; only shown, never used as a path.
    media_type
        A key of `ENDINGS`.
    added_by, added_at
        Who gave it first, and when (ISO 8601, UTC).
    """

    sha256: str
    name: str
    media_type: str
    size_bytes: int
    added_by: str
    added_at: str
