// The plan's features on the map: markers at every zoom, outlines once they are large enough to be seen as such.

import { Bubbles } from "./bubbles.js";
import { el } from "./dom.js";
import { isLater } from "./catalog.js";
import { ACCURACY_INK, LampMarker, isSchematic, markerStyle, middle, selectedStyle, shapeStyle } from "./symbols.js";

const SMALLEST_OUTLINE_PX = 11;
const WIDE_OUTLINE_PX = 160;
const MOST_FOCUSABLE = 150;
const MOST_NAMED = 300;
const CHOOSING_KEYS = new Set(["Enter", " "]);

/** Draws features, names them, and tells which one the reader chose. */
export class FeaturesOnMap {
  constructor(map, catalog, labels, onChoose) {
    Object.assign(this, { map, catalog, labels, onChoose });
    this.drawn = new Map();
    this.named = [];
    for (const [name, z] of [["features", 400], ["markers", 410], ["emphasis", 420]]) map.createPane(name).style.zIndex = z;
    this.renderers = Object.fromEntries(["features", "markers", "emphasis"].map((pane) => [pane, L.svg({ pane, padding: 0.5 })]));
    this.bubbles = new Bubbles(map, labels);
    this.selected = L.layerGroup().addTo(map);
    this.hovered = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.fitOutlines());
  }

  /** Show what the views hold; `emphasised` are the keys inside the reader's selection, or null. */
  show(views, state, emphasised) {
    const features = views.filter((view) => !view.cells).flatMap((view) => view.drawn);
    const wanted = new Set(features.map((feature) => feature.key));
    for (const [key, entry] of this.drawn) if (!wanted.has(key)) this.remove(key, entry);
    for (const feature of features) this.draw(feature, state, emphasised);
    this.makeFocusable(features);
    this.state = state;
    this.named = emphasised ? features.filter((feature) => emphasised.has(feature.key)) : features;
    this.fitOutlines();
    this.bubbles.show(views.filter((view) => view.cells));
    this.showTiles(views.filter((view) => view.tiles), state);
  }

  /** Show large layers by tiles; the page learns how only when it meets the first one. */
  async showTiles(views, state) {
    this.state = state;
    this.tiled = { layers: views.map(({ layer, tiles }) => ({ layer, question: tiles })), year: state.year };
    if (!views.length && !this.tiles) return;
    const { TilesOnMap } = await import("./tiles_on_map.js");
    const actions = { choose: (feature) => this.onChoose(feature.key), hover: (feature, latLng) => this.hoverTile(feature, latLng), painted: () => this.nameTiles() };
    this.tiles ??= new TilesOnMap(this.map, this.catalog, this.labels, actions);
    this.tiles.show(this.tiled.layers, this.tiled.year);
  }

  hoverTile(feature, latLng) {
    if (feature?.key !== this.tip?.key) this.tip = void this.tip?.tooltip.remove();
    if (!feature) return;
    this.tip ??= { key: feature.key, tooltip: L.tooltip({ direction: "top", className: "map-tooltip", offset: [0, -6] }).setContent(this.tooltip(feature)) };
    this.tip.tooltip.setLatLng(latLng).addTo(this.map);
  }

  /** Names beside what tiles show, where there is room for them. */
  nameTiles() {
    const found = this.tiles.inView().filter(({ feature }) => this.map.getZoom() >= feature.layer.style.min_zoom);
    this.labels.set("tiles", found.length > MOST_NAMED ? [] : found.map(({ feature, latLng, size }) => this.labelOf(feature, latLng, gapBeside(size))));
  }

  /** Bounds of all that tiles show, one by one. */
  boundsOfTiles() {
    return this.tiles?.bounds() ?? [];
  }

  remove(key, entry) {
    entry.outline?.remove();
    entry.marker.remove();
    this.drawn.delete(key);
  }

  draw(feature, state, emphasised) {
    const old = this.drawn.get(feature.key);
    if (old && old.feature !== feature) this.remove(feature.key, old);
    const entry = this.drawn.get(feature.key) || this.create(feature);
    const dimmed = emphasised && !emphasised.has(feature.key) ? 0.25 : 1;
    entry.marker.setStyle(dim(markerStyle(feature, state.year), dimmed));
    entry.marker.setRadius(markerStyle(feature, state.year).radius);
    entry.outline?.setStyle(dim(shapeStyle(feature, state.year), dimmed));
    this.drawn.set(feature.key, entry);
  }

  create(feature) {
    const choose = (manner) => this.onChoose(feature.key, manner);
    const paths = [];
    const add = (path) => {
      path.on({ click: (event) => { L.DomEvent.stopPropagation(event); choose(); }, mouseover: () => this.hover(feature), mouseout: () => this.hovered.clearLayers() });
      path.bindTooltip(() => this.tooltip(feature), { sticky: true, direction: "top", className: "map-tooltip", offset: [0, -6] });
      paths.push(path.addTo(this.map));
      return path;
    };
    const outline = feature.geometry.type === "Point" ? null
      : add(L.GeoJSON.geometryToLayer(feature, { pane: "features", renderer: this.renderers.features, smoothFactor: 0.5 }));
    const marker = add(new LampMarker(middle(feature), { pane: "markers", renderer: this.renderers.markers }));
    return { feature, outline, marker, choose };
  }

  tooltip(feature) {
    const basis = this.catalog.config.bases[feature.properties.location_basis];
    return el("div", {}, [el("strong", {}, feature.properties.name), el("div", {}, [feature.layer.title, basis].filter(Boolean).join(" · "))]);
  }

  /** Outlines that are too small to read give way to their marker; large ones keep it as a lamp in the middle. */
  fitOutlines() {
    for (const { feature, outline } of this.drawn.values()) {
      const path = outline?.getElement();
      if (path) path.classList.toggle("is-too-small", this.sizeOf(feature) < SMALLEST_OUTLINE_PX);
    }
    this.drawSelected();
    this.nameFeatures();
  }

  sizeOf(feature) {
    const northWest = this.map.latLngToLayerPoint(feature.bounds.getNorthWest());
    const southEast = this.map.latLngToLayerPoint(feature.bounds.getSouthEast());
    return Math.max(southEast.x - northWest.x, southEast.y - northWest.y);
  }

  /** Markers can be reached and chosen by keyboard, unless there are so many that the list is the better way. */
  makeFocusable(features) {
    for (const { feature, marker, choose } of this.drawn.values()) {
      const path = marker.getElement();
      if (!path || path.dataset.key) continue;
      path.dataset.key = feature.key;
      path.setAttribute("role", "button");
      path.setAttribute("aria-label", `${feature.properties.name}, ${feature.layer.title}`);
      path.addEventListener("keydown", (event) => {
        if (!CHOOSING_KEYS.has(event.key)) return;
        event.preventDefault();
        choose({ focus: true });
      });
    }
    for (const { outline } of this.drawn.values()) outline?.getElement()?.setAttribute("tabindex", "-1");
    const tabindex = features.length <= MOST_FOCUSABLE ? "0" : "-1";
    for (const { marker } of this.drawn.values()) marker.getElement()?.setAttribute("tabindex", tabindex);
  }

  nameFeatures() {
    const named = this.named.length <= MOST_NAMED ? this.named.filter((feature) => this.map.getZoom() >= feature.layer.style.min_zoom) : [];
    this.labels.set("features", named.map((feature) => this.labelOf(feature, middle(feature), this.gapOf(feature))));
  }

  labelOf(feature, anchor, gap) {
    const isSelected = feature.key === this.selectedKey;
    const isFaint = isSchematic(feature) || isLater(feature, this.state.year);
    return { text: feature.properties.name, kind: isSelected ? "selected" : isFaint ? "faint" : "feature", priority: isSelected ? 0 : isSchematic(feature) ? 20 : 10, anchor, gap };
  }

  gapOf(feature) {
    return gapBeside(feature.geometry.type === "Point" || this.sizeOf(feature) < SMALLEST_OUTLINE_PX ? 0 : this.sizeOf(feature));
  }

  /** Emphasise the chosen feature and show how surely its place is known; null takes the emphasis away. */
  select(feature) {
    this.selectedKey = feature?.key;
    this.selectedFeature = feature;
    this.drawSelected();
    this.nameFeatures();
    this.tiles?.paintSoon();
  }

  drawSelected() {
    this.selected.clearLayers();
    const feature = this.selectedFeature;
    if (!feature?.geometry) return;
    const options = { pane: "emphasis", renderer: this.renderers.emphasis };
    const isSmall = feature.geometry.type === "Point" || this.sizeOf(feature) < SMALLEST_OUTLINE_PX;
    const outline = isSmall ? L.circleMarker(middle(feature), { radius: 11, ...options }) : L.GeoJSON.geometryToLayer(feature, options);
    this.addAccuracy(this.selected, feature, 0.06, options);
    this.selected.addLayer(outline.setStyle(selectedStyle(feature, isSmall)));
  }

  hover(feature) {
    this.hovered.clearLayers();
    if (feature.key !== this.selectedKey) this.addAccuracy(this.hovered, feature, 0.03, { pane: "features", renderer: this.renderers.features });
  }

  addAccuracy(group, feature, fillOpacity, options) {
    const radius = feature.properties.location_accuracy_m;
    if (!(radius > 0) || isSchematic(feature)) return;
    group.addLayer(L.circle(middle(feature), { radius, color: ACCURACY_INK, weight: 1.25, dashArray: "4 4", fillColor: ACCURACY_INK, fillOpacity, interactive: false, ...options }));
  }
}

/** How far a name keeps from the middle of an outline of some size; on a large one it lies beside the marker. */
function gapBeside(size) {
  return size > 0 && size < WIDE_OUTLINE_PX ? size / 2 + 2 : 8;
}

function dim(style, factor) {
  return { ...style, opacity: style.opacity * factor, fillOpacity: style.fillOpacity * factor };
}
