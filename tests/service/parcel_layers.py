"""Layers of parcels whose corners are whole metres of the zone's plane, and of lines of control."""

import json

import pyproj
import shapely

EAST, NORTH = 500_000, 3_650_000
TO_DEGREES = pyproj.Transformer.from_crs("EPSG:4547", "EPSG:4326", always_xy=True)

TABLE = """
title = "分类指南"
number = "某发〔2023〕1号"
version = "2023"
issued_on = 2023-11-22
note = "试验用"
[codes]
"080403" = { zh = "中小学用地", en = "Schools" }
"080404" = { zh = "幼儿园用地", en = "Kindergartens" }
"""

PARCELS = """
title = { zh = "新建学校", en = "New schools" }
description = { zh = "学校", en = "Schools" }
role = "plan"
source = "规划"
licence = "公开"
geometry = "MultiPolygon"
order = 1
[status]
kind = "construction"
[land_use]
by = "level"
codes = { primary = "080403" }
[[fields]]
name = "level"
title = { zh = "学段", en = "Level" }
type = "text"
short = "XD"
values = [
  { value = "primary", title = { zh = "小学", en = "Primary" } },
  { value = "nursery", title = { zh = "托儿所", en = "Nursery" } },
]
[[fields]]
name = "land_area_mu"
title = { zh = "占地", en = "Land" }
type = "number"
short = "ZD"
unit = "mu"
"""

LINES = """
title = { zh = "三条控制线", en = "Three control lines" }
description = { zh = "控制线", en = "Control lines" }
role = "reference"
source = "办公室"
licence = "内部"
geometry = "MultiPolygon"
order = 9
[control]
kind = "line_kind"
outside = ["farmland", "ecological"]
inside = ["urban"]
version = "version"
date = "version_date"
[[fields]]
name = "line_kind"
title = { zh = "类别", en = "Kind" }
type = "text"
short = "LB"
values = [
  { value = "farmland", title = { zh = "永久基本农田", en = "Permanent basic farmland" } },
  { value = "ecological", title = { zh = "生态保护红线", en = "Ecological red line" } },
  { value = "urban", title = { zh = "城镇开发边界", en = "Urban development boundary" } },
]
[[fields]]
name = "version"
title = { zh = "版本", en = "Version" }
type = "text"
short = "BB"
[[fields]]
name = "version_date"
title = { zh = "日期", en = "Date" }
type = "date"
short = "RQ"
"""


def ground(west, south, east, north):
    """A rectangle of metres, in degrees."""
    corners = shapely.get_coordinates(shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north))
    return shapely.Polygon(zip(*TO_DEGREES.transform(*corners.T), strict=True))


def feature(feature_id, shape, **properties):
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "id": feature_id, "geometry": geometry, "properties": properties}


def parcel(feature_id, shape, mu, basis="surveyed", **more):
    """A parcel that lacks nothing."""
    properties = {
        "name": f"{feature_id}号小学", "level": "primary", "land_area_mu": mu, "location_basis": basis,
        "location_accuracy_m": 0.05 if basis == "surveyed" else None, "responsible_unit": "教体局", "plan_year": 2023,
    }  # fmt: skip
    return feature(feature_id, shape, **{**properties, **more})


def line(feature_id, kind, shape, version="2022", version_date="2022-10-14"):
    return feature(feature_id, shape, name=feature_id, line_kind=kind, version=version, version_date=version_date)
