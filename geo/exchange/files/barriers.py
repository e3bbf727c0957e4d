"""Railways and rivers of any file: lines or areas that streets do not cross but by bridges, tunnels and crossings."""

from pathlib import Path

import geopandas
import shapely

from geo.exchange.files import road_fields
from geo.exchange.files.reading import short_name
from geo.exchange.files.sources import Sort, tables
from geo.model.errors import InvalidFile, N_

BARRIERS = Sort(
    types=("LineString", "MultiLineString", "Polygon", "MultiPolygon"),
    no_layer=N_("%(file)s 里没有线或面图层"),
    not_named=N_("%(file)s 里没有名为“%(layer)s”的线或面图层，有：%(known)s"),
    empty=N_("%(file)s 的图层 %(layer)s 里没有线或面"),
    osm_where="""waterway IS NOT NULL OR other_tags LIKE '%"railway"=>%'""",
)


def read_barriers(path: Path) -> geopandas.GeoDataFrame:
    """The lines and areas of a file, of all its layers.

    Returns
    -------
    barriers
        `name` and `structure` (`bridge`, `tunnel` or None), None where the file does not say; EPSG:4326.

    Raises
    ------
    InvalidFile
        If the file cannot be read, is of another format or has neither lines nor areas.
    """
    names, structures, shapes = [], [], []
    for table in tables(path, BARRIERS):
        frame = road_fields.with_tags(table).frame
        frame = frame[frame.geom_type.isin(BARRIERS.types) & ~frame.geometry.is_empty]
        name = next((each for each in road_fields.NAME_FIELDS if each in frame.columns), "")
        columns = road_fields.standard_columns(frame, name)
        names += columns["name"]
        structures += columns["structure"]
        shapes += list(shapely.make_valid(frame.geometry.to_numpy()))
    if not shapes:
        raise InvalidFile(BARRIERS.no_layer, file=short_name(path))
    return geopandas.GeoDataFrame({"name": names, "structure": structures}, geometry=shapes, crs="EPSG:4326")
