"""What a page tells its scripts: zone, layers and coded values, every title in the page's language."""

from flask import current_app, url_for
from flask_babel import gettext as _

from geo.model import figures_note
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Catalog, Field, Layer, Ratio
from geo.model.location import BASIS_EXPLANATIONS, BASIS_TITLES
from geo.model.status import FLAGS, LAMPS, NOT_REPORTED, STAGES, WATER_CLASSES
from geo.model.units import UNITS
from geo.store.base import Store
from geo.web.basemaps import configured_basemaps
from geo.web.current import AS_OF
from geo.web.language import language, localized

_EXTENSION = "plan_atlas_described_layers"


def stage_titles() -> dict[str, str]:
    """Stages in their order, the unreported one last."""
    return {**{code: _(title) for code, title in STAGES.items()}, NOT_REPORTED: _("未填报")}


def unit_title(unit: str | None) -> str | None:
    """A unit's sign in the page's language."""
    return None if unit is None else getattr(UNITS[unit], language())


def page_config(store: Store, year: int) -> dict:
    """The configuration that `start(map, config)` gets."""
    catalog = store.catalog
    return {
        "language": language(),
        "year": year,
        "years": list(catalog.zone.years),
        "demo": store.demo,
        # The scripts put the past day into every address themselves.
        "ogc": url_for("ogc.landing", **{AS_OF: None}).rstrip("/"),
        "exportUrl": url_for("export.download", **{AS_OF: None}),
        "pictureUrl": url_for("map_picture.picture", format_name="png", **{AS_OF: None}),
        "featureUrl": "/features",
        "basemaps": [basemap.for_page() for basemap in configured_basemaps(current_app)],
        "stages": stage_titles(),
        "flags": {code: _(title) for code, title in FLAGS.items()},
        "lamps": {code: _(title) for code, title in LAMPS.items()},
        "bases": {code: _(title) for code, title in BASIS_TITLES.items()},
        "basisExplanations": {code: _(title) for code, title in BASIS_EXPLANATIONS.items()},
        "waterClasses": {str(rank): name for rank, name in WATER_CLASSES.items()},
        "figureNotes": _figure_notes(),
        "zone": _zone(catalog),
        "layers": [_layer(store, layer) for layer in catalog.values()],
    }


def _figure_notes() -> dict:
    """How the notes on figures are read, and where each qualifier stands."""
    is_chinese = language() == "zh"
    return {
        "betweenParts": figures_note.BETWEEN_PARTS,
        "afterTitle": figures_note.AFTER_TITLE,
        "qualifiers": {
            word: {"place": qualifier.place if is_chinese else "before", "words": localized(qualifier.title)}
            for word, qualifier in figures_note.QUALIFIERS.items()
        },
    }


def _zone(catalog: Catalog) -> dict:
    zone = catalog.zone
    return {"title": localized(zone.title), "plan": localized(zone.plan), "extent": list(zone.extent)}


def _layer(store: Store, layer: Layer) -> dict:
    return _described(layer) | {"count": store.count(layer.id, FeatureQuery())}


def _described(layer: Layer) -> dict:
    """What a definition says in the page's language, put together once: it is two thirds of a page's cost."""
    kept: dict[tuple[str, str], tuple[Layer, dict]] = current_app.extensions.setdefault(_EXTENSION, {})
    key = (layer.id, language())
    if key not in kept or kept[key][0] is not layer:
        kept[key] = (layer, _describe(layer))
    return kept[key][1]


def _describe(layer: Layer) -> dict:
    status = layer.status
    return {
        "id": layer.id,
        "title": localized(layer.title),
        "description": localized(layer.description),
        "role": layer.role,
        "geometry": layer.geometry,
        "source": layer.source,
        "licence": layer.licence,
        "order": layer.order,
        "emptyHint": localized(layer.empty_hint),
        "fields": [_field(field) for field in layer.fields],
        "ratios": [_ratio(ratio) for ratio in layer.ratios],
        "status": {
            "kind": status.kind,
            "quantity": localized(status.quantity),
            "unit": status.unit,
            "unitTitle": unit_title(status.unit),
            "base": status.base,
            "target": status.target,
            "better": status.better,
        },
        "style": {
            "colour": layer.style.colour,
            "line": layer.style.line,
            "weight": layer.style.weight,
            "label": layer.style.label,
            "min_zoom": layer.style.min_zoom,
            "visible": layer.style.visible,
        },
    }


def _field(field: Field) -> dict:
    return {
        "name": field.name,
        "title": localized(field.title),
        "sourceTitle": field.title.zh,
        "type": field.type,
        "unit": field.unit,
        "unitTitle": unit_title(field.unit),
        "values": {choice.value: localized(choice.title) for choice in field.values},
        "total": field.total,
        "filter": field.filter,
    }


def _ratio(ratio: Ratio) -> dict:
    return {
        "name": ratio.name,
        "title": localized(ratio.title),
        "unitTitle": unit_title(ratio.unit),
        "decimals": ratio.decimals,
    }
