"""Debian's GDAL (`ogrinfo`, `ogr2ogr`) and the newer one of pyogrio over every collection."""

import json
import re
import subprocess

import pyogrio
import pytest
import shapely
from pyproj import Transformer

from tests.clients.conftest import PAGE_SIZE, is_chinese
from tests.serving import ROOT

LAYERS = sorted(folder.parent.name for folder in (ROOT / "layers").glob("*/layer.toml"))
PARTS_OF_THE_ZONE = {"south": (113.9, 32.9, 114.2, 33.02), "one crossing": (114.012, 33.044, 114.019, 33.050)}


def run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)


def converted(office, layer_id: str, target, *options: str) -> tuple[list[dict], str]:
    """The features that `ogr2ogr` takes from a collection page by page, and what it says of its requests."""
    made = run(
        *("ogr2ogr", "--debug", "on", "-f", "GeoJSON", *options, "-lco", "COORDINATE_PRECISION=9"),
        *(str(target), f"OAPIF:{office.ogc}", layer_id, "-oo", f"PAGE_SIZE={PAGE_SIZE}"),
    )
    return json.loads(target.read_text(encoding="utf-8"))["features"], made.stderr


def ids(features: list[dict]) -> list[str]:
    return sorted(feature["properties"]["id"] for feature in features)


@pytest.mark.parametrize("layer_id", LAYERS)
def test_ogr2ogr_takes_every_feature_of_every_collection_page_by_page(office, tmp_path, layer_id):
    expected = office.frame(layer_id)
    features, requests = converted(office, layer_id, tmp_path / "taken.geojson")
    assert ids(features) == sorted(expected.index)
    names = {feature["properties"]["id"]: feature["properties"]["name"] for feature in features}
    assert names == dict(expected["name"])
    assert all(is_chinese(name) for name in names.values())
    pages = {int(offset) for offset in re.findall(rf"limit={PAGE_SIZE}&offset=([0-9]+)", requests)}
    assert pages >= set(range(PAGE_SIZE, len(expected), PAGE_SIZE))
    shapes = {feature["properties"]["id"]: feature["geometry"] for feature in features}
    for feature_id, shape in getattr(expected, "geometry", {}).items():
        found = shapes[feature_id] and shapely.from_geojson(json.dumps(shapes[feature_id]))
        assert (found is None) == (shape is None)
        assert shape is None or found.hausdorff_distance(shape) < 1e-7


@pytest.mark.parametrize("layer_id", LAYERS)
def test_ogrinfo_tells_count_and_extent_as_the_store_has_them(office, layer_id):
    told = run("ogrinfo", "-ro", "-so", f"OAPIF:{office.ogc}", layer_id).stdout
    assert int(re.search(r"Feature Count: ([0-9]+)", told)[1]) == len(office.frame(layer_id))
    title = office.store.catalog[layer_id].title.zh
    assert f"TITLE={title}" in told
    corners = re.search(r"Extent: \((.+), (.+)\) - \((.+), (.+)\)", told)
    extent = office.store.extent(layer_id)
    assert (corners is None) == (extent is None)
    if corners:
        assert [float(number) for number in corners.groups()] == pytest.approx(extent, abs=1e-6)


@pytest.mark.parametrize("part", PARTS_OF_THE_ZONE.values(), ids=PARTS_OF_THE_ZONE)
@pytest.mark.parametrize("layer_id", ["schools", "roads"])
def test_ogr2ogr_takes_what_a_box_touches(office, tmp_path, layer_id, part):
    everything = office.frame(layer_id)
    expected = everything[everything.intersects(shapely.box(*part))]
    features, requests = converted(office, layer_id, tmp_path / "part.geojson", "-spat", *map(str, part))
    assert ids(features) == sorted(expected.index)
    assert 0 < len(expected) < len(everything)
    assert "bbox=" in requests


@pytest.mark.parametrize("code", [4490, 4526, 4547])
def test_a_newer_gdal_takes_another_crs_with_its_axes_in_order(office, code):
    taken = pyogrio.read_dataframe(
        f"OAPIF:{office.ogc}", layer="roads", CRS=f"EPSG:{code}", PAGE_SIZE=str(PAGE_SIZE), use_arrow=False
    )
    assert taken.crs.to_epsg() == code
    expected = office.frame("roads")
    assert sorted(taken["id"]) == sorted(expected.index)
    to_code = Transformer.from_crs(4490, code, always_xy=True).transform
    tolerance = 0.002 if taken.crs.is_projected else 1e-7
    for feature_id, shape in zip(taken["id"], taken.geometry, strict=True):
        stored = expected.geometry[feature_id]
        assert (shape is None) == (stored is None)
        if shape is not None:
            wanted = shapely.transform(stored, lambda points: list(zip(*to_code(*points.T), strict=True)))
            assert shape.hausdorff_distance(wanted) < tolerance
