"""A plan's file is read as text, whatever it was written with, or refused in one sentence."""

import codecs
import io
import time
import zipfile
from pathlib import Path

import pytest

from geo.exchange.plan_file import LARGEST_FILE, lines_of_bytes, plan_of_bytes, read_plan_file
from geo.model.errors import InvalidFile

TEXT = "一、教育\n(1)城东小学：位于建设路北侧，占地30亩。"
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_document(path: Path, body: str, head: str = "", member: str = "word/document.xml") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, f'{head}<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>')
    return path


def paragraph(*runs: str) -> str:
    return "<w:p>" + "".join(f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


@pytest.mark.parametrize(
    "content",
    [TEXT.encode(), codecs.BOM_UTF8 + TEXT.encode(), TEXT.encode("gbk"), TEXT.encode("gb18030"), TEXT.encode("utf-16")],
    ids=["UTF-8", "UTF-8 with mark", "GBK", "GB18030", "UTF-16"],
)
def test_plain_text_is_read_in_the_encodings_of_offices(tmp_path, content):
    path = tmp_path / "plan.txt"
    path.write_bytes(content)
    assert read_plan_file(path).lstrip("\ufeff") == TEXT


def cell(*paragraphs: str, span: int = 1) -> str:
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>{"".join(map(paragraph, paragraphs))}</w:tc>'


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def test_a_word_document_gives_its_paragraphs_and_the_rows_of_its_tables(tmp_path):
    cells = table(cell("指标") + cell("目标"))
    path = word_document(tmp_path / "plan.docx", paragraph("一、", "教育") + cells + paragraph("完"))
    assert read_plan_file(path) == "一、教育\n指标\t目标\n完"


def test_cells_that_span_columns_and_hold_several_lines_stay_in_their_columns():
    head = cell("名称") + cell("建设地点") + cell("规模")
    rows = (
        cell("合计", span=2) + cell("3所"),
        cell("城东", "小学") + cell("城东") + cell("占地面积为三十二亩", "建筑面积一万平方米"),
    )
    text = plan_of_bytes(packed(table(head, *rows)), "plan.docx")
    assert text == "名称\t建设地点\t规模\n合计\t\t3所\n城东小学\t城东\t占地面积为三十二亩，建筑面积一万平方米"


def test_a_table_that_only_frames_its_text_gives_its_paragraphs():
    framed = table(cell("专栏1 学校", "1.城东小学。", "2.城西小学。"))
    sided = table(cell("教育") + cell("1.城东小学。", "2.城西小学。"))
    assert plan_of_bytes(packed(framed), "plan.docx") == "专栏1 学校\n1.城东小学。\n2.城西小学。"
    assert plan_of_bytes(packed(sided), "plan.docx") == "教育\n1.城东小学。\n2.城西小学。"


def test_numbers_that_word_counts_are_written_out():
    def level(place: int, form: str, shown: str) -> str:
        said = f'<w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/>'
        return f'<w:lvl w:ilvl="{place}">{said}</w:lvl>'

    levels = level(0, "chineseCounting", "%1、") + level(1, "decimal", "%2.") + level(2, "bullet", "·")
    lists = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
    lists += '<w:num w:numId="5"><w:abstractNumId w:val="0"/></w:num>'

    def item(place: int, words: str) -> str:
        number = f'<w:numPr><w:ilvl w:val="{place}"/><w:numId w:val="5"/></w:numPr>'
        return f"<w:p><w:pPr>{number}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"

    styled = '<w:p><w:pPr><w:pStyle w:val="a1"/></w:pPr><w:r><w:t>卫生</w:t></w:r></w:p>'
    style = '<w:style w:styleId="a1"><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style>'
    body = (
        item(0, "教育") + item(1, "城东小学") + item(2, "占地30亩") + item(1, "城西小学") + styled + item(1, "中医院")
    )
    parts = {
        "word/numbering.xml": f'<w:numbering xmlns:w="{NAMESPACE}">{lists}</w:numbering>',
        "word/styles.xml": f'<w:styles xmlns:w="{NAMESPACE}">{style}</w:styles>',
    }
    text = plan_of_bytes(packed(body, parts), "plan.docx")
    assert text.split("\n") == ["一、教育", "1.城东小学", "占地30亩", "2.城西小学", "二、卫生", "1.中医院"]


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(bytes(range(256)) * 40),
        lambda path: path.write_bytes(b"\x00\x01\x02" * 100),
        lambda path: path.write_bytes(b"PK\x03\x04 no archive"),
        lambda path: word_document(path, "", member="other.xml"),
        lambda path: word_document(path, "<w:p>"),
        lambda path: word_document(path, "&a;", head='<!DOCTYPE x [<!ENTITY a "b">]>'),
        lambda path: None,
    ],
    ids=["binary", "zeros", "broken archive", "another archive", "broken markup", "entities", "missing"],
)
def test_what_is_no_plan_is_refused_by_name(tmp_path, write):
    path = tmp_path / "plan.docx"
    write(path)
    with pytest.raises(InvalidFile, match=r"plan\.docx"):
        read_plan_file(path)


def test_a_file_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "plan.txt"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(InvalidFile, match=r"plan\.txt"):
        read_plan_file(path)


def packed(body: str, parts: dict[str, str] | None = None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{NAMESPACE}"><w:body>{body}</w:body></w:document>')
        for name, part in (parts or {}).items():
            archive.writestr(name, part)
    return content.getvalue()


def test_a_text_box_is_a_paragraph_of_its_own_and_is_read_once():
    box = f"<w:r><w:txbxContent>{paragraph('框内')}</w:txbxContent></w:r>"
    old = f'<mc:Fallback xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{box}</mc:Fallback>'
    body = f"<w:p><w:r><w:t>前</w:t></w:r>{box}{old}<w:r><w:t>后</w:t></w:r></w:p>"
    assert plan_of_bytes(packed(body), "plan.docx") == "框内\n前后"


def test_a_document_that_unpacks_to_more_than_any_plan_is_refused_before_it_is_read():
    bomb = packed("<w:p>" + " " * (LARGEST_FILE + 1) + "</w:p>")
    assert len(bomb) < LARGEST_FILE / 100
    with pytest.raises(InvalidFile, match=r"bomb\.docx"):
        plan_of_bytes(bomb, "bomb.docx")


def test_a_document_that_lies_about_its_size_is_refused():
    document = bytearray(packed("<w:p>" + " " * 1_000_000 + "</w:p>"))
    size = document.find(b"PK\x01\x02") + 24
    document[size : size + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(InvalidFile, match=r"liar\.docx"):
        plan_of_bytes(bytes(document), "liar.docx")


def test_paragraphs_in_paragraphs_take_bounded_time():
    began = time.process_time()
    assert plan_of_bytes(packed("<w:p>" * 50_000 + "</w:p>" * 50_000), "deep.docx").strip() == ""
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("甲\n乙", ["甲", "乙"]),
        ("甲\r\n乙\r\n", ["甲", "乙"]),
        ("", []),
        ("\n", [""]),
        ("甲\u2028乙\x0b", ["甲\u2028乙\x0b"]),
    ],
)
def test_only_line_feeds_part_lines(text, lines):
    assert lines_of_bytes(text.encode(), "phrases.txt") == lines


def test_a_document_whose_packed_text_is_damaged_is_refused():
    content = bytearray(packed(paragraph("新建学校") * 50))
    start = content.index(b"word/document.xml") + len("word/document.xml")
    content[start : start + 40] = bytes(range(200, 240))
    with pytest.raises(InvalidFile, match=r"规划\.docx"):
        plan_of_bytes(bytes(content), "规划.docx")
