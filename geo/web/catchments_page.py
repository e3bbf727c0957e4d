"""The page of catchments: schools, areas and homes of a year, and which school it is from a place."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import orjson
import pandas
import shapely
from flask import Blueprint, Response, current_app, render_template, request

from geo.exchange.files import write_geopackage
from geo.model.errors import InvalidInput, N_
from geo.service import catchments as service
from geo.service.catchments.asking import REASONS, schools_from
from geo.service.catchments.inputs import LEVELS, METHODS
from geo.service.catchments.stored import MAX_SNAP_M
from geo.web.current import live_store
from geo.web.language import translated
from geo.web.maps import render_map
from geo.web.page_config import page_config

MODULE = "/static/js/catchments_page.js"

blueprint = Blueprint("catchments", __name__)


@blueprint.get("/catchments")
def page() -> str:
    """Map and table of the schools of a level and a year."""
    store = live_store()
    zone = store.catalog.zone
    config = page_config(store, zone.last_year)
    return render_template("catchments/index.html", map=render_map(zone, MODULE, config), years=list(zone.years))


@blueprint.get("/catchments/result")
def result() -> Response:
    """Areas, schools, homes and figures for a level, a year and a method."""
    options, inputs = _asked()
    outcome = service.compute(inputs, options, lambda remark: None)
    summary = outcome.summary
    schools = geopandas.GeoDataFrame(summary["schools"], geometry=list(inputs.school_places), crs=4326)
    return _json(
        {
            "summary": summary | {"remarks": [translated(each.message, **each.params) for each in summary["remarks"]]},
            "areas": _features(outcome.catchments),
            "schools": _features(schools),
            "homes": _features(outcome.assignments),
        }
    )


@blueprint.get("/catchments/file")
def file() -> Response:
    """The same as a GeoPackage, as the command writes it."""
    options, inputs = _asked()
    outcome = service.compute(inputs, options, lambda remark: None)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catchments.gpkg"
        write_geopackage(path, outcome.layers)
        content = path.read_bytes()
    name = f"catchments_{options.level}_{options.method}_{options.year}.gpkg"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return current_app.response_class(content, mimetype="application/geopackage+sqlite3", headers=headers)


@blueprint.get("/catchments/from")
def from_place() -> Response:
    """The schools nearest to a place, and why none where there is none."""
    options, inputs = _asked()
    lon, lat = _number("lon", 180.0), _number("lat", 90.0)
    answer = schools_from(inputs, options, lon, lat)
    reason = None
    if answer.reason:
        params = {"distance_m": f"{answer.snap_m:.0f}", "most_m": f"{options.max_snap_m:.0f}"}
        reason = translated(REASONS[answer.reason], **params)
    choices = [
        {
            "school_id": inputs.school_ids.iloc[each.number],
            "name": inputs.school_names[each.number],
            "seats": _plain(inputs.schools.seats[each.number]),
            "distance_m": round(each.distance_m, 1),
            "straight_m": round(each.straight_m, 1),
            "detour_factor": each.detour_factor,
        }
        for each in answer.choices
    ]
    way = None if answer.way is None else orjson.Fragment(shapely.to_geojson(answer.way))
    found = {"snap_m": _plain(round(answer.snap_m, 1)), "reason": reason, "choices": choices}
    return _json(found | {"way": way, "roads": answer.roads})


def _asked() -> tuple[service.Options, service.Inputs]:
    """What the address asks, and what the store knows for it.

    Raises
    ------
    InvalidInput
        If a parameter is wrong, or there is nothing to compute on.
    """
    store = live_store()
    level = _one_of("level", LEVELS)
    method = _one_of("method", METHODS)
    years = [str(year) for year in store.catalog.zone.years]
    year = int(_one_of("year", (years[-1], *years[:-1])))
    schematic = request.args.get("schematic") == "true"
    options = service.Options(method=method, level=level, year=year, max_snap_m=MAX_SNAP_M)
    return options, service.of_store(store, options, service.Circumstances(schematic=schematic))


def _one_of(name: str, known: tuple[str, ...]) -> str:
    given = request.args.get(name, known[0])
    if given not in known:
        message = N_("%(option)s 应为 %(known)s 之一，现为 %(given)s")
        raise InvalidInput(message, option=name, known=", ".join(sorted(known)), given=given[:40])
    return given


def _number(name: str, most: float) -> float:
    given = request.args.get(name, "")
    try:
        value = float(given[:40])
    except ValueError:
        value = math.nan
    if not abs(value) <= most:
        raise InvalidInput(N_("%(option)s 应为度数，现为 %(given)s"), option=name, given=given[:40])
    return value


def _features(frame: geopandas.GeoDataFrame) -> dict[str, object]:
    """A frame as a FeatureCollection; unknown is null."""
    rows = pandas.DataFrame(frame.drop(columns=frame.geometry.name)).to_dict("records")
    shapes = frame.geometry.to_numpy()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": None if shape is None else orjson.Fragment(shapely.to_geojson(shape)),
                "properties": {name: _plain(value) for name, value in row.items()},
            }
            for row, shape in zip(rows, shapes, strict=True)
        ],
    }


def _plain(value: object) -> object:
    """A value as JSON has it."""
    value = value.item() if hasattr(value, "item") else value
    if value is pandas.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def _json(content: dict[str, object]) -> Response:
    return current_app.response_class(orjson.dumps(content), mimetype="application/json")
