// The map of the page: proposed parcels dashed with their accuracy, the store's positions beneath.

import { el, icon, replace } from "./dom.js";
import { Ground } from "./ground.js";
import { errorOf, number } from "./format.js";
import { t } from "./i18n.js";
import { Labels } from "./labels.js";
import { ACCURACY_INK, middle, shapeStyle } from "./symbols.js";

const INK = { open: "#0b6e6b", adopted: "#2b8a57", rejected: "#8d979f" };
const SELECTED_FILL = 0.28;
const [NEAR_ZOOM, CLOSE_ZOOM] = [14, 16];
const AMONG_ROADS_M = 2000; // as wide as what shows some roads around a place that may be anywhere
const SMALLEST_PX = 14;

/** Draws roads, the store's features and the proposals, and tells which one is clicked. */
export class LocatingMap {
  constructor(map, catalog, act) {
    Object.assign(this, { map, catalog, act, shapes: new Map() });
    map.attributionControl.remove();
    map.setMinZoom(9).setMaxZoom(20);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
    this.labels = new Labels(map);
    this.ground = new Ground(map, catalog, this.labels, () => false);
    for (const [name, z] of [["context", 380], ["proposals", 400], ["emphasis", 420]]) map.createPane(name).style.zIndex = z;
    this.renderers = Object.fromEntries(["context", "proposals", "emphasis"].map((pane) => [pane, L.svg({ pane, padding: 0.5 })]));
    this.context = L.layerGroup().addTo(map);
    this.emphasis = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.emphasise());
    map.on("moveend", () => this.showGround());
    new ResizeObserver(() => map.invalidateSize({ pan: false, debounceMoveend: true })).observe(map.getContainer());
  }

  async showGround() {
    await this.ground.show({ ground: null }, this.map.getBounds());
    return this.ground.accuracyNote();
  }

  fitZone() {
    const [west, south, east, north] = this.catalog.config.zone.extent;
    this.map.fitBounds([[south, west], [north, east]], { animate: false });
  }

  showTools(node) {
    const button = (name, words, id, act) => el("button", { class: "tool", type: "button", title: words, "aria-label": words, "data-testid": id, onclick: act }, icon(name));
    replace(node, el("div", { class: "tool-group" }, [button("plus", t("放大"), "zoom-in", () => this.map.zoomIn()), button("minus", t("缩小"), "zoom-out", () => this.map.zoomOut())]),
      el("div", { class: "tool-group" }, button("extent", t("全图"), "full-extent", () => this.fitZone())));
  }

  /** Coordinates of the roads on screen. */
  roadLines() {
    return [...this.ground.shown.values()].flatMap((group) => group.features).filter((feature) => feature.geometry?.type === "LineString").map((feature) => feature.geometry.coordinates);
  }

  /** Show all places at once. */
  frame(places) {
    const bounds = L.latLngBounds(places.map(middle));
    this.map.fitBounds(bounds, { maxZoom: 15, padding: [40, 40], animate: false });
  }

  /** The store's features that the list holds, as the map page draws them, but faint; the chosen one plain. */
  showContext(features, chosen = null) {
    this.context.clearLayers();
    for (const feature of features.filter((each) => each.geometry)) {
      const shape = this.shape(feature, "context").setStyle(faint(shapeStyle(feature, Infinity)));
      if (feature.key === chosen) shape.setStyle({ color: INK.open, opacity: 1, weight: 3 });
      shape.bindTooltip(() => tooltip(feature.properties.name, `${feature.layer.title} · ${this.catalog.config.bases[feature.properties.location_basis]}`), { sticky: true, direction: "top", className: "map-tooltip" });
      shape.on("click", () => this.act.chooseFeature(feature.key));
      this.context.addLayer(shape);
      shape.getElement?.()?.setAttribute("tabindex", "-1");
    }
  }

  shape(feature, pane) {
    const options = { pane, renderer: this.renderers[pane] };
    return L.GeoJSON.geometryToLayer({ type: "Feature", geometry: feature.geometry }, { ...options, pointToLayer: (_, latLng) => L.circleMarker(latLng, { radius: 6, ...options }) });
  }

  /**
   * Show records on the map.
   *
   * @param {{key: string, name: string, geometry: Object, decision: string, isDrawn: boolean, accuracy: number|null, before: Object|null}[]} places
   */
  show(places) {
    const wanted = new Map(places.map((place) => [place.key, place]));
    for (const [key, { shape }] of this.shapes) if (!wanted.has(key)) { shape.remove(); this.shapes.delete(key); }
    for (const place of places) this.draw(place);
    this.labels.set("proposals", places.map((place) => ({ text: place.name, kind: place.key === this.selected ? "selected" : place.decision === "rejected" ? "faint" : "feature", priority: place.key === this.selected ? 0 : 10, anchor: middle(place), gap: 8 })));
    this.emphasise();
  }

  draw(place) {
    const old = this.shapes.get(place.key);
    if (old && old.place.geometry === place.geometry) return Object.assign(old, { place }).shape.setStyle(styleOf(place));
    old?.shape.remove();
    const shape = this.shape(place, "proposals").setStyle(styleOf(place)).addTo(this.map);
    shape.bindTooltip(() => tooltip(this.shapes.get(place.key).place.name, place.isDrawn ? t("手工画定") : t("推算位置，误差约 {metres} m", { metres: number(errorOf(place.accuracy ?? 0)) })), { sticky: true, direction: "top", className: "map-tooltip" });
    shape.on("click", (event) => { L.DomEvent.stopPropagation(event); this.act.choose(place.key); });
    shape.getElement?.()?.setAttribute("tabindex", "-1");
    return this.shapes.set(place.key, { place, shape });
  }

  /**
   * Show what better roads would move: where things are, where they would be, and a line between.
   *
   * @param {{key: string, name: string, before: Object, after: Object, isChosen: boolean}[]} moves
   */
  showMoves(moves, selected) {
    this.moves ??= L.layerGroup().addTo(this.map);
    this.moves.clearLayers();
    for (const move of moves) {
      const isSelected = move.key === selected;
      const add = (path) => this.moves.addLayer(path);
      if (move.before.geometry) {
        add(this.shape(move.before, "proposals").setStyle({ color: "#5b6772", weight: 1.5, dashArray: "2 3", fillOpacity: 0.05, interactive: false }));
        add(L.polyline([middle(move.before), middle(move.after)], { color: isSelected ? INK.open : "#5b6772", weight: isSelected ? 2.5 : 1.25, dashArray: "1 5", interactive: false, pane: "proposals", renderer: this.renderers.proposals }));
      }
      const after = this.shape(move.after, "proposals").setStyle({ ...styleOf({ decision: move.isChosen ? null : "rejected" }), weight: isSelected ? 3.5 : 2 });
      after.bindTooltip(() => tooltip(move.name, t("更新后的位置")), { sticky: true, direction: "top", className: "map-tooltip" });
      after.on("click", (event) => { L.DomEvent.stopPropagation(event); this.act.chooseMove(move.key); });
      add(after);
    }
    this.moves.eachLayer((path) => path.getElement?.()?.setAttribute("tabindex", "-1"));
    this.labels.set("moves", moves.map((move) => ({ text: move.name, kind: move.key === selected ? "selected" : "feature", priority: move.key === selected ? 0 : 12, anchor: middle(move.after), gap: 8 })));
  }

  /** Both ends of a move in view. */
  bringMove(move) {
    const bounds = L.geoJSON(move.after.geometry).getBounds();
    if (move.before.geometry) bounds.extend(L.geoJSON(move.before.geometry).getBounds());
    this.map.fitBounds(bounds, { maxZoom: CLOSE_ZOOM, padding: [50, 50], animate: false });
  }

  select(key) {
    this.selected = key;
    this.show([...this.shapes.values()].map(({ place }) => place));
  }

  /** The selected place: stronger, with its accuracy circle and a line from where the store has it. */
  emphasise() {
    this.emphasis.clearLayers();
    const found = this.shapes.get(this.selected);
    if (!found) return;
    const { place } = found;
    const options = { pane: "emphasis", renderer: this.renderers.emphasis, interactive: false };
    const add = (path) => this.emphasis.addLayer(path);
    const center = middle(place);
    if (place.accuracy > 0 && !place.isDrawn) add(L.circle(center, { radius: place.accuracy, color: ACCURACY_INK, weight: 1.25, dashArray: "4 4", fillColor: ACCURACY_INK, fillOpacity: 0.06, ...options }));
    if (place.before && center.distanceTo(middle(place.before)) > 1) {
      add(L.GeoJSON.geometryToLayer(place.before, options).setStyle({ color: "#5b6772", weight: 1.5, dashArray: "2 3", fillOpacity: 0 }));
      add(L.polyline([middle(place.before), center], { color: "#5b6772", weight: 1.5, dashArray: "1 5", ...options }));
    }
    const isSmall = place.geometry.type === "Point" || this.pixels(place) < SMALLEST_PX;
    add(isSmall ? L.circleMarker(center, { radius: 11, weight: 3, color: INK.open, fillOpacity: 0, ...options }) : this.shape(place, "emphasis").setStyle({ ...styleOf(place), weight: 3, fillOpacity: SELECTED_FILL, interactive: false }));
  }

  pixels(place) {
    const bounds = L.geoJSON(place.geometry).getBounds();
    const [one, other] = [this.map.latLngToLayerPoint(bounds.getNorthWest()), this.map.latLngToLayerPoint(bounds.getSouthEast())];
    return Math.max(other.x - one.x, other.y - one.y);
  }

  /** Bring a place into view; with its accuracy when the map has to move anyway. */
  bring(place) {
    if (!place?.geometry) return;
    const bounds = L.geoJSON(place.geometry).getBounds();
    if (this.map.getZoom() >= 13 && this.map.getBounds().pad(-0.1).contains(bounds)) return;
    const wide = bounds.getCenter().toBounds(place.accuracy > 0 ? Math.min(place.accuracy * 2.2, 4000) : AMONG_ROADS_M);
    this.map.fitBounds(wide.extend(bounds), { maxZoom: CLOSE_ZOOM, padding: [24, 24], animate: false });
  }

  /** Where it is thought to be in the middle of the map, so that "the middle of the map" is a place for it. */
  centre(feature) {
    this.map.setView(middle(feature), Math.max(this.map.getZoom(), NEAR_ZOOM), { animate: false });
  }

  showPoint([lng, lat]) {
    this.map.setView([lat, lng], CLOSE_ZOOM, { animate: false });
    L.circleMarker([lat, lng], { radius: 9, color: ACCURACY_INK, fillOpacity: 0.2, pane: "emphasis", renderer: this.renderers.emphasis, interactive: false }).addTo(this.emphasis);
  }
}

function styleOf(place) {
  const ink = INK[place.decision || "open"];
  const isFaint = place.decision === "rejected";
  return { color: ink, weight: place.isDrawn ? 1.5 : 2, dashArray: place.isDrawn ? null : "6 4", opacity: isFaint ? 0.5 : 1, fillColor: ink, fillOpacity: isFaint ? 0.03 : 0.14 };
}

function faint(style) {
  return { ...style, opacity: 0.55, fillOpacity: Math.min(style.fillOpacity, 0.45) };
}

function tooltip(name, words) {
  return el("div", {}, [el("strong", {}, name), el("div", {}, words)]);
}
