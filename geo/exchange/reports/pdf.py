"""A report as PDF with embedded fonts; fpdf2's only door.

Headings and tables are in Noto Sans SC (for 黑体), running text in Noto Serif SC (for 仿宋): the fonts that every
installation has, so that a PDF is the same wherever it is made.
"""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime

from fpdf import FPDF
from fpdf.outline import OutlineSection

from geo.exchange import fonts
from geo.exchange.map_picture.layout import broken
from geo.exchange.reports.numbering import INDENT, Numbering
from geo.model.report import Block, Heading, Paragraph, Picture, Report, Table, in_words

LEFT_MM, RIGHT_MM, TOP_MM, BOTTOM_MM = 28, 26, 30, 30
WIDTH_MM = 210 - LEFT_MM - RIGHT_MM
TITLE_PT, HEADING_PTS, BODY_PT, NOTE_PT, TABLE_PT, CAPTION_PT = 20, (15, 14, 13, 13), 13, 9, 8, 11
LINE = 1.75
"""Height of a line of running text in its size."""

SANS, SERIF, OTHERS = "sans", "serif", "others"
MM_PER_PT = 25.4 / 72
CELL_LINE_MM, CELL_PADDING_MM = TABLE_PT * MM_PER_PT * 1.4, 0.7
LONGEST_CELL = 500
BLANK_GREY, HEADER_GREY, LINE_GREY = (253, 246, 200), (232, 236, 239), (150, 158, 165)
ALARM_RED, INK, FAINT = (161, 40, 31), (0, 0, 0), (75, 88, 101)
CONTENTS_LEVELS, CONTENTS_PT, CONTENTS_LINE_MM = 2, 11, 6.6


def write(report: Report, on: date | None = None) -> bytes:
    """The report as a PDF file; as if made at the beginning of a day where one is given."""
    sheet = _Pages(report)
    if on is not None:
        sheet.set_creation_date(datetime(on.year, on.month, on.day, tzinfo=UTC))
    sheet.write()
    return bytes(sheet.output())


class _Pages(FPDF):
    """One document in the making."""

    def __init__(self, report: Report) -> None:
        super().__init__(orientation="portrait", unit="mm", format="A4")
        self.report, self.numbers = report, Numbering(report.language)
        self.set_margins(LEFT_MM, TOP_MM, RIGHT_MM)
        self.set_auto_page_break(True, BOTTOM_MM)
        for name, path in ((SANS, fonts.sans()), (SERIF, fonts.serif()), (OTHERS, fonts.others())):
            self.add_font(name, "", path)
            # The boxes around all glyphs are the whole font's, not the subset's: computing them anew takes seconds.
            self.fonts[name].ttfont.recalcBBoxes = False
        self.set_fallback_fonts([OTHERS], exact_match=False)
        self.set_title(fonts.drawable(report.title))
        self.set_lang("zh-CN" if report.language == "zh" else "en")

    def header(self) -> None:
        """The running line."""
        self.set_y(15)
        running = next(iter(broken(fonts.drawable(self.report.running), NOTE_PT, WIDTH_MM - 4)), "")
        self._line(running, SANS, NOTE_PT, colour=ALARM_RED if self.report.alarm else FAINT, align="C")
        self.set_y(TOP_MM)

    def footer(self) -> None:
        """— 1 — at the outer side: right on odd pages, left on even ones."""
        self.set_y(-20)
        self._font(SERIF, 11)
        self.cell(0, 6, f"— {self.page_no()} —", align="R" if self.page_no() % 2 else "L")

    def write(self) -> None:
        self.add_page()
        self.ln(12)
        for line in self.report.title.split("\n"):
            self._line(line, SANS, TITLE_PT, align="C")
        self.ln(3)
        for line in self.report.lines:
            self._line(line, SERIF, BODY_PT, align="C")
        self.ln(6)
        self._line(self.report.words.contents, SANS, HEADING_PTS[0], align="C")
        self.insert_toc_placeholder(_contents, pages=self._pages_of_contents())
        for block in self.report.blocks:
            self._add(block)

    def _pages_of_contents(self) -> int:
        """How many pages the table of contents will take from here on, so that later pages have their numbers."""
        listed = sum(isinstance(block, Heading) and block.level <= CONTENTS_LEVELS for block in self.report.blocks)
        on_first = int((self.page_break_trigger - self.get_y()) / CONTENTS_LINE_MM)
        on_others = int((self.page_break_trigger - TOP_MM) / CONTENTS_LINE_MM)
        return 1 + max(0, -(-(listed - on_first) // on_others))

    def _add(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Table):
            self._table(block)
        else:
            self._picture(block)

    def _heading(self, block: Heading) -> None:
        text = fonts.drawable(self.numbers.heading(block.level) + block.text)
        size = HEADING_PTS[block.level - 1]
        if self.will_page_break(size * MM_PER_PT * LINE * 3):
            self.add_page()
        self.ln(2)
        self.start_section(text, level=block.level - 1)
        self._line(text, SANS if block.level < 3 else SERIF, size, indent=2 if block.level > 1 else 0)

    def _paragraph(self, block: Paragraph) -> None:
        if block.kind == "note":
            self._line(block.text, SERIF, NOTE_PT, colour=FAINT)
            return
        self._line(block.text, SERIF, BODY_PT, indent=2, ground=BLANK_GREY if block.kind == "blank" else None)

    def _line(
        self,
        text: str,
        font: str,
        size: float,
        *,
        align: str = "L",
        colour: tuple[int, int, int] = INK,
        indent: int = 0,
        ground: tuple[int, int, int] | None = None,
    ) -> None:
        """A paragraph in lines that we break ourselves, as Chinese is broken; `indent` in signs, of the first one."""
        self._font(font, size, colour)
        room = WIDTH_MM - 1.5
        blank = INDENT * indent
        for part in text.split("\n"):
            lines = broken(f"{blank}{fonts.drawable(part)}", size, room)
            for line in lines:
                if ground:
                    self.set_fill_color(*ground)
                height = size * MM_PER_PT * LINE
                self.cell(WIDTH_MM, height, line, align=align, fill=ground is not None, new_x="LMARGIN", new_y="NEXT")

    def _font(self, name: str, size: float, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(name, size=size)
        self.set_text_color(*colour)

    def _table(self, block: Table) -> None:
        if self.will_page_break(30):
            self.add_page()
        self.ln(2)
        self._line(f"{self.report.words.table}{self.numbers.table()}{INDENT}{block.title}", SANS, CAPTION_PT, align="C")
        whole = sum(column.share for column in block.columns)
        widths = [WIDTH_MM * column.share / whole for column in block.columns]
        head = _Row([column.title for column in block.columns], widths, is_head=True)
        self._row(head)
        for values in block.rows:
            row = _Row(values, widths)
            if self.will_page_break(row.height):
                self.add_page()
                self._row(head)
            self._row(row)
        self._line(f"{self.report.words.source}{block.source}", SERIF, NOTE_PT, colour=FAINT)
        self.ln(2)

    def _row(self, row: "_Row") -> None:
        """Boxes and lines, placed one by one: the library's own table measures every cell twice."""
        self._font(SANS, TABLE_PT)
        self.set_draw_color(*LINE_GREY)
        self.set_fill_color(*HEADER_GREY)
        self.set_line_width(0.15)
        left, top = LEFT_MM, self.get_y()
        for lines, align, width in zip(row.lines, row.aligns, row.widths, strict=True):
            self.rect(left, top, width, row.height, style="DF" if row.is_head else "D")
            for at, line in enumerate(lines):
                self.set_xy(left, top + CELL_PADDING_MM + at * CELL_LINE_MM)
                self.cell(width, CELL_LINE_MM, line, align=align)
            left += width
        self.set_xy(LEFT_MM, top + row.height)

    def _picture(self, block: Picture) -> None:
        width = min(block.size_mm[0], WIDTH_MM)
        height = width * block.size_mm[1] / block.size_mm[0]
        if self.will_page_break(height + 14):
            self.add_page()
        self.image(io.BytesIO(block.content), x=LEFT_MM, w=width, h=height, alt_text=fonts.drawable(block.description))
        self._line(
            f"{self.report.words.figure}{self.numbers.figure()}{INDENT}{block.title}", SANS, CAPTION_PT, align="C"
        )
        self._line(f"{self.report.words.source}{block.source}", SERIF, NOTE_PT, colour=FAINT)
        self.ln(2)


class _Row:
    """A row of a table with its texts in lines."""

    def __init__(self, values: Sequence[object], widths: list[float], *, is_head: bool = False) -> None:
        self.widths, self.is_head = widths, is_head
        self.lines = [_cell_lines(value, width) for value, width in zip(values, widths, strict=True)]
        self.aligns = ["C" if is_head else "R" if isinstance(value, int | float) else "L" for value in values]
        self.height = max(map(len, self.lines)) * CELL_LINE_MM + 2 * CELL_PADDING_MM


def _cell_lines(value: object, width: float) -> list[str]:
    text = in_words(value)
    text = text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
    return [line for part in text.split("\n") for line in broken(fonts.drawable(part), TABLE_PT, width - 2.4)]


def _contents(pages: _Pages, sections: list[OutlineSection]) -> None:
    """The table of contents with its page numbers."""
    pages.set_x(LEFT_MM)
    for section in sections:
        if section.level >= CONTENTS_LEVELS:
            continue
        pages._font(SERIF, CONTENTS_PT)
        link = pages.add_link(page=section.page_number)
        title = INDENT * section.level + section.name
        number = str(section.page_number)
        room = WIDTH_MM - pages.get_string_width(number) - 3
        title = next(iter(broken(title, CONTENTS_PT, room - 6)), "")
        dots = "·" * max(0, int((room - pages.get_string_width(title)) / pages.get_string_width("·") - 1))
        pages.cell(room, CONTENTS_LINE_MM, f"{title} {dots}", link=link)
        pages.cell(WIDTH_MM - room, CONTENTS_LINE_MM, number, align="R", link=link, new_x="LMARGIN", new_y="NEXT")
