"""How headings, tables and figures of official documents are numbered (GB/T 9704-2012, 7.3.3)."""

import cn2an

INDENT = "\u3000"
"""A blank as wide as a Chinese sign."""


def numeral(level: int, number: int, language: str = "zh") -> str:
    """The number of a heading: 一、（一）1.（1） in Chinese; in English the same places in figures and letters."""
    if language != "zh":
        return (f"{number}. ", f"{number}) ", f"{chr(96 + min(number, 26))}. ", f"({number}) ")[level - 1]
    in_chinese = cn2an.an2cn(number) if level < 3 else ""
    return (f"{in_chinese}、", f"（{in_chinese}）", f"{number}.", f"（{number}）")[level - 1]


class Numbering:
    """Numbers headings, tables and figures in the order in which they come."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._headings = [0, 0, 0, 0]
        self._tables = self._figures = 0

    def heading(self, level: int) -> str:
        """The number of the next heading of a level; those below it begin anew."""
        self._headings[level - 1] += 1
        self._headings[level:] = [0] * (4 - level)
        return numeral(level, self._headings[level - 1], self._language)

    def table(self) -> int:
        self._tables += 1
        return self._tables

    def figure(self) -> int:
        self._figures += 1
        return self._figures
