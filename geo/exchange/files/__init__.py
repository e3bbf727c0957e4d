"""Files that people bring and take. GDAL, through pyogrio, has its only door here."""

from geo.exchange.files.features import Features, inspect_features, read_features
from geo.exchange.files.network import NetworkFile, read_network
from geo.exchange.files.reading import Inspected, read_text, short_name, shown

__all__ = [
    "Features",
    "Inspected",
    "NetworkFile",
    "inspect_features",
    "read_features",
    "read_network",
    "read_text",
    "short_name",
    "shown",
]
