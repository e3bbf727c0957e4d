"""Pages of features and single ones over HTTP, beside tipg and pygeoapi on PostGIS, which have the same rows.

Ours makes every answer, as the others do: the memory for answers that were made before is switched off, but for the
work that is "asked again". Each server is asked for the same boxes, in turns; the three answers to some of them are
compared feature by feature.
"""

import json
import subprocess
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from tests.benchmarks import servers
from tests.benchmarks.parcels import parcels, store_of
from tests.benchmarks.runner import Case, Measure
from tests.benchmarks.servers import Load
from tests.cluster import Cluster

SIZES = (500, 1_000, 100_000, 1_000_000)
SECONDS, SECONDS_SMALL = 6, 1
BOXES = 400
IN_A_BOX = 1.4
"""How many features lie in a box, for each that a page holds: there is a next page."""

COLLECTIONS = {
    "ours": "/ogc/collections/parcels",
    "tipg": "/collections/public.parcels",
    "pygeoapi": "/collections/parcels",
}


@dataclass
class Servers:
    """Running servers on the same rows; PostGIS and its servers start when they are first asked for."""

    size: int
    folder: Path
    limit: int
    kept_answers_mib: int = 0
    stack: ExitStack = field(default_factory=ExitStack)
    addresses: dict[str, str] = field(default_factory=dict)
    seconds: int = SECONDS

    def paths(self, name: str) -> list[str]:
        """What is asked of a server: pages of boxes, or single features where the limit is 1."""
        base = COLLECTIONS[name]
        if self.limit == 1:
            step = max(self.size // BOXES, 1)
            return [f"{base}/items/{self._id(name, each)}" for each in range(0, self.size, step)]
        boxes = servers.boxes(BOXES, int(self.limit * IN_A_BOX), self.size)
        return [f"{base}/items?bbox={box}&limit={self.limit}" for box in boxes]

    def _id(self, name: str, number: int) -> str:
        return f"p-{number}" if name == "ours" else str(number + 1)

    def address(self, name: str) -> str:
        if name not in self.addresses:
            self.addresses[name] = self.stack.enter_context(contextmanager(self._starters()[name])())
        return self.addresses[name]

    def _starters(self) -> dict[str, Callable]:
        return {
            "ours": lambda: servers.ours(store_of(self.size), self.kept_answers_mib),
            "tipg": lambda: servers.tipg(self._database()),
            "pygeoapi": lambda: servers.pygeoapi(self._database(), self.folder),
        }

    def _database(self) -> str:
        """The address of a database that has the rows of our store, copied by ogr2ogr."""
        if "database" not in self.addresses:
            cluster = Cluster(self.folder)
            self.stack.callback(cluster.leave)
            url = cluster.url(cluster.new_database()).replace("+psycopg", "")
            copy = ["ogr2ogr", "-f", "PostgreSQL", f"PG:{url}", str(store_of(self.size) / "plan.gpkg"), "parcels"]
            keys = ["-lco", "GEOMETRY_NAME=geom", "-lco", "FID=fid", "-preserve_fid"]
            subprocess.run([*copy, *keys, "--config", "PG_USE_COPY", "YES"], check=True, capture_output=True)
            cluster.administer("VACUUM ANALYZE parcels", url.rpartition("/")[2])
            self.addresses["database"] = url
        return self.addresses["database"]


def prepare(limit: int, kept_answers_mib: int, size: int, folder: Path) -> Servers:
    seconds = SECONDS_SMALL if size == SIZES[0] else SECONDS
    return Servers(size, folder, limit, kept_answers_mib, seconds=seconds)


def ask(name: str, prepared: Servers) -> Load:
    address, paths = prepared.address(name), prepared.paths(name)
    for path in paths[:40]:  # every worker has seen the work once
        _read(address + path)
    return servers.load(address, paths, prepared.seconds)


def same_answers(prepared: Servers, _found: Load) -> bool:
    """The three give the same features, or fewer than all where a page is full."""
    answers = {
        name: [_ids(_read(address + path)) for path in prepared.paths(name)[:5]]
        for name, address in prepared.addresses.items()
        if name != "database"
    }
    ours = answers.pop("ours")
    return all(
        len(own) == len(other) and (len(own) == prepared.limit or own == other)
        for others in answers.values()
        for own, other in zip(ours, others, strict=True)
    ) and all(own <= in_box for own, in_box in zip(ours, _expected(prepared), strict=True))


def _expected(prepared: Servers) -> list[set[str]]:
    """The same by geopandas."""
    everything = parcels(prepared.size)
    if prepared.limit == 1:
        return [{path.rpartition("/")[2]} for path in prepared.paths("ours")[:5]]
    boxes = [path.partition("bbox=")[2].partition("&")[0].split(",") for path in prepared.paths("ours")[:5]]
    return [set(everything.cx[float(w) : float(e), float(s) : float(n)].index) for w, s, e, n in boxes]


def _read(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def _ids(document: dict) -> set[str]:
    features = document.get("features", [document])
    return {feature["properties"].get("feature_id") or str(feature["id"]) for feature in features}


def mixed(prepared: Servers) -> float:
    """Memory in MiB after pages near and far, the whole layer's count, single features, tiles and totals."""
    base, size = COLLECTIONS["ours"], prepared.size
    pages = [f"{base}/items?bbox={box}&limit={limit}" for limit in (10, 100, 1000)
             for box in servers.boxes(100, limit, size)]  # fmt: skip
    singles = [f"{base}/items/p-{number}" for number in range(0, size, max(size // 100, 1))]
    tiles = [f"{base}/tiles/WebMercatorQuad/{zoom}/{row}/{column}" for zoom, row, column in TILES]
    whole = [f"{base}/items?limit=100", "/ogc/summary?collections=parcels&cells=50", "/ogc/collections", "/"]
    address = prepared.address("ours")
    servers.load(
        address, [*pages, *singles, *tiles, *whole], 5 * prepared.seconds if prepared.seconds == SECONDS else 1
    )
    return servers.memory_mib(address)


def ms_each(load: Load) -> float:
    """Milliseconds of the server for each request."""
    return 1000 / load.per_s


def case(name: str, limit: int, ratio: float, ratio_at: Mapping[int, float] = MappingProxyType({})) -> Case:
    slowest = ratio if limit == 100 else None  # the design gives a budget of the slowest answers to these pages alone
    return Case(
        name, partial(prepare, limit, 0), partial(ask, "ours"), same_answers, SIZES, unit="ms each", figure=ms_each,
        peer=partial(ask, "tipg"), budget_ratio=ratio, ratio_at=ratio_at, others={"pygeoapi": partial(ask, "pygeoapi")},
        rivals=("pygeoapi",), rounds=2,
        also=(Measure("p99", "ms", lambda load: load.p99_ms, budget_ratio=slowest),),
        close=lambda prepared: prepared.stack.close(),
    )  # fmt: skip


TILES = [(5, 12, 26), (7, 51, 104), (8, 103, 209), (10, 412, 836), (12, 1649, 3345), (14, 6599, 13380)]
"""Zoom, row and column of tiles around 114° E, 33° N."""

AGAIN = Case(
    "serving: a page of 100 by bbox, asked again", partial(prepare, 100, 24), partial(ask, "ours"), same_answers, SIZES,
    unit="ms each", figure=ms_each, rounds=2, close=lambda prepared: prepared.stack.close(),
)  # fmt: skip
MEMORY = Case(
    "serving: memory of two workers after mixed reads", partial(prepare, 100, 24), mixed, lambda _, mib: mib > 0, SIZES,
    unit="MiB", figure=float, budget=700, close=lambda prepared: prepared.stack.close(),
)  # fmt: skip

CASES = [
    case("serving: a page of 100 by bbox", 100, 1 / 5),
    case("serving: a page of 10 by bbox", 10, 1 / 5, {1000: 1 / 3}),
    case("serving: one feature", 1, 1 / 4),
    AGAIN,
    MEMORY,
]
