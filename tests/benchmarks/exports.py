"""Writes a layer to a file, as a process of its own: `python -m tests.benchmarks.exports PROGRAM STORE OUT`.

Prints the seconds of the work alone, without the loading of libraries.
"""

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geo.model.feature_query import FeatureQuery
    from geo.store.base import Store

PLANE = "EPSG:4526"


def ours(format_name: str, folder: Path, out: Path) -> float:
    """As the command `export` does; a Shapefile without being packed and read back."""
    from geo.model.feature_query import FeatureQuery
    from geo.service import export
    from geo.service.export_source import Wanted
    from geo.store import open_store
    from geo.store.catalog import read_catalog

    store = open_store(f"gpkg:///{folder}/plan.gpkg", read_catalog(folder / "layers"))
    query = {"parcels": FeatureQuery()}
    if format_name == "shp":
        return shapefile(store, query, out)
    begun = time.perf_counter()
    wanted = Wanted(PLANE if format_name == "gpkg" else None)
    with out.open("wb") as target:
        target.writelines(export.stream(store, query, format_name, wanted=wanted))
    return time.perf_counter() - begun


def shapefile(store: "Store", query: "dict[str, FeatureQuery]", out: Path) -> float:
    """As the command does, but for its packing and reading back."""
    from geo.exchange.files.vector import FEW, VectorField, VectorFile
    from geo.exchange.table import Edition
    from geo.service.export_source import BATCH, Source, columns

    if store.count("parcels", query["parcels"]) < FEW * BATCH:
        import pyogrio  # noqa: F401 - by which few are written here; it brings pandas, which a large layer never needs
    begun = time.perf_counter()
    source = Source(store, query, Edition(None, False, "zh", str, (), {}), True)
    fields = [VectorField(short, name, kind) for name, short, kind in columns(store.catalog["parcels"], source)]
    VectorFile(out, fields, "Polygon", PLANE).write(source.columns_of("parcels", PLANE))
    return time.perf_counter() - begun


def geopandas_gpkg(folder: Path, out: Path) -> float:
    """GeoPandas through Arrow, as its guide advises for large files."""
    import geopandas
    import pyarrow  # noqa: F401 - loaded before the work begins, as all libraries are

    begun = time.perf_counter()
    frame = geopandas.read_file(folder / "plan.gpkg", layer="parcels", use_arrow=True)
    frame.to_crs(PLANE).to_file(out, driver="GPKG", use_arrow=True)
    return time.perf_counter() - begun


if __name__ == "__main__":
    program, store_folder, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    print(geopandas_gpkg(store_folder, target) if program == "geopandas" else ours(program, store_folder, target))
