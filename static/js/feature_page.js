// The small map on a feature's own page.

import { getJson } from "./api.js";
import { Catalog, keyOf } from "./catalog.js";
import { boundsOf } from "./data.js";
import { Ground } from "./ground.js";
import { Labels } from "./labels.js";
import { sayFailed, settle } from "./notices.js";
import { fitToPaper } from "./print.js";
import { ACCURACY_INK, LampMarker, isSchematic, markerStyle, middle, selectedStyle, shapeStyle } from "./symbols.js";

const MOST_ZOOM = 15;

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export async function start(map, config) {
  map.attributionControl.remove();
  map.scrollWheelZoom.disable();
  L.control.zoom({ position: "topleft" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  const catalog = new Catalog(config);
  const labels = new Labels(map);
  fitToPaper(map, labels, () => ({ width_mm: 190, height_mm: 84, bounds: map.getBounds() }));
  const ground = new Ground(map, catalog, labels, () => false);
  try {
    const feature = await load(catalog, config);
    if (feature.geometry) show(map, labels, feature, config.year);
    await ground.show({ ground: null }, map.getBounds());
    settle("feature");
    document.body.dataset.ready = "true";
  } catch (error) {
    sayFailed("feature", error.message, () => window.location.reload());
  }
}

async function load(catalog, { ogc, feature: { layer, id }, year }) {
  const address = `${ogc}/collections/${layer}/items/${encodeURIComponent(id)}`;
  const feature = await getJson(address, { year, schematic: true });
  return Object.assign(feature, { layer: catalog.get(layer), key: keyOf(layer, id), bounds: feature.geometry && boundsOf(feature.geometry) });
}

function show(map, labels, feature, year) {
  const center = middle(feature);
  const accuracy = isSchematic(feature) ? 0 : feature.properties.location_accuracy_m;
  const bounds = accuracy > 0 ? center.toBounds(accuracy * 2.1).extend(feature.bounds) : feature.bounds;
  const renderer = L.svg({ padding: 0.5 });
  if (accuracy > 0) L.circle(center, { radius: accuracy, renderer, color: ACCURACY_INK, weight: 1.25, dashArray: "4 4", fillColor: ACCURACY_INK, fillOpacity: 0.06, interactive: false }).addTo(map);
  if (feature.geometry.type !== "Point") {
    L.GeoJSON.geometryToLayer(feature, { renderer, interactive: false }).addTo(map).setStyle(shapeStyle(feature, year));
    L.GeoJSON.geometryToLayer(feature, { renderer, interactive: false }).addTo(map).setStyle(selectedStyle(feature, false));
  }
  const style = markerStyle(feature, year);
  new LampMarker(center, { ...style, renderer, interactive: false }).addTo(map).setRadius(style.radius);
  map.fitBounds(bounds, { maxZoom: MOST_ZOOM, padding: [16, 16], animate: false });
  const size = map.latLngToLayerPoint(feature.bounds.getSouthEast()).y - map.latLngToLayerPoint(feature.bounds.getNorthWest()).y;
  labels.set("feature", [{ text: feature.properties.name, kind: "selected", priority: 0, anchor: center, gap: Math.min(size / 2, 80) + 8 }]);
}
