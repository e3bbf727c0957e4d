"""Derive every `located` and `schematic` geometry again from the facts in the layers, and write the feature files anew.

Run it with `python -m layers.derive_positions` after a fact has changed; running it twice changes nothing. Roads and
railways come from their fitted points, sites from their location in words; `positions.toml` says where the rest goes.
Geometry that is surveyed or placed is left as it is.
"""

import json
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.layout import Spot, lay_out
from geo.analysis.locating import Site, locate_sites
from geo.analysis.measuring import to_degrees, to_plane
from geo.analysis.network import RoadNetwork
from geo.model.crs import GEOD, STORED_CRS, metric_crs
from geo.model.location import LocationPhrase
from geo.model.units import SQUARE_METRES_PER_MU

LAYERS = Path(__file__).parent
DECIMALS = 7

CORNER = re.compile(r"(?P<first>.+?)[与于](?P<second>.+?)交叉口(?P<side>[东西南北]{1,2})侧")
SIDES = {"北": "N", "东北": "NE", "东": "E", "东南": "SE", "南": "S", "西南": "SW", "西": "W", "西北": "NW"}

Features = dict[str, dict]
"""The features of a layer by id, as GeoJSON, but with shapely geometry."""

Layers = dict[str, Features]


def read_features(layer_id: str, folder: Path = LAYERS) -> Features:
    """The features of a layer in the order of its file."""
    collection = json.loads((folder / layer_id / "features.geojson").read_text(encoding="utf-8"))
    for feature in collection["features"]:
        feature["geometry"] = shapely.from_geojson(json.dumps(feature["geometry"])) if feature["geometry"] else None
    return {feature["id"]: feature for feature in collection["features"]}


def to_text(features: Features) -> str:
    """A FeatureCollection with one feature a line, so that differences read well."""
    plain = [{**feature, "geometry": _to_mapping(feature["geometry"])} for feature in features.values()]
    lines = [json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in plain]
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def _to_mapping(shape: BaseGeometry | None) -> dict | None:
    if shape is None:
        return None
    rounded = shapely.transform(shape, lambda coordinates: numpy.round(coordinates, DECIMALS))
    return json.loads(shapely.to_geojson(shapely.orient_polygons(rounded)))


def derive(folder: Path = LAYERS) -> Layers:
    """Every layer that `positions.toml` names, its positions derived anew from its facts."""
    assumed = tomllib.loads((folder / "positions.toml").read_text(encoding="utf-8"))
    schematic = assumed["schematic"]
    lines = _read_layers(folder, assumed["lines"])
    reaches = _read_layers(folder, schematic["reaches"])
    sites = _read_layers(folder, schematic["near"]["polygons"])
    points = _read_layers(folder, schematic["near"]["points"])
    for layer_id, overhang_m in assumed["lines"].items():
        draw_lines(lines[layer_id], overhang_m)
    for layer_id, shapes in schematic["reaches"].items():
        draw_reaches(reaches[layer_id], shapes)
    for features in sites.values():
        place_sites(features, lines[assumed["network"]])
    lay_out_polygons(sites, schematic, avoid=_shapes(lines | reaches))
    lay_out_points(points, schematic, avoid=_shapes(reaches | sites))
    return lines | reaches | sites | points


def _read_layers(folder: Path, layer_ids: dict) -> Layers:
    return {layer_id: read_features(layer_id, folder) for layer_id in layer_ids}


def draw_lines(features: Features, overhang_m: float) -> None:
    """Straight centre lines through their fitted points, from the first to the last known crossing and on a little."""
    fitted = {f["properties"]["name"]: f for f in features.values() if "fit_lon" in f["properties"]}
    rays = {name: _ray(feature["properties"]) for name, feature in fitted.items()}
    stretches = {name: [0.0] for name in rays}
    for name, feature in fitted.items():
        for other in feature["properties"].get("crosses", "").split("、"):
            if other in rays:
                here, there = _meeting(rays[name], rays[other])
                stretches[name].append(here)
                stretches[other].append(there)
    for name, feature in fitted.items():
        origin, step = rays[name]
        ends = min(stretches[name]) - overhang_m, max(stretches[name]) + overhang_m
        feature["geometry"] = shapely.LineString([origin + step * end for end in ends])


def _ray(road: dict) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Fitted point, and degrees of longitude and latitude a metre along the road, north- or eastwards."""
    azimuth = {"NS": 0.0, "EW": 90.0}[road["orientation"]] - road["tilt_deg"]
    lon, lat, _ = GEOD.fwd(road["fit_lon"], road["fit_lat"], azimuth, 1000)
    origin = numpy.array([road["fit_lon"], road["fit_lat"]])
    return origin, (numpy.array([lon, lat]) - origin) / 1000


def _meeting(first: tuple, second: tuple) -> tuple[float, float]:
    """Metres from either fitted point to where the two rays meet."""
    here, there = numpy.linalg.solve(numpy.column_stack([first[1], -second[1]]), second[0] - first[0])
    return float(here), float(there)


def draw_reaches(features: Features, reaches: dict) -> None:
    """Illustrative lines widened by an illustrative width."""
    for feature_id, reach in reaches.items():
        if not _is_derived(features[feature_id]):
            continue
        line = shapely.LineString(reach["line"])
        crs = metric_crs(line.bounds)
        bed = to_plane(line, crs).buffer(reach["width_m"] / 2, cap_style="flat", join_style="mitre")
        features[feature_id]["geometry"] = to_degrees(bed, crs)


def read_corner(text: str) -> LocationPhrase:
    """A location such as 甲路与乙路交叉口西北侧 (于 is a common slip for 与); anything else stays unknown."""
    match = CORNER.fullmatch(text)
    if not match or match["side"] not in SIDES:
        return LocationPhrase(text)
    return LocationPhrase(text, "intersection", (match["first"], match["second"]), SIDES[match["side"]])


def place_sites(features: Features, roads: Features) -> None:
    """Parcels where words and a stated area lead to a corner of known roads; the rest is left without a geometry."""
    derived = [feature for feature in features.values() if _is_derived(feature)]
    for feature in derived:
        feature["geometry"] = None
        feature["properties"]["location_basis"] = "schematic"
    stated = [f for f in derived if {"location_text", "land_area_mu"} <= f["properties"].keys()]
    sites = [Site(read_corner(f["properties"]["location_text"]), _area_m2(f["properties"])) for f in stated]
    for feature, place in zip(stated, locate_sites(sites, RoadNetwork(_to_frame(roads))), strict=True):
        judged_m = feature["properties"].pop("location_accuracy_m", 0)
        if place.geometry is not None:
            feature["geometry"] = place.geometry
            # The judgement that came with the sources may be worse than the roads' errors make it, never better.
            accuracy_m = max(judged_m, math.ceil(round(place.crossing.accuracy_m, 3)))
            feature["properties"] = _located(feature["properties"], accuracy_m)


def _located(properties: dict, accuracy_m: float) -> dict:
    """The properties with basis and accuracy, the accuracy next to the basis as in the layer's definition."""
    ordered = {}
    for name, value in properties.items():
        ordered |= {name: "located", "location_accuracy_m": accuracy_m} if name == "location_basis" else {name: value}
    return ordered


def _to_frame(features: Features) -> geopandas.GeoDataFrame:
    rows = [{**feature["properties"], "geometry": feature["geometry"]} for feature in features.values()]
    return geopandas.GeoDataFrame(rows, geometry="geometry", crs=STORED_CRS)


def _is_derived(feature: dict) -> bool:
    return feature["properties"]["location_basis"] in ("located", "schematic")


def _area_m2(properties: dict, symbol_area_mu: float = math.nan) -> float:
    return properties.get("land_area_mu", symbol_area_mu) * SQUARE_METRES_PER_MU


def lay_out_polygons(layers: Layers, schematic: dict, avoid: list[BaseGeometry]) -> None:
    """Squares of the stated area, or of the symbol's, clear of lines, reaches, known parcels and one another."""
    pending = [(layer_id, feature) for layer_id in layers for feature in _schematic(layers[layer_id])]
    places = schematic["near"]["polygons"]
    spots = [
        Spot(
            *_near(places[layer_id], feature["id"])[0],
            _area_m2(feature["properties"], schematic["symbol_area_mu"]),
            schematic["gap_m"][layer_id],
        )
        for layer_id, feature in pending
    ]
    squares = lay_out(spots, tuple(schematic["bounds"]), avoid + _shapes(layers))
    for (_, feature), square in zip(pending, squares, strict=True):
        feature["geometry"] = square


def lay_out_points(layers: Layers, schematic: dict, avoid: list[BaseGeometry]) -> None:
    """Points that have a place of their own stand there; the others spread out nearby, off every polygon."""
    pending, spots = [], []
    for layer_id, features in layers.items():
        for feature in _schematic(features):
            (lon, lat), is_own = _near(schematic["near"]["points"][layer_id], feature["id"])
            if is_own:
                feature["geometry"] = shapely.Point(lon, lat)
                avoid = [*avoid, feature["geometry"]]
            else:
                pending.append(feature)
                spots.append(Spot(lon, lat, 1.0, schematic["gap_m"][layer_id]))
    for feature, square in zip(pending, lay_out(spots, tuple(schematic["bounds"]), avoid), strict=True):
        feature["geometry"] = square.centroid


def _schematic(features: Features) -> Iterator[dict]:
    return (feature for feature in features.values() if feature["properties"]["location_basis"] == "schematic")


def _shapes(layers: Layers) -> list[BaseGeometry]:
    shapes = [feature["geometry"] for features in layers.values() for feature in features.values()]
    return [shape for shape in shapes if shape is not None]


def _near(places: dict, feature_id: str) -> tuple[list[float], bool]:
    """Where a feature had best be drawn, by the longest beginning of its id; and whether that place is its own."""
    key = max((key for key in places if feature_id.startswith(key)), key=len)
    return places[key], key == feature_id


def main() -> None:
    """Write every layer whose positions are derived."""
    for layer_id, features in derive().items():
        (LAYERS / layer_id / "features.geojson").write_text(to_text(features), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
