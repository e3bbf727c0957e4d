// What lies under the plan: roads, railways and whatever other reference layers the office has loaded.

import { el } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { keyOf } from "./catalog.js";
import { MOST_DRAWN, bboxOf, boundsOf } from "./data.js";
import { getJson } from "./api.js";

const FULL_SIZE_ZOOM = 15;
const UNSURE_FROM_M = 400;
const ROAD_EDGE = "#c9cfd2";

/** Draws the reference layers that are switched on and keeps them in step with the view. */
export class Ground {
  constructor(map, catalog, labels, onPick) {
    Object.assign(this, { map, catalog, labels, onPick });
    this.shown = new Map();
    for (const [name, z] of [["areas", 330], ["edges", 340], ["lines", 350]]) map.createPane(name).style.zIndex = z;
    this.renderers = Object.fromEntries(["areas", "edges", "lines"].map((pane) => [pane, L.svg({ pane, padding: 0.5 })]));
    map.on("zoomend", () => this.restyle());
  }

  /** Show the reference layers of a state. */
  async show(state, bounds, signal) {
    const wanted = this.catalog.ground(state).map((id) => this.catalog.get(id)).filter((layer) => layer?.geometry && layer.count);
    for (const [id, group] of this.shown) if (!wanted.some((layer) => layer.id === id)) this.remove(id, group);
    await Promise.all(wanted.map((layer) => this.load(layer, bounds, signal)));
    this.labels.set("ground", this.names());
  }

  remove(id, group) {
    group.remove();
    this.shown.delete(id);
  }

  async load(layer, bounds, signal) {
    const large = layer.count > MOST_DRAWN;
    if (this.shown.has(layer.id) && !large) return;
    const params = { limit: MOST_DRAWN, bbox: large ? bboxOf(bounds) : null };
    const answer = await getJson(`${this.catalog.config.ogc}/collections/${layer.id}/items`, params, signal);
    if (this.shown.has(layer.id)) this.remove(layer.id, this.shown.get(layer.id));
    const group = L.layerGroup(answer.features.filter((feature) => feature.geometry).flatMap((feature) => this.draw(layer, feature)));
    group.layer = layer;
    group.features = answer.features;
    this.shown.set(layer.id, group.addTo(this.map));
    // A drawing with a tooltip would be a stop of the tab key; the list is the way to it.
    group.eachLayer((path) => path.getElement()?.setAttribute("tabindex", "-1"));
  }

  draw(layer, feature) {
    const isLine = /LineString/.test(layer.geometry);
    const pane = isLine ? "lines" : "areas";
    const make = (name, part) => {
      const path = L.GeoJSON.geometryToLayer(feature, { pointToLayer: (_, latLng) => L.circleMarker(latLng) });
      path.options.pane = name;
      path.options.renderer = this.renderers[name];
      return Object.assign(path, { part, feature, source: layer }).setStyle(this.style(layer, feature, part));
    };
    const main = make(pane, "main");
    main.bindTooltip(() => this.tooltip(layer, feature), { sticky: true, direction: "top", className: "map-tooltip" });
    main.on("click", (event) => { if (this.onPick(keyOf(layer.id, feature.id))) L.DomEvent.stopPropagation(event); });
    return isLine && layer.style.line !== "plain" ? [make("edges", "edge"), main] : [main];
  }

  style(layer, feature, part) {
    const { colour, weight, line } = layer.style;
    if (line === "road") return roadStyle(feature, this.roadWidth(weight), part);
    if (line === "railway") return railwayStyle(colour, part);
    if (/LineString/.test(layer.geometry)) return { color: colour, weight, opacity: 0.9 };
    return { color: colour, weight, fillColor: colour, fillOpacity: 0.07, radius: 4 };
  }

  /** Roads grow with the zoom, slower than the map does. */
  roadWidth(weight) {
    return Math.min(Math.max(weight * 2 ** ((this.map.getZoom() - FULL_SIZE_ZOOM) * 0.6), 3.5), 22);
  }

  restyle() {
    for (const group of this.shown.values()) group.eachLayer((path) => path.setStyle(this.style(path.source, path.feature, path.part)));
  }

  tooltip(layer, feature) {
    const accuracy = accuracyOf(feature);
    const words = accuracy === null ? layer.title : t("{layer} · 中心线误差约 {accuracy} m", { layer: layer.title, accuracy: number(accuracy, 0) });
    return el("div", {}, [el("strong", {}, feature.properties.name || layer.title), el("div", {}, words)]);
  }

  /** What the lines on screen are and how far off, in words; empty where none states its error. */
  accuracyNote() {
    const lines = [...this.shown.values()].filter((group) => /LineString/.test(group.layer.geometry))
      .flatMap((group) => group.features).filter((feature) => accuracyOf(feature) !== null);
    if (!lines.length) return "";
    const ends = [Math.min, Math.max].map((end) => number(end(...lines.map(accuracyOf)), 0));
    const errors = [...new Set(ends)].join("–");
    const isFitted = lines.some((feature) => feature.properties.location_basis === "located");
    return isFitted ? t("道路中心线为拟合线，误差 {errors} m", { errors }) : t("道路中心线误差 {errors} m", { errors });
  }

  /** Bounds of what is drawn, one by one. */
  bounds() {
    return [...this.shown.values()].flatMap((group) => group.features).filter((feature) => feature.geometry).map((feature) => boundsOf(feature.geometry));
  }

  names() {
    return [...this.shown.values()].filter((group) => group.layer.style.label && this.map.getZoom() >= group.layer.style.min_zoom)
      .flatMap((group) => group.features.filter((feature) => feature.geometry && feature.properties.name).map(nameOf));
  }
}

function roadStyle(feature, width, part) {
  if (part === "main") return { color: "#ffffff", weight: width, opacity: 1, lineCap: "butt" };
  const unsure = accuracyOf(feature) >= UNSURE_FROM_M;
  return { color: ROAD_EDGE, weight: width + 2, opacity: 1, lineCap: "butt", dashArray: unsure ? "5 4" : null };
}

function railwayStyle(colour, part) {
  if (part === "edge") return { color: colour, weight: 3.5, opacity: 0.9, lineCap: "butt" };
  return { color: "#ffffff", weight: 2, opacity: 1, lineCap: "butt", dashArray: "8 8" };
}

/** The stated error of a feature's position, metres; null where none is stated. */
export function accuracyOf({ properties }) {
  const value = properties.location_accuracy_m ?? properties.error_m;
  return typeof value === "number" ? value : null;
}

function nameOf(feature) {
  const { type, coordinates } = feature.geometry;
  const text = feature.properties.name;
  if (type === "LineString") return { text, kind: "line", priority: 50, line: coordinates.map(([lng, lat]) => L.latLng(lat, lng)) };
  return { text, kind: "feature", priority: 60, gap: 6, anchor: boundsOf(feature.geometry).getCenter() };
}
