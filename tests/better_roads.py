"""The shipped roads as somebody might have measured them better."""

import json

from geo.web.settings import ROOT


def better_roads() -> bytes:
    """GeoJSON of the shipped roads, 56 m further east, with an error of 20 m."""
    collection = json.loads((ROOT / "layers" / "roads" / "features.geojson").read_text(encoding="utf-8"))
    roads = [feature for feature in collection["features"] if feature["geometry"]]
    for road in roads:
        road["geometry"]["coordinates"] = [[lon + 0.0006, lat] for lon, lat in road["geometry"]["coordinates"]]
        road["properties"] = {"name": road["properties"]["name"], "error_m": 20}
    return json.dumps({"type": "FeatureCollection", "features": roads}).encode()
