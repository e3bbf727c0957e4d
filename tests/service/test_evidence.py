"""Evidence is taken by its content, kept once under its hash, and found again unchanged."""

import hashlib
import sqlite3
import struct
import zlib
from contextlib import closing
from dataclasses import replace

import pytest

from geo.model.errors import EvidenceNotFound, InvalidFile
from geo.model.evidence import LARGEST_BYTES
from geo.model.journal import Act
from geo.model.status import AnnualStatus
from geo.service.evidence import keep_evidence
from geo.service.status import report

WANG = Act("王工")


def png() -> bytes:
    """One grey pixel, as the PNG specification has it."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\x7f")) + chunk(b"IEND", b"")
    )


JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
WEBP = b"RIFF" + struct.pack("<I", 20) + b"WEBPVP8 " + bytes(12)


@pytest.fixture
def kept(filled):
    return filled


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(png(), "image/png"), (JPEG, "image/jpeg"), (PDF, "application/pdf"), (WEBP, "image/webp")],
)
def test_a_photograph_or_a_document_is_kept_by_what_it_is(kept, content, media_type):
    evidence = keep_evidence(kept, "现场.exe", content, WANG)
    assert (evidence.sha256, evidence.media_type) == (hashlib.sha256(content).hexdigest(), media_type)
    assert kept.evidence.content(evidence.sha256) == content
    assert kept.evidence.find([evidence.sha256]) == [evidence]
    assert list(kept.faults()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00" + bytes(100),
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<script>1</script>" + PDF,
        b"PK\x03\x04" + bytes(60),
        b"GIF89a" + bytes(20),
        "只是文字".encode(),
        png() + bytes(LARGEST_BYTES),
    ],
    ids=range(9),
)
def test_anything_else_is_refused_by_name(kept, content):
    with pytest.raises(InvalidFile, match=r"照片\.pdf"):
        keep_evidence(kept, "../../照片.pdf", content, WANG)


def test_the_same_content_is_kept_once(kept):
    first = keep_evidence(kept, "一.png", png(), WANG)
    assert keep_evidence(kept, "二.png", png(), Act("李工")) == first


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\照片\\现场.png", "现场.png"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00\u202e.png", "ab.png"),
        ("", "evidence"),
        ("x" * 500 + ".png", ("x" * 500 + ".png")[-120:]),
    ],
)
def test_a_name_is_only_words(kept, name, shown):
    assert keep_evidence(kept, name, png(), WANG).name == shown


def test_a_report_names_files_that_are_there(kept):
    status = AnnualStatus(layer_id="schools", feature_id="s-1", year=2023, stage="started")
    evidence = [keep_evidence(kept, "甲", content, WANG).sha256 for content in (JPEG, PDF)]
    report(kept, replace(status, evidence=" ".join(evidence)), WANG)
    assert kept.statuses("schools", "s-1")[0].evidence.split() == evidence
    with pytest.raises(EvidenceNotFound):
        report(kept, replace(status, evidence="0" * 64), WANG)


def test_a_changed_byte_is_found(kept, url):
    evidence = keep_evidence(kept, "甲", PDF, WANG)
    with closing(sqlite3.connect(f"/{url.removeprefix('gpkg:///').lstrip('/')}")) as file:
        file.execute("UPDATE evidence SET content = ?", (PDF.replace(b"1.4", b"1.5"),))
        file.commit()
    (bad,) = kept.faults()
    assert (bad.table, bad.key, bad.field) == ("evidence", evidence.sha256, "content")
