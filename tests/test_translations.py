"""Every string that people read passes through gettext, and has its English."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.jslexer import tokenize
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"

CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]")
PYTHON_PLACEHOLDER = re.compile(r"%\(\w+\)[ #+.0-9-]*[a-z]|%[sd]")
SCRIPT_PLACEHOLDER = re.compile(r"\{\w+\}")
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "lazy_gettext", "N_"}

DATA_IN_PYTHON = {
    "geo/model/land_use.py": "the title of a field, and how a document is cited",
    "geo/analysis/cluster_sizes.py": "grammar: what clusters and boxes of a plan are called",
    "geo/analysis/consistency.py": "grammar: what qualifies a total, what settlements are called",
    "geo/service/phrases.py": "a phrase that is read so that all that reading needs is loaded",
    "geo/service/auditing.py": "citations in the plan's own words: 2021年 学校 4230 个学位",
    "geo/analysis/azimuths.py": "grammar: words for directions",
    "geo/analysis/locating.py": "what stands between the aliases of a road",
    "geo/analysis/schedule.py": "grammar: what parts the points of a written curve",
    "geo/analysis/road_names.py": "grammar: what the names of roads are made of",
    "geo/analysis/named_stretches.py": "grammar: words for the parts of a road",
    "geo/analysis/stretches.py": "grammar: words for the parts of a road",
    "geo/exchange/coordinates.py": "grammar: what pasted coordinates are made of",
    "geo/exchange/ledger.py": "grammar: how people confirm in a table",
    "geo/exchange/ledger_cells.py": "grammar: how people write days, and that there is nothing",
    "geo/exchange/texts.py": "the range of the ideographs",
    "geo/exchange/files/incoming/cell_numbers.py": "grammar: signs of degrees, minutes and seconds",
    "geo/exchange/files/incoming/cells_file.py": "grammar: what columns of coordinates are called",
    "geo/exchange/boundary_txt.py": "what stands in a boundary-point file by rule",
    "geo/exchange/boundary_crs.py": "what stands in a boundary-point file by rule",
    "geo/exchange/boundary_reading.py": "what stands in a boundary-point file by rule",
    "geo/service/field_mapping.py": "grammar: what fields of files are called",
    "geo/service/stated_areas.py": "grammar: what fields of areas are called",
    "geo/service/looking.py": "grammar: what fields of numbers and shifted coordinates are called",
    "geo/exchange/files/place_fields.py": "grammar: what columns of schools and homes are called",
    "geo/exchange/files/growth.py": "grammar: what columns of pupils by year are called",
    "geo/service/catchments/summary.py": "what parts the names in a list",
    "geo/service/catchments/stored.py": "what parts the names of schools in a list",
    "geo/service/catchments/stored_roads.py": "what parts the names of roads in a list",
    "geo/exchange/files/streets.py": "grammar: what one-way columns are called",
    "geo/exchange/files/road_fields.py": "grammar: what columns of road files are called",
    "geo/exchange/phrase_rows.py": "grammar: words that tell sides row by row",
    "geo/exchange/phrase_sense.py": "grammar: what names of administrations and two roads in one are made of",
    "geo/exchange/phrase_words.py": "grammar: signs of the words' lists",
    "geo/exchange/reports/numbering.py": "how official documents number their headings",
    "geo/exchange/reports/word_styles.py": "names of fonts",
    "geo/exchange/site_lines.py": "grammar: what parts a phrase from its area",
    "geo/exchange/workbook.py": "signs that begin a formula in a spreadsheet",
    "geo/model/field_value.py": "grammar: how offices write days, yes and no",
    "geo/service/boundaries.py": "grammar: what columns of names are called",
    "geo/model/figures_note.py": "grammar: what qualifies the figures of a plan, in both languages side by side",
    "geo/model/layer.py": "titles of the shared fields, in both languages side by side",
    "geo/model/status.py": "names of the water classes of GB 3838-2002",
    "geo/store/schema.py": "titles of the store's own columns, in both languages side by side",
    "geo/model/units.py": "signs of the units, in both languages side by side",
}
"""Modules whose Chinese literals are data and no words of the interface, each with the reason."""

NAME_OF_THE_LANGUAGE = ">中<"
"""The switch names each language in that language."""


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Catalog:
    """What `make messages` extracts."""
    path = tmp_path_factory.mktemp("messages") / "messages.pot"
    options = ["-F", str(ROOT / "babel.cfg"), "-k", "lazy_gettext", "-k", "t", "--ignore-dirs", ".* node_modules"]
    CommandLineInterface().run(
        ["pybabel", "-q", "extract", *options, "--add-location=file", "-o", str(path), str(ROOT)]
    )
    with path.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def english() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def entries(catalogue: Catalog) -> dict[object, Message]:
    return {message.id: message for message in catalogue if message.id}


def forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def files_of(message: Message) -> set[str]:
    return {Path(path).as_posix() for path, _ in message.locations}


def placeholders(message: Message, text: str) -> Counter[str]:
    in_script = any(path.endswith(".js") for path in files_of(message))
    return Counter((SCRIPT_PLACEHOLDER if in_script else PYTHON_PLACEHOLDER).findall(text))


def test_the_catalogue_has_exactly_the_messages_of_the_code(template, english):
    extracted, translated = entries(template), entries(english)
    assert set(translated) == set(extracted), "run `make messages` and translate what is new"
    assert not english.obsolete


def test_the_catalogue_knows_where_each_message_stands(template, english):
    # Scripts are given only the messages that the catalogue finds in scripts.
    scripts = {key for key, message in entries(template).items() if any(p.endswith(".js") for p in files_of(message))}
    known = {key for key, message in entries(english).items() if any(p.endswith(".js") for p in files_of(message))}
    assert known == scripts, "run `make messages`"


def test_every_message_has_its_english(english):
    missing = [m.id for m in entries(english).values() if m.fuzzy or not all(forms(m.string)) or not forms(m.string)]
    assert missing == []


def test_english_translations_hold_no_chinese(english):
    assert [m.string for m in entries(english).values() if any(CHINESE.search(text) for text in forms(m.string))] == []


def test_translations_keep_the_placeholders(english):
    wrong = [
        (message.id, text)
        for message in entries(english).values()
        for text in forms(message.string)
        if placeholders(message, text) != placeholders(message, forms(message.id)[0])
    ]
    assert wrong == []


def bare_in_python(source: str) -> Iterator[tuple[int, str]]:
    """Chinese literals outside gettext calls and docstrings, with their lines."""
    tree = ast.parse(source)
    allowed: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            allowed.add(node.value)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None)) in GETTEXT:
            allowed.update(node.args)
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and node not in allowed else None
        if isinstance(text, str) and CHINESE.search(text):
            yield node.lineno, text


def bare_in_template(source: str) -> Iterator[tuple[int, str]]:
    """Chinese text and literals of a template outside gettext calls; its comments are not parsed."""
    tree = jinja2.Environment(extensions=["jinja2.ext.i18n"]).parse(source.replace(NAME_OF_THE_LANGUAGE, "><"))
    allowed = {
        argument
        for call in tree.find_all(jinja2.nodes.Call)
        if isinstance(call.node, jinja2.nodes.Name) and call.node.name in GETTEXT
        for argument in call.args
    }
    for node in tree.find_all((jinja2.nodes.TemplateData, jinja2.nodes.Const)):
        text = node.data if isinstance(node, jinja2.nodes.TemplateData) else node.value
        if isinstance(text, str) and CHINESE.search(text) and not any(node is each for each in allowed):
            yield node.lineno, text.strip()


def bare_in_script(source: str) -> Iterator[tuple[int, str]]:
    """Chinese literals of a script that are not the first argument of `t`."""
    tokens = [token for token in tokenize(source) if "comment" not in token.type]
    for index, token in enumerate(tokens):
        called = [each.value for each in tokens[max(0, index - 2) : index]] == ["t", "("]
        if token.type in ("string", "template_string", "regexp") and CHINESE.search(token.value) and not called:
            yield token.lineno, token.value


def sources() -> list[Path]:
    patterns = ("server.py", "geo/**/*.py", "templates/**/*.html", "static/js/**/*.js")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_words_bypass_the_translation(path):
    if path.relative_to(ROOT).as_posix() in DATA_IN_PYTHON:
        return
    find = {".py": bare_in_python, ".html": bare_in_template, ".js": bare_in_script}[path.suffix]
    assert list(find(path.read_text(encoding="utf-8"))) == []


def test_modules_excused_for_their_data_still_need_the_excuse():
    for name in DATA_IN_PYTHON:
        assert list(bare_in_python((ROOT / name).read_text(encoding="utf-8"))), name


def test_the_search_for_bare_words_finds_them():
    assert list(bare_in_python('"""文档"""\nx = _("好") + "坏"\n"""说明"""\ny = f"坏{x}"')) == [(2, "坏"), (4, "坏")]
    assert list(bare_in_template('{# 注 #}<p title="{{ _("好") }}">\n{{ "坏" }}</p>\n坏')) == [
        (2, "坏"),
        (2, "</p>\n坏"),
    ]
    assert list(bare_in_script('// 注\nt("好");\nlet x = "坏";\n`坏${1}`')) == [(3, '"坏"'), (4, "`坏${1}`")]
