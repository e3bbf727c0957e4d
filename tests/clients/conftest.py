"""Programs that planners and developers use, on a real server with the shipped plan."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas
import pytest

from geo.model.feature_query import MAX_LIMIT, FeatureQuery
from geo.service.intake import open_or_create
from geo.store.base import Store
from tests.serving import ROOT, running_server

PAGE_SIZE = 3
"""So small that a client has to follow `next` to see all."""


@dataclass(frozen=True)
class Office:
    """A running server, the store behind it, and the folder that the store is in."""

    address: str
    store: Store

    @property
    def ogc(self) -> str:
        return f"{self.address}/ogc"

    def frame(self, layer_id: str, *, schematic: bool = False) -> geopandas.GeoDataFrame:
        """What a client is to find in a collection, from the store itself."""
        return self.store.read_frame(layer_id, FeatureQuery(limit=MAX_LIMIT, schematic=schematic))


@pytest.fixture(scope="session")
def office(tmp_path_factory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("plan") / "plan.gpkg"
    with running_server(path) as server:
        store = open_or_create(f"gpkg:///{path}", ROOT / "layers")
        yield Office(server.address, store)
        store.close()


def is_chinese(text: str) -> bool:
    """Whether there are Chinese characters in a text, and none that a wrong encoding leaves behind."""
    return re.search("[\u4e00-\u9fff]", text) is not None and not set(text) & set("\ufffd?锟")
