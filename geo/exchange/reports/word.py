"""A report as a Word document in the form of an official document; with `word_styles` python-docx's only door."""

import io
from datetime import datetime
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_COLOR_INDEX, WD_LINE_SPACING
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt

from geo.exchange.reports import word_styles as styles
from geo.exchange.reports.numbering import INDENT, Numbering
from geo.exchange.table import cleaned
from geo.model.report import Block, Heading, Paragraph, Picture, Report, Table, in_words

TWIPS_PER_MM = 1440 / 25.4
CELL_MARGINS = '<w:tblCellMar><w:left w:w="45" w:type="dxa"/><w:right w:w="45" w:type="dxa"/></w:tblCellMar>'

LONGEST_CELL = 500
"""Characters of a cell; a longer text would fill a page by itself."""


def write(report: Report) -> bytes:
    """The report as a .docx file."""
    file = io.BytesIO()
    _Writer(report).write().save(file)
    return file.getvalue()


class _Writer:
    """One document in the making."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.document: WordDocument = Document()
        self.numbers = Numbering(report.language)

    def write(self) -> WordDocument:
        document, report = self.document, self.report
        styles.prepare(document)
        styles.number_pages(document)
        styles.run_head(document, cleaned(report.running), alarm=report.alarm)
        self._describe()
        for line in report.title.split("\n"):
            document.add_paragraph(cleaned(line), style="Title")
        for line in report.lines:
            document.add_paragraph(cleaned(line), style="Subtitle")
        headings = [block for block in report.blocks if isinstance(block, Heading)]
        self._contents(headings)
        for block in report.blocks:
            self._add(block)
        return document

    def _describe(self) -> None:
        about = self.document.core_properties
        about.title = cleaned(" ".join(self.report.title.split("\n")))[:250]
        about.author = about.last_modified_by = about.comments = about.keywords = ""
        about.language = "zh-CN" if self.report.language == "zh" else "en"
        about.created = about.modified = datetime.now()

    def _contents(self, headings: list[Heading]) -> None:
        """A table of contents: Word fills it when the document is opened; until then it lists the headings."""
        self.document.add_paragraph(self.report.words.contents, style="TOC Heading")
        numbers = Numbering(self.report.language)
        listed = [(each.level, numbers.heading(each.level) + cleaned(each.text)) for each in headings]
        shown = [(level, text) for level, text in listed if level <= 2]
        paragraph = self.document.add_paragraph()
        lines = "\n".join(INDENT * (level - 1) + text for level, text in shown)
        styles.add_field(paragraph, 'TOC \\o "1-2" \\h \\z \\u', lines, dirty=True)
        paragraph.paragraph_format.line_spacing = Pt(styles.CONTENTS_LINE_PT)
        for run in paragraph.runs:
            styles.set_fonts(run, styles.FANGSONG, styles.CAPTION_PT)
        paragraph.add_run().add_break(WD_BREAK.PAGE)

    def _add(self, block: Block) -> None:
        if isinstance(block, Heading):
            text = self.numbers.heading(block.level) + cleaned(block.text)
            self.document.add_heading(text, block.level)
        elif isinstance(block, Paragraph):
            self._paragraph(block)
        elif isinstance(block, Table):
            self._table(block)
        else:
            self._picture(block)

    def _paragraph(self, block: Paragraph) -> None:
        if block.kind == "note":
            self.document.add_paragraph(cleaned(block.text), style="Body Text")
            return
        paragraph = self.document.add_paragraph(style="Normal")
        paragraph.paragraph_format.first_line_indent = Pt(2 * styles.BODY_PT)
        run = paragraph.add_run(cleaned(block.text))
        if block.kind == "blank":
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def _caption(self, word: str, number: int, title: str) -> None:
        """表 1 with a number that Word counts on when tables are moved."""
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(word)
        styles.add_field(paragraph, f"SEQ {word} \\* ARABIC", str(number))
        paragraph.add_run(f"{INDENT}{cleaned(title)}")

    def _source(self, source: str) -> None:
        text = f"{self.report.words.source}{cleaned(source)}"
        self.document.add_paragraph(text, style="Body Text").paragraph_format.space_after = Pt(8)

    def _table(self, block: Table) -> None:
        self._caption(self.report.words.table, self.numbers.table(), block.title)
        self.document.element.body.insert_element_before(parse_xml(table_xml(block)), "w:sectPr")
        self._source(block.source)

    def _picture(self, block: Picture) -> None:
        width = min(block.size_mm[0], styles.TEXT_WIDTH_MM)
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(block.content), width=Mm(width))
        shape._inline.docPr.set("descr", cleaned(block.description))
        self._caption(self.report.words.figure, self.numbers.figure(), block.title)
        self._source(block.source)


def table_xml(block: Table) -> str:
    """A table as WordprocessingML (ECMA-376, 17.4), written at once: cell by cell would take seconds."""
    whole = sum(column.share for column in block.columns)
    widths = [round(styles.TEXT_WIDTH_MM * TWIPS_PER_MM * column.share / whole) for column in block.columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    head = [_cell(column.title, width, styles.TABLE_HEAD) for column, width in zip(block.columns, widths, strict=True)]
    rows = [_row(head, "<w:tblHeader/>")]
    for values in block.rows:
        rows.append(_row([_cell(value, width) for value, width in zip(values, widths, strict=True)]))
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>{CELL_MARGINS}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(cells: list[str], more: str = "") -> str:
    """A row that is not parted between two pages; the header comes again at the top of each."""
    return f"<w:tr><w:trPr><w:cantSplit/>{more}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(value: object, width: int, style: str = styles.TABLE_TEXT) -> str:
    side = '<w:jc w:val="right"/>' if isinstance(value, int | float) else ""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in _short(value).split("\n"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{side}</w:pPr><w:r>{lines}</w:r></w:p></w:tc>'
    )


def _short(value: object) -> str:
    text = cleaned(in_words(value))
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"
