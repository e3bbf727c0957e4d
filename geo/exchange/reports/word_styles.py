"""The look of an official document (GB/T 9704-2012) as Word styles: page, fonts, sizes, indents, page numbers.

The fonts that the standard has are not on every machine: beside each name the document says which ones may stand in.
"""

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from lxml import etree

XIAOBIAOSONG, HEITI, KAITI, FANGSONG, SONGTI = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
LATIN = "Times New Roman"
STAND_INS = {
    XIAOBIAOSONG: "华文中宋,STZhongsong,宋体,Noto Serif CJK SC",
    HEITI: "SimHei,微软雅黑,Noto Sans CJK SC",
    KAITI: "楷体,KaiTi,STKaiti,AR PL UKai CN,Noto Serif CJK SC",
    FANGSONG: "仿宋,FangSong,STFangsong,Noto Serif CJK SC",
    SONGTI: "SimSun,STSong,Noto Serif CJK SC",
}
"""What may stand in for a font, in the order of preference."""

PAGE_MM, TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = (210, 297), 37, 35, 28, 26
TEXT_WIDTH_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
"""156 mm: the type area of the standard (5.2)."""

TITLE_PT, BODY_PT, TABLE_PT, CAPTION_PT, NOTE_PT, PAGE_NUMBER_PT = 22, 16, 9, 12, 10.5, 14
"""二号, 三号, 小五, 小四, 五号, 四号."""
LINE_PT, TIGHT_LINE_PT, CONTENTS_LINE_PT = 29, 16, 19
WARNING_RED = RGBColor(0xA1, 0x28, 0x1F)

TABLE_HEAD, TABLE_TEXT = "TableHead", "TableText"
"""Styles of our own for the cells of tables."""

HEADING_FONTS = (HEITI, KAITI, FANGSONG, FANGSONG)
"""Of the levels 一、（一）1.（1）."""

_CHARSET = "86"
"""GB 2312 in a font table (ECMA-376, 17.8.3.2)."""


def prepare(document: Document) -> None:
    """Page, styles and stand-ins for fonts."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(20), Mm(25)
    styles = document.styles
    _body(styles["Normal"])
    _plain(styles["Title"], XIAOBIAOSONG, TITLE_PT, line_pt=34, middle=True)
    for level, font in enumerate(HEADING_FONTS, start=1):
        _plain(styles[f"Heading {level}"], font, BODY_PT, line_pt=LINE_PT, indented=True, bold=level == 3)
    _plain(styles["TOC Heading"], HEITI, BODY_PT, line_pt=LINE_PT, middle=True)
    _plain(styles["Caption"], HEITI, CAPTION_PT, line_pt=20, middle=True)
    _plain(styles["Body Text"], FANGSONG, NOTE_PT, line_pt=TIGHT_LINE_PT)
    _plain(styles["Subtitle"], KAITI, BODY_PT, line_pt=LINE_PT, middle=True)
    for name in ("Header", "Footer"):
        _plain(styles[name], SONGTI, NOTE_PT, line_pt=TIGHT_LINE_PT)
    for name, font in ((TABLE_HEAD, HEITI), (TABLE_TEXT, FANGSONG)):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        _plain(style, font, TABLE_PT, line_pt=TABLE_PT + 3, middle=name == TABLE_HEAD)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    styles["Caption"].paragraph_format.keep_with_next = True
    _tell_stand_ins(document)
    _language(document)


def set_fonts(holder: ParagraphStyle | Run, east_asian: str, size_pt: float | None = None) -> None:
    """Fonts of a style or run, without those of the theme."""
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)
    for name, font in (("ascii", LATIN), ("hAnsi", LATIN), ("cs", LATIN), ("eastAsia", east_asian)):
        fonts.set(qn(f"w:{name}"), font)
    if size_pt:
        holder.font.size = Pt(size_pt)


def add_field(paragraph: Paragraph, code: str, shown: str, *, dirty: bool = False) -> None:
    """A field of Word, such as a page number, with what it shows until Word computes it."""
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else "")
        if kind == "code":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {code} "
            run._r.append(instruction)
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            if dirty and kind == "begin":
                mark.set(qn("w:dirty"), "true")
            run._r.append(mark)


def number_pages(document: Document) -> None:
    """— 1 — at the outer side of each page (7.5): right on odd pages, left on even ones."""
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    sides = ((section.footer, WD_ALIGN_PARAGRAPH.RIGHT), (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for footer, side in sides:
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(PAGE_NUMBER_PT)
        paragraph.add_run("— ")
        add_field(paragraph, "PAGE", "1")
        paragraph.add_run(" —")
        for run in paragraph.runs:
            set_fonts(run, SONGTI, PAGE_NUMBER_PT)


def run_head(document: Document, text: str, *, alarm: bool) -> None:
    """A line at the head of every page."""
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        if alarm:
            run.bold, run.font.color.rgb = True, WARNING_RED


def _body(style: ParagraphStyle) -> None:
    _plain(style, FANGSONG, BODY_PT, line_pt=LINE_PT)
    style.paragraph_format.widow_control = True


def _plain(
    style: ParagraphStyle,
    font: str,
    size_pt: float,
    *,
    line_pt: float,
    middle: bool = False,
    indented: bool = False,
    bold: bool = False,
) -> None:
    """A style without the template's own colours, borders and spaces."""
    set_fonts(style, font, size_pt)
    style.font.bold, style.font.italic, style.font.color.rgb = bold, False, RGBColor(0, 0, 0)
    look = style.paragraph_format
    look.space_before = look.space_after = Pt(0)
    look.line_spacing_rule, look.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line_pt)
    look.first_line_indent = Pt(2 * size_pt) if indented else Pt(0)
    if middle:
        look.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for border in style.element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _tell_stand_ins(document: Document) -> None:
    """Write into the table of fonts what may stand in for each."""
    part = next(part for part in document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
    table = parse_xml(part.blob)
    for name, others in STAND_INS.items():
        font = etree.SubElement(table, qn("w:font"), {qn("w:name"): name})
        for tag, value in (("altName", others), ("charset", _CHARSET), ("family", "auto"), ("pitch", "default")):
            etree.SubElement(font, qn(f"w:{tag}"), {qn("w:val"): value})
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)


def _language(document: Document) -> None:
    """The language of the text, by which Word checks it and breaks its lines."""
    fonts = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    spoken = fonts.find(qn("w:lang"))
    if spoken is None:
        spoken = etree.SubElement(fonts, qn("w:lang"))
    spoken.set(qn("w:val"), "en-US")
    spoken.set(qn("w:eastAsia"), "zh-CN")
