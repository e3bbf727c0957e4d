// The map on a page of the OGC API: what its address gives, on our own ground.

import { getJson } from "./api.js";
import { Catalog } from "./catalog.js";
import { el } from "./dom.js";
import { Ground } from "./ground.js";
import { Labels } from "./labels.js";
import { sayFailed, settle } from "./notices.js";

const MOST_ZOOM = 15;
const POINT_PX = 6;

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export async function start(map, config) {
  map.attributionControl.remove();
  map.scrollWheelZoom.disable();
  L.control.zoom({ position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const ground = new Ground(map, new Catalog(config), new Labels(map), () => false);
  try {
    const answer = await getJson(config.asked.address, config.asked.parameters);
    show(map, answer.features ?? [answer]);
    await ground.show({ ground: null }, map.getBounds());
    settle("features");
    document.body.dataset.ready = "true";
  } catch (error) {
    sayFailed("features", error.message, () => window.location.reload());
  }
}

function show(map, features) {
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  const renderer = L.canvas({ padding: 0.5 });
  const style = { renderer, color: accent, weight: 2, fillColor: accent, fillOpacity: 0.25 };
  const shapes = L.geoJSON(features.filter((feature) => feature.geometry), {
    style: () => style,
    pointToLayer: (feature, at) => L.circleMarker(at, { ...style, radius: POINT_PX }),
    onEachFeature: (feature, layer) => {
      layer.bindTooltip(el("span", {}, feature.properties.name ?? feature.id));
      layer.on("click", () => open(feature.id));
    },
  }).addTo(map);
  if (shapes.getLayers().length > 0) map.fitBounds(shapes.getBounds(), { maxZoom: MOST_ZOOM, padding: [24, 24], animate: false });
}

/** Follow the row's own link: it keeps the day and the language of the page. */
function open(id) {
  const link = [...document.querySelectorAll("[data-testid=item] th a")].find((each) => each.textContent === id);
  if (link) window.location.assign(link.href);
}
