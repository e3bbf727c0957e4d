"""References to blocks of which a drawing shows only a part (XCLIP), found among its objects.

A reference owns a dictionary, that one another, and that one the filter with the outline.
"""

MOST_OBJECTS = 100_000


class Clips:
    """Collects who owns whom while the section of objects goes by."""

    def __init__(self) -> None:
        self._owners: dict[bytes, bytes] = {}
        self._filters: set[bytes] = set()
        self._kind = self._handle = self._owner = b""

    def note(self, code: bytes, word: bytes) -> None:
        """Take in a tag of the section; of the owners that stand before the content the last one is the true one."""
        match code:
            case b"0":
                self._kind, self._handle, self._owner = word, b"", b""
            case b"5":
                self._handle = word
            case b"330":
                self._owner = word
            case b"100" if self._kind:
                self._keep()
                self._kind = b""

    def _keep(self) -> None:
        if self._kind == b"SPATIAL_FILTER" and len(self._filters) < MOST_OBJECTS:
            self._filters.add(self._owner)
        elif self._kind == b"DICTIONARY" and len(self._owners) < MOST_OBJECTS:
            self._owners[self._handle] = self._owner

    def handles(self) -> set[str]:
        """Of the references, among others of which some may be none."""
        dictionaries = (self._owners.get(each, b"") for each in self._filters)
        return {self._owners.get(each, b"").decode("ascii", "ignore") for each in dictionaries} - {""}
