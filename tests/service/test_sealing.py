"""A closed year is signed, can be proved, and is not changed by what comes later."""

import json
import sqlite3
from contextlib import closing

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from geo.model.errors import InvalidInput
from geo.model.journal import Act, FeatureChange
from geo.model.status import AnnualStatus
from geo.service.as_of import PastStores
from geo.service.intake import open_or_create
from geo.service.sealing import SealingKey, corrections, find_seal, seal_faults, seal_year, seals

ADMIN, WANG = Act("局长", "年度封存"), Act("王工")


def report(year, stage):
    return AnnualStatus(layer_id="schools", feature_id="s-2", year=year, stage=stage)


@pytest.fixture
def kept(folder, url):
    with closing(open_or_create(url, folder.path)) as store:
        store.write([report(2022, "approved"), report(2023, "started")], WANG)
        yield store


@pytest.fixture
def key(tmp_path):
    return SealingKey(tmp_path / "keys" / "seal.pem")


@pytest.fixture
def faults(kept, key, tmp_path):
    past = PastStores(tmp_path / "past")
    yield lambda: [(bad.key, bad.fault, bad.field) for bad in seal_faults(kept, key, past)]
    past.close()


def test_a_seal_counts_hashes_and_is_signed_over_its_published_form(kept, key, faults):
    head = kept.journal_head()
    seal = seal_year(kept, 2023, ADMIN, key)
    assert (seal.head, seal.manifest["sealed_by"], seal.manifest["year"]) == (head, "局长", 2023)
    schools = seal.manifest["layers"]["schools"]
    assert (schools["features"], schools["reported"], schools["stages"]) == (7, 1, {"started": 1})
    signed = json.dumps(seal.manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public_key)).verify(bytes.fromhex(seal.signature), signed)
    assert (key.path.stat().st_mode & 0o077, find_seal(kept, 2023)) == (0, seal)
    assert faults() == []


def test_later_corrections_stand_beside_it(kept, key, faults):
    seal = seal_year(kept, 2023, ADMIN, key)
    kept.write(
        [report(2023, "topped_out"), report(2024, "completed"), FeatureChange("schools", "s-1", 1, {"seats": 1})], WANG
    )
    assert [entry.after["stage"] for entry in corrections(kept, seal)] == ["topped_out"]
    assert faults() == []
    assert seals(kept) == [seal]


@pytest.mark.parametrize("year", [2020, 2026])
def test_a_year_outside_the_plan_is_not_sealed(kept, key, year):
    with pytest.raises(InvalidInput, match=str(year)):
        seal_year(kept, year, ADMIN, key)


def test_a_year_is_sealed_once_and_not_before_its_end(kept, key, monkeypatch):
    seal_year(kept, 2023, ADMIN, key)
    with pytest.raises(InvalidInput, match="已于"):
        seal_year(kept, 2023, ADMIN, key)
    head = kept.journal_head()
    monkeypatch.setattr(
        kept, "journal_head", lambda until=None: type(head)(head.seq, head.hash, "2024-06-01T00:00:00.000Z")
    )
    with pytest.raises(InvalidInput, match="还没有结束"):
        seal_year(kept, 2024, ADMIN, key)


def forged(kept, path, change):
    """Somebody with the file rewrites the seal's row, hash and all; the chain alone would not show it."""
    with closing(sqlite3.connect(path)) as file:
        (text,) = file.execute("SELECT \"after\" FROM journal WHERE action = 'seal'").fetchone()
        content = json.loads(text)
        change(content)
        after = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
        file.execute("UPDATE journal SET \"after\" = ? WHERE action = 'seal'", (after,))
        file.commit()


def test_a_forged_seal_is_found(kept, key, faults, tmp_path, url):
    seal_year(kept, 2023, ADMIN, key)
    path = url.removeprefix("gpkg:///")
    forged(kept, f"/{path.lstrip('/')}", lambda content: content["manifest"]["layers"]["schools"].update(reported=2))
    assert faults() == [("2023", "different", "signature")]

    def sign_anew(content):
        signature, public_key = SealingKey(tmp_path / "other.pem").sign(
            orjson.dumps(content["manifest"], option=orjson.OPT_SORT_KEYS)
        )
        content.update(signature=signature, public_key=public_key)

    forged(kept, f"/{path.lstrip('/')}", sign_anew)
    assert faults() == [("2023", "different", "public_key")]


def test_a_seal_of_another_content_is_found(kept, key, faults, url):
    seal_year(kept, 2023, ADMIN, key)

    def lie(content):
        content["manifest"]["layers"]["schools"]["features"] = 8
        content["signature"], _ = key.sign(orjson.dumps(content["manifest"], option=orjson.OPT_SORT_KEYS))

    forged(kept, f"/{url.removeprefix('gpkg:///').lstrip('/')}", lie)
    assert faults() == [("2023", "different", "layers")]
