"""Folium's only door: the Leaflet map of a page, rendered in pieces that our own templates place.

Features never travel inside the page. Our element hands the map to our script, which reads `/ogc` like any client;
no user text reaches Folium's popups, whose `${…}` stays live in a JavaScript template literal.
"""

from dataclasses import dataclass
from functools import lru_cache

import folium
from folium.elements import MacroElement
from folium.template import Template
from markupsafe import Markup

from geo.model.layer import Zone
from geo.web.assets import asset, preloads, vendor

LEAFLET_JS, LEAFLET_CSS = "leaflet/dist/leaflet.js", "leaflet/dist/leaflet.css"
KEPT_MAPS = 32


class PageScript(MacroElement):
    """Hands the Leaflet map and the page's configuration to one of our ES modules.

    The configuration stands in the page (`templates/_map_script.html`) and not in here: Folium renders every piece of a
    script once more as a template, so that `{{…}}` in somebody's text would run on the server.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            import { start } from {{ this.module|tojson }};
            start({{ this._parent.get_name() }}, JSON.parse(document.getElementById("config").textContent));
        {% endmacro %}
        """
    )

    def __init__(self, module: str) -> None:
        super().__init__()
        self._name = "PageScript"
        self.module = module


@dataclass(frozen=True)
class RenderedMap:
    """The parts of a Folium map: links for the head, the element itself, the body of a module script, what it reads."""

    head: Markup
    html: Markup
    script: Markup
    config: dict


def render_map(zone: Zone, module: str, config: dict) -> RenderedMap:
    """A map of the zone that our script fills.

    Parameters
    ----------
    zone
        Its extent is what the map shows first.
    module
        Path of the ES module below `static/` whose `start(map, config)` takes over.
    config
        JSON-able; what `start` gets.
    """
    return RenderedMap(*_parts(zone.extent, module, asset(module), vendor(LEAFLET_JS), vendor(LEAFLET_CSS)), config)


@lru_cache(KEPT_MAPS)
def _parts(
    extent: tuple[float, float, float, float], module: str, script: str, leaflet_js: str, leaflet_css: str
) -> tuple[Markup, Markup, Markup]:
    """Head, element and script; Folium takes longer for them than everything else on the page does."""
    west, south, east, north = extent
    leaflet_map = folium.Map(tiles=None, zoom_control=False, control_scale=False, zoom_snap=0.5)
    leaflet_map.default_js = [("leaflet", leaflet_js)]
    leaflet_map.default_css = [("leaflet_css", leaflet_css)]
    leaflet_map.fit_bounds([[south, west], [north, east]])
    leaflet_map.add_child(PageScript(script))
    figure = leaflet_map.get_root()
    leaflet_map.render()
    # Folium's own head forbids zooming by hand and carries inline styles that our policy refuses.
    figure.header._children.pop(leaflet_map.get_name(), None)
    head, html, body = (Markup(part.render()) for part in (figure.header, figure.html, figure.script))
    return Markup("\n").join((head, preloads(module))), html, body
