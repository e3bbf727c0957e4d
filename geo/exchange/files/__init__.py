"""Files that people bring and take. GDAL, through pyogrio, has its only door here."""

from geo.exchange.files.barriers import read_barriers
from geo.exchange.files.features import Features, inspect_features, read_features
from geo.exchange.files.geopackage import write_geopackage
from geo.exchange.files.growth import growth_of_text, read_growth
from geo.exchange.files.network import NetworkFile, read_network
from geo.exchange.files.places import PlaceFile, read_places
from geo.exchange.files.reading import Inspected, read_text, short_name, shown
from geo.exchange.files.streets import StreetFile, read_streets

__all__ = [
    "Features",
    "Inspected",
    "NetworkFile",
    "PlaceFile",
    "StreetFile",
    "growth_of_text",
    "inspect_features",
    "read_barriers",
    "read_features",
    "read_growth",
    "read_network",
    "read_places",
    "read_streets",
    "read_text",
    "short_name",
    "shown",
    "write_geopackage",
]
