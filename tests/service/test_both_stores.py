"""What goes out of the office is the same from both stores, byte by byte: exports, checks of parcels, the package."""

import pytest

from geo.exchange import parcel_check
from geo.model.feature_query import FeatureQuery
from geo.service import parcel_checks, parcels
from geo.service.export import FORMATS, stream
from geo.service.export_source import Wanted
from geo.service.intake import open_or_create
from geo.service.submitting import SubmissionWish, package
from geo.store import open_store
from tests.service.both_stores import check_same, parts_of, sample_folder

ALL = ("surveyed", "placed", "located")


@pytest.fixture(scope="module")
def stores(tmp_path_factory, cluster):
    """A GeoPackage, and its copy in PostGIS."""
    folder = sample_folder(tmp_path_factory.mktemp("both") / "layers")
    file = open_or_create(f"gpkg:///{folder.path.parent}/plan.gpkg", folder.path)
    server = open_store(cluster.url(cluster.new_database()), file.catalog)
    server.copy_from(file, lambda done, total: None)
    yield file, server
    server.close()
    file.close()


@pytest.mark.parametrize("year", [None, 2023])
@pytest.mark.parametrize("format_name", FORMATS)
def test_an_export_is_the_same(stores, format_name, year, tmp_path):
    layers = ("schools", "control_lines") if format_name == "txt" else ("schools", "control_lines", "sections", "roads")
    crs = "EPSG:4526" if FORMATS[format_name].planes else None
    queries = dict.fromkeys(layers, FeatureQuery(year=year, schematic=True))
    made = [b"".join(stream(store, queries, format_name, wanted=Wanted(crs))) for store in stores]
    first, second = (parts_of(content, format_name, tmp_path) for content in made)
    assert sum(map(len, first.values())) > 100
    check_same(first, second)


def test_a_check_of_parcels_is_the_same(stores):
    documents = []
    for store in stores:
        check = parcel_checks.check(store, parcels.choose(store, ["schools"], ALL))
        documents.append({"check": parcel_check.dumps(parcel_check.document(check, str, "zh"))})
    assert b"overlap" in documents[0]["check"] and b"on_line" in documents[0]["check"]
    check_same(*documents)


def test_a_package_for_the_bureau_is_the_same(stores, tmp_path):
    wish = SubmissionWish(bases=ALL, year=2023)
    first, second = (
        parts_of(b"".join(package(store, ["schools"], wish).chunks()), "zip", tmp_path) for store in stores
    )
    assert {"parcels.gpkg", "map_sheet.pdf", "shapefile/schools.shp", "manifest.json"} <= set(first)
    check_same(first, second)
