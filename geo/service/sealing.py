"""A closed year: what the office knew of it, counted, hashed, signed with a key outside the store, and printed.

A chain of hashes inside a file proves nothing against the file's owner. A seal therefore names the chain's head for the
paper minutes and is signed (Ed25519, RFC 8032) with a key that is not in the store. Later corrections stand beside it.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from geo.model.errors import Conflict, InvalidInput, N_, StoreUnavailable
from geo.model.feature_query import STATUS_COLUMNS, FeatureQuery
from geo.model.journal import Act, BadRow, JournalEntry, JournalHead, JournalQuery, Record
from geo.model.layer import Layer
from geo.service.as_of import PastStores
from geo.store.base import Store

LONGEST_LIST = 10_000
"""Corrections listed behind a seal."""


@dataclass(frozen=True)
class Seal:
    """A closed year.

    Parameters
    ----------
    manifest
        What was signed: zone, year, who, when, the journal's head, and for each layer counts and hashes.
    signature, public_key
        Hexadecimal digits; the signature is of the manifest's JSON with sorted keys and no blanks.
    entry
        The journal's row of the sealing.
    """

    manifest: dict
    signature: str
    public_key: str
    entry: JournalEntry

    @property
    def year(self) -> int:
        return self.manifest["year"]

    @property
    def head(self) -> JournalHead:
        return JournalHead(**self.manifest["journal"])


class SealingKey:
    """The office's key, in a file outside the store; made at the first sealing, readable by its owner only.

    Parameters
    ----------
    path
        PEM file. Whoever has it can seal in the office's name: keep a copy apart from the backups.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def sign(self, content: bytes) -> tuple[str, str]:
        """Signature and public key, in hexadecimal digits."""
        key = self._key() or self._make()
        return key.sign(content).hex(), key.public_key().public_bytes_raw().hex()

    def public(self) -> str | None:
        """The public key; None where the office has no key here."""
        key = self._key()
        return key and key.public_key().public_bytes_raw().hex()

    def _key(self) -> Ed25519PrivateKey | None:
        try:
            return load_pem_private_key(self.path.read_bytes(), None)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise StoreUnavailable(
                N_("封存密钥 %(file)s 读不出来：%(reason)s"), file=self.path.name, reason=error
            ) from error

    def _make(self) -> Ed25519PrivateKey:
        key = Ed25519PrivateKey.generate()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
        return key


def seal_year(store: Store, year: int, act: Act, key: SealingKey, *, seen: int | None = None) -> Seal:
    """Close a year.

    Parameters
    ----------
    seen
        The end of the journal that whoever closes it looked at; without it any will do.

    Raises
    ------
    InvalidInput
        If the plan has no such year, it has not ended, or it is closed already.
    Conflict
        If somebody wrote since, so that the year may be another one than was looked at.
    """
    head = _sealable_head(store, year)
    if seen is not None and seen != head.seq:
        raise Conflict(N_("确认之后又有修改：请看过现在的内容再封存"))
    manifest = _facts(store, year) | {"sealed_by": act.author, "journal": _plain(head)}
    signature, public_key = key.sign(_canonical(manifest))
    content = {"manifest": manifest, "signature": signature, "public_key": public_key}
    (entry,) = store.write([Record("seal", after=content)], act, last_seq=head.seq)
    return Seal(manifest, signature, public_key, entry)


def draft_of_seal(store: Store, year: int) -> tuple[dict, JournalHead]:
    """What a seal of the year would say now, and the end of the journal that it would name; raises as `seal_year`."""
    head = _sealable_head(store, year)
    return _facts(store, year), head


def sealable_years(store: Store) -> list[int]:
    """The years of the plan that have ended and are not closed."""
    closed, head = {seal.year for seal in seals(store)}, store.journal_head()
    return [year for year in store.catalog.zone.years if year not in closed and _has_ended(year, head)]


def _sealable_head(store: Store, year: int) -> JournalHead:
    store.catalog.zone.check_year(year)
    head = store.journal_head()
    if not _has_ended(year, head):
        raise InvalidInput(N_("%(year)s 年还没有结束，不能封存"), year=year)
    if seal := find_seal(store, year):
        raise InvalidInput(N_("%(year)s 年已于 %(at)s 封存，此后的更正列在封存之后"), year=year, at=seal.entry.at[:10])
    return head


def _has_ended(year: int, head: JournalHead) -> bool:
    return (head.at or "")[:4] > str(year)


def seals(store: Store) -> list[Seal]:
    """All closed years, in the order of their closing."""
    entries = store.journal(JournalQuery(action="seal"))
    return [Seal(**entry.after, entry=entry) for entry in entries]


def find_seal(store: Store, year: int) -> Seal | None:
    """The seal of a year, if it is closed."""
    return next((seal for seal in seals(store) if seal.year == year), None)


def corrections(store: Store, seal: Seal) -> list[JournalEntry]:
    """Reports of the year that came after its closing."""
    later = JournalQuery(action="status", first_seq=seal.head.seq + 1)
    found = (entry for entry in store.journal(later) if entry.after["year"] == seal.year)
    return [entry for entry, _ in zip(found, range(LONGEST_LIST), strict=False)]


def seal_faults(store: Store, key: SealingKey, past: PastStores) -> Iterator[BadRow]:
    """Seals that do not hold: another key, a wrong signature, a chain or a content that is not what was signed."""
    office = key.public()
    for seal in seals(store):
        name = str(seal.year)
        if office is not None and seal.public_key != office:
            yield BadRow("seals", name, "different", "public_key")
        elif not _is_signed(seal):
            yield BadRow("seals", name, "different", "signature")
        elif not _is_head(store, seal.head):
            yield BadRow("seals", name, "chain", "journal")
        else:
            then = _facts(past.at(store, seal.head), seal.year)
            yield from (
                BadRow("seals", name, "different", field) for field in then if then[field] != seal.manifest[field]
            )


def _is_signed(seal: Seal) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public_key))
        key.verify(bytes.fromhex(seal.signature), _canonical(seal.manifest))
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_head(store: Store, head: JournalHead) -> bool:
    entries = store.journal(JournalQuery(first_seq=head.seq, last_seq=head.seq))
    return any(entry.hash == head.hash for entry in entries)


def _facts(store: Store, year: int) -> dict:
    zone = store.catalog.zone
    layers = {layer.id: _of_layer(store, layer, year) for layer in store.catalog.plan}
    return {"zone": zone.title.zh, "plan": zone.plan.zh, "year": year, "layers": layers}


def _of_layer(store: Store, layer: Layer, year: int) -> dict:
    """Counts and hashes of a layer; a hash is that of the sorted hashes of the features, whatever their order."""
    features, reported, stages = [], [], {}
    query = FeatureQuery(year=year, schematic=True, retired=True)
    for page in store.scan(layer.id, query):
        width = len(page.columns) - len(STATUS_COLUMNS) * (layer.status.kind != "none")
        for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True):
            features.append(_hashed([feature_id, wkb.hex() if wkb else None, *row[:width]]))
            status = dict(zip(page.columns[width:], row[width:], strict=True))
            if status.get("status_year") == year:
                reported.append(_hashed([feature_id, *row[width:]]))
                if status["stage"]:
                    stages[status["stage"]] = stages.get(status["stage"], 0) + 1
    return {
        "features": len(features), "features_sha256": _hashed(sorted(features)),
        "reported": len(reported), "reported_sha256": _hashed(sorted(reported)), "stages": stages,
    }  # fmt: skip


def _hashed(value: object) -> str:
    return hashlib.sha256(orjson.dumps(value)).hexdigest()


def _canonical(manifest: dict) -> bytes:
    return orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)


def _plain(head: JournalHead) -> dict:
    return {"seq": head.seq, "hash": head.hash, "at": head.at}
