"""Reports as files: what stands in them when they are read back, whatever the words are."""

import io
import re
import zipfile
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from PIL import Image
from pypdf import PageObject, PdfReader

from geo.exchange import reports
from geo.exchange.reports import word_styles
from geo.exchange.reports.numbering import Numbering, numeral
from geo.model.report import Column, Heading, Paragraph, Picture, Report, Table, Words

HOSTILE = ["<w:p>&amp;", "a\x00b\x0bc", "长" * 2000, "مدرسة", "\u202eabc", "=1+1", "%(x)s", "\ud800", "一\n二"]


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (156, 125), "#2b8a57").save(file, "PNG")
    return file.getvalue()


def report(*blocks, **changed) -> Report:
    parts = {
        "title": "开发区\n2023 年度监测报告",
        "lines": ("编制单位：",),
        "running": "演示数据",
        "alarm": True,
        "blocks": blocks,
        "words": Words("目录", "表", "图", "资料来源：", "资料来源"),
    }
    return Report(**parts | changed)


def table(*rows, title="各校学位") -> Table:
    return Table(title, (Column("名称", 2), Column("学位(个)")), rows, "规划 七(二)1")


HEADINGS = [
    Heading(1, "总体"),
    Heading(2, "依据"),
    Heading(2, "进展"),
    Heading(3, "甲"),
    Heading(4, "乙"),
    Heading(1, "问题"),
]
NUMBERED = ["一、总体", "（一）依据", "（二）进展", "1.甲", "（1）乙", "二、问题"]


def read_docx(made: Report):
    return docx.Document(io.BytesIO(reports.write(made, "docx")))


def read_pdf(made: Report) -> PdfReader:
    return PdfReader(io.BytesIO(reports.write(made, "pdf")))


def text_of(pdf: PdfReader) -> str:
    return "\n".join(words_on(page) for page in pdf.pages)


def words_on(page: PageObject) -> str:
    """The text of a page; pypdf reads the first byte of each two-byte sign as a sign of its own."""
    return page.extract_text().replace("\x00", "")


@pytest.mark.parametrize(
    ("level", "number", "written"),
    [(1, 1, "一、"), (1, 10, "十、"), (1, 11, "十一、"), (2, 20, "（二十）"), (3, 3, "3."), (4, 12, "（12）")],
)
def test_headings_are_numbered_as_official_documents_have_it(level, number, written):
    assert numeral(level, number) == written


def test_a_heading_begins_the_numbers_below_it_anew():
    numbers = Numbering("zh")
    assert [numbers.heading(level) for level in (1, 2, 2, 1, 2)] == ["一、", "（一）", "（二）", "二、", "（一）"]


def test_word_has_headings_with_their_levels_and_lists_them():
    document = read_docx(report(*HEADINGS))
    found = [(p.style.name, p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert found == [(f"Heading {block.level}", text) for block, text in zip(HEADINGS, NUMBERED, strict=True)]
    fields = [node.text.strip() for node in document.element.iter(qn("w:instrText"))]
    assert fields[0].startswith("TOC")
    contents = next(p.text for p in document.paragraphs if p.text.startswith("一、总体\n"))
    assert contents.split("\n") == ["一、总体", "\u3000（一）依据", "\u3000（二）进展", "二、问题"]


def test_word_has_the_page_of_the_standard():
    section = read_docx(report()).sections[0]
    sides = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin)
    assert [round(side / Mm(1)) for side in sides] == [210, 297, 37, 35, 28]
    assert "演示数据" in section.header.paragraphs[0].text and "演示数据" in section.even_page_header.paragraphs[0].text
    for footer in (section.footer, section.even_page_footer):
        assert footer.paragraphs[0].text == "— 1 —" and "PAGE" in footer._element.xml


def test_word_names_the_fonts_of_the_standard_and_what_may_stand_in_for_them():
    document = read_docx(report(*HEADINGS, table(("甲", 1))))

    def east_asian(name: str) -> tuple[str, float]:
        style = document.styles[name]
        return style.element.rPr.rFonts.get(qn("w:eastAsia")), style.font.size.pt

    assert east_asian("Title") == ("方正小标宋简体", 22)
    assert [east_asian(f"Heading {level}")[0] for level in (1, 2, 3)] == ["黑体", "楷体_GB2312", "仿宋_GB2312"]
    assert east_asian("Normal") == ("仿宋_GB2312", 16)
    assert not [p.style.name for p in document.paragraphs if "Theme=" in p.style.element.rPr.rFonts.xml]
    parts = {part.partname: part for part in document.part.package.iter_parts()}
    fonts = parts["/word/fontTable.xml"].blob.decode()
    for name, others in word_styles.STAND_INS.items():
        assert f'w:name="{name}"' in fonts and f'w:val="{others}"' in fonts


def test_tables_are_the_same_in_word_as_given_and_repeat_their_header():
    rows = [("宏志小学", 1080), ("B-01 小学", None), ("丙", 2.5)]
    document = read_docx(report(table(*rows)))
    (found,) = document.tables
    assert [[cell.text for cell in row.cells] for row in found.rows] == [
        ["名称", "学位(个)"], ["宏志小学", "1,080"], ["B-01 小学", "—"], ["丙", "2.5"],
    ]  # fmt: skip
    repeated = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in found.rows]
    assert repeated == [True, False, False, False]
    texts = [p.text for p in document.paragraphs]
    assert "表1\u3000各校学位" in texts and "资料来源：规划 七(二)1" in texts
    assert sum(column.width for column in found.columns) == pytest.approx(Mm(156), rel=0.01)


def test_pictures_are_in_word_with_caption_and_words_for_who_cannot_see_them():
    document = read_docx(report(Picture("分布图", png(), (156, 125), "一张地图", "规划一张图")))
    (shape,) = document.inline_shapes
    assert shape.width == pytest.approx(Mm(156), rel=0.01) and shape._inline.docPr.get("descr") == "一张地图"
    assert "图1\u3000分布图" in [p.text for p in document.paragraphs]


def test_places_for_the_offices_own_words_are_marked():
    document = read_docx(report(Paragraph("【请补充】", "blank"), Paragraph("正文")))
    marked = {p.text: p.runs[0].font.highlight_color is not None for p in document.paragraphs if p.runs}
    assert marked["【请补充】"] and not marked["正文"]


def test_pdf_says_the_same_with_embedded_fonts_and_true_page_numbers():
    rows = [(f"学校{number}", number * 1000) for number in range(1, 120)]
    pdf = read_pdf(report(*HEADINGS[:5], table(*rows), HEADINGS[5], Paragraph("正文一段。")))
    text = text_of(pdf)
    assert all(words in text for words in [*NUMBERED, "表1", "学校119", "119,000", "正文一段。", "资料来源："])
    assert text.count("学位(个)") == text.count("名称") >= 3, "the header is on every page of the table"
    assert all(words_on(page).startswith("演示数据") for page in pdf.pages)
    for number, page in enumerate(pdf.pages, start=1):
        assert f"— {number} —" in words_on(page)
    last = next(number for number, page in enumerate(pdf.pages, 1) if number > 1 and "二、问题" in words_on(page))
    assert re.search(rf"二、问题 ·+\s*{last}\b", words_on(pdf.pages[0]))
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile3" in descriptor or "/FontFile2" in descriptor


def test_a_long_table_of_contents_keeps_page_numbers_true():
    headings = [Heading(1, f"第{number}节") for number in range(1, 71)]
    pdf = read_pdf(report(*headings))
    listed = dict(re.findall(r"(第\d+节) ·+\s*(\d+)", text_of(pdf)))
    for number, page in enumerate(pdf.pages, start=1):
        for name in re.findall(r"、(第\d+节)\n", words_on(page)):
            assert int(listed[name]) == number
    assert len(listed) == 70


def test_pdf_has_pictures():
    pdf = read_pdf(report(Picture("分布图", png(), (156, 125), "一张地图", "规划一张图")))
    assert any(page.images for page in pdf.pages) and "图1" in text_of(pdf)


def test_hostile_words_survive_everywhere():
    blocks = [
        block
        for words in HOSTILE
        for block in (
            Heading(1, words), Paragraph(words), table((words, None), title=words), Paragraph(words, "note"),
            Picture(words, png(), (156, 125), words, words),
        )
    ]  # fmt: skip
    every = " ".join(HOSTILE)
    made = report(*blocks, title=every, running=every, lines=(every,))
    document = read_docx(made)
    assert len(document.tables) == len(document.inline_shapes) == len(HOSTILE)
    assert document.tables[0].rows[1].cells[0].text == "<w:p>&amp;"
    assert "<w:p>&amp;" in text_of(read_pdf(made))


def test_word_is_a_sound_package():
    content = reports.write(report(*HEADINGS, table(("<甲>", 1))), "docx")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert package.testzip() is None
        names = package.namelist()
    assert "word/document.xml" in names and len(names) == len(set(names))


def test_no_line_of_a_pdf_begins_with_a_closing_sign():
    pdf = read_pdf(report(Paragraph("滞后十点，红灯；黄灯。" * 60)))
    lines = [line.strip() for page in pdf.pages for line in words_on(page).split("\n")]
    assert not [line for line, _next in pairwise(lines) if line[:1] in "，；。"]
