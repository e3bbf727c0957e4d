"""By what an OpenStreetMap file is known; its reader need not be loaded for that."""

import re

XML = re.compile(r"\s*(<\?xml[^>]*\?>\s*)?<osm[\s>]")
OTHER_XML = ("<OGR", "opengis")
"""What would make GDAL take an OpenStreetMap file for another kind of XML."""


def is_osm_xml(text: str) -> bool:
    return XML.match(text) is not None and not any(word in text for word in OTHER_XML)


def is_osm_pbf(head: bytes) -> bool:
    return b"OSMHeader" in head[:64]
