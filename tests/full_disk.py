"""Run as a script in a folder of a small disk: fill the disk by writing to a store, then make room and write on.

The one argument is the folder of the layers; what was seen is printed as one line of JSON.
"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from geo.model.errors import StoreUnavailable
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.store import open_store
from geo.store.base import Store
from geo.store.catalog import read_catalog

BALLAST_BYTES = 1_000_000
MOST_WRITES = 5_000


def main() -> dict[str, object]:
    """What was written, what was said when the disk was full, and what was there afterwards."""
    folder, ballast = Path.cwd(), Path("ballast")
    ballast.write_bytes(bytes(BALLAST_BYTES))
    store = open_store(f"gpkg:///{folder}/plan.gpkg", read_catalog(Path(sys.argv[1])))
    store.create()
    written, said = _fill(store)
    kept = store.count("parcels", FeatureQuery())
    faults = [fault.table for fault in store.faults()]
    ballast.unlink()
    _write(store, "after")
    store.close()
    with closing(sqlite3.connect(folder / "plan.gpkg")) as file:
        (integrity,) = file.execute("PRAGMA integrity_check").fetchone()
    again = open_store(f"gpkg:///{folder}/plan.gpkg", store.catalog)
    return {
        "written": written, "said": said, "kept": kept, "faults": faults, "integrity": integrity,
        "kept_after": again.count("parcels", FeatureQuery()), "faults_after": len(list(again.faults())),
    }  # fmt: skip


def _fill(store: Store) -> tuple[int, str]:
    for number in range(MOST_WRITES):
        try:
            _write(store, f"p-{number}")
        except StoreUnavailable as error:
            return number, str(error)
    return MOST_WRITES, ""


def _write(store: Store, feature_id: str) -> None:
    store.write([FeatureChange("parcels", feature_id, None, {"remark": "长" * 2_000})], Act("writer", "made"))


if __name__ == "__main__":
    print(json.dumps(main()))
