"""The page that checks parcels and shows what is found on a map; the address that gives the package for the bureau."""

import orjson
from flask import Blueprint, Response, current_app, render_template, request

from geo.exchange import parcel_check
from geo.model.errors import Busy, InvalidInput, N_
from geo.model.location import BASIS_TITLES
from geo.model.parcel_check import ParcelCheck
from geo.service import boundary_profiles, parcel_checks, parcels, submitting
from geo.service.export_source import DEGREES
from geo.service.submitting import SubmissionWish
from geo.web import params
from geo.web.attachments import attachment
from geo.web.current import as_of_day, current_store
from geo.web.language import in_sentences, language
from geo.web.maps import render_map
from geo.web.page_config import page_config
from geo.web.settings import ROOT
from geo.web.slots import slots
from geo.web.terminal import words_in

MODULE = "js/submitting_page.js"
ENCODINGS = ("UTF-8", "GBK")
MEDIA_TYPE = "application/zip"

blueprint = Blueprint("submitting", __name__)


@blueprint.get("/submit")
def page() -> str:
    """Choose layers and bases; with layers chosen, what is found in their parcels."""
    store = current_store()
    zone = store.catalog.zone
    layer_ids = _layers()
    bases = _bases()
    check = found = no_map = None
    if layer_ids:
        with slots("computing").taken():
            check = parcel_checks.check(store, parcels.choose(store, layer_ids, bases), language=language())
        no_map = submitting.absent_map(check)
        found = orjson.loads(parcel_check.dumps(parcel_check.document(check, words_in(language()), language())))
    offered = parcels.parcel_layers(store)
    config = page_config(store, params.year_shown(request.args, zone)) | {
        "check": found,
        "shapes": _shapes(check) if check else [],
    }
    return render_template(
        "submitting/index.html",
        map=render_map(zone, MODULE, config),
        layers=[(layer, layer.id in layer_ids if layer_ids else layer.land_use is not None) for layer in offered],
        bases=[(basis, BASIS_TITLES[basis], basis in bases) for basis in parcels.BASES],
        found=found,
        no_map=in_sentences([no_map.reason])[0] if no_map else None,
        shown={layer.id: layer.title for layer in store.catalog.values()},
        years=list(zone.years),
        profiles=boundary_profiles.profiles(ROOT / current_app.config["LAYERS_DIR"]),
        crs=DEGREES,
        encodings=ENCODINGS,
    )


@blueprint.get("/submit/file")
def download() -> Response:
    """The package for the bureau."""
    store = current_store()
    layer_ids = _layers()
    if not layer_ids:
        raise InvalidInput(N_("请至少选一个图层"))
    with slots("drawings").taken():
        made = submitting.package(store, layer_ids, _wish())
    headers = {"Content-Disposition": attachment(_shown_name, _plain_name, "zip")}
    try:
        held = slots("downloads").held(made.chunks())
    except Busy:
        made.close()
        raise
    response = Response(held, mimetype=MEDIA_TYPE, headers=headers)
    response.call_on_close(made.close)  # also where nobody reads even the first piece
    return response


def _wish() -> SubmissionWish:
    encoding = request.args.get("encoding", ENCODINGS[0])
    if encoding not in ENCODINGS:
        message = N_("%(option)s 应为 %(known)s 之一，现为 %(given)s")
        raise InvalidInput(message, option="encoding", known=", ".join(ENCODINGS), given=encoding[:40])
    profile, day = request.args.get("profile", "default"), as_of_day()
    return SubmissionWish(
        bases=_bases(),
        crs=request.args.get("crs") or None,
        year=params.year(request.args),
        profile=boundary_profiles.named(ROOT / current_app.config["LAYERS_DIR"], profile),
        profile_name=profile,
        encoding=encoding,
        review_number=current_app.config["MAP_REVIEW_NUMBER"],
        as_of=day and day.isoformat(),
        language=language(),
        translate=words_in(language()),
    )


def _layers() -> list[str]:
    return [each for each in request.args.getlist("layer") if each.strip()]


def _bases() -> tuple[str, ...]:
    """Bases that are asked for; only surveyed ones where none is."""
    return tuple(request.args.getlist("basis")) or parcels.SURVEYED


def _shapes(check: ParcelCheck) -> list[dict]:
    """The parcels as features for the map."""
    return [
        {
            "type": "Feature",
            "id": parcel.key,
            "geometry": orjson.loads(orjson.dumps(parcel_check.geometry(parcel.shape))),
            "properties": {"name": parcel.name or parcel.feature_id, "basis": parcel.basis},
        }
        for parcel in check.parcels
    ]


def _shown_name(ending: str, day: str) -> str:
    """For people: 规划一张图-报送包-2024-03-01.zip."""
    say = words_in(language())
    marks = [say(N_("演示"))] if current_store().demo else []
    return f"{'-'.join([say(N_('规划一张图')), say(N_('报送包')), *marks, day])}.{ending}"


def _plain_name(ending: str, day: str) -> str:
    """The same in ASCII."""
    return f"{'-'.join(['plan-atlas', 'submission', *(['demo'] if current_store().demo else []), day])}.{ending}"
