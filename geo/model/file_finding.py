"""What is wrong or doubtful in a file that people bring, by row and field, each under a code that stays the same."""

from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass

from geo.model.errors import InvalidFile, N_
from geo.model.remark import Remark

MOST_OF_A_CODE = 100
"""So many findings of one code are told one by one; the others are counted."""

SHAPELESS = frozenset({"not_a_number", "non_finite", "invalid_geometry", "too_few_points", "not_geojson"})
"""Findings that tell why a feature has no shape."""


@dataclass(frozen=True)
class FileFinding:
    """One thing that is wrong, or that a reader has to know.

    Parameters
    ----------
    code
        What it is; the user guide lists them all.
    remark
        The same in words.
    row
        Number of the feature in its file, from 1; in tables the row, the header being row 1; in text files the line.
        None where it is of the whole file.
    field
        Name of the field, where it is of one.
    """

    code: str
    remark: Remark
    row: int | None = None
    field: str | None = None

    @property
    def tells_row(self) -> bool:
        """Whether the words name the row themselves."""
        return "%(row)s" in self.remark.message

    def in_file(self, name: str) -> Remark:
        """A sentence that names the file, the row and the field; a refusal does so by itself."""
        row, field = self.row, self.field
        if "%(file)s" in self.remark.message:
            return self.remark
        if row is None or self.tells_row:
            return Remark(N_("%(file)s：%(told)s"), file=name, told=self.remark)
        if field is None:
            return Remark(N_("%(file)s 第 %(row)s 行：%(told)s"), file=name, row=row, told=self.remark)
        return Remark(
            N_("%(file)s 第 %(row)s 行的 %(field)s：%(told)s"), file=name, row=row, field=field, told=self.remark
        )


class FileFindings:
    """Collects findings in the order in which they are met; of each code no more than a reader can look through.

    Attributes
    ----------
    shapeless
        Rows of which it was told why they have no shape.
    """

    def __init__(self) -> None:
        self._found: list[FileFinding] = []
        self._count: Counter[str] = Counter()
        self.shapeless: set[int] = set()
        self.mark()

    def add(
        self, code: str, message: str, *, row: int | None = None, field: str | None = None, **params: object
    ) -> None:
        """Note a finding; the message is marked with `N_`; `row` and `field` are parameters of it too."""
        self._count[code] += 1
        if row is not None and code in SHAPELESS:
            self.shapeless.add(row)
        if self._count[code] <= MOST_OF_A_CODE:
            remark = Remark(message, **{"row": row, "field": field, **params})
            self._found.append(FileFinding(code, remark, row, field))

    def drop(self, codes: Set[str]) -> None:
        """Forget findings of codes that are none here."""
        self._found = [finding for finding in self._found if finding.code not in codes]
        for code in codes:
            del self._count[code]

    def count(self, code: str) -> int:
        return self._count[code]

    def mark(self) -> None:
        """Remember what there is by now; see `forget`."""
        self._marked = (list(self._found), Counter(self._count))

    def forget(self) -> None:
        """Drop what came after the last `mark`."""
        self._found, self._count = list(self._marked[0]), Counter(self._marked[1])

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[FileFinding]:
        """Findings of the whole file first, then by row; for each code with too many how many are not told."""
        yield from sorted(self._found, key=lambda finding: finding.row or 0)
        for code, count in self._count.items():
            if count > MOST_OF_A_CODE:
                message = N_("同类问题另有 %(count)s 处，不一一列出")
                yield FileFinding(code, Remark(message, count=count - MOST_OF_A_CODE))


class RefusedFile(InvalidFile):
    """A file that cannot be taken in at all.

    Parameters
    ----------
    code
        What is the matter, as in `FileFinding`.
    """

    def __init__(self, code: str, message: str, *, row: int | None = None, **params: object) -> None:
        shown = params if row is None else {**params, "row": row}
        super().__init__(message, **shown)
        self.code = code
        self.row = row
