// The map of catchments: areas in the colours of their schools, homes as dots, schools as marks.

import { el, icon, replace } from "./dom.js";
import { Ground } from "./ground.js";
import { t } from "./i18n.js";
import { Labels } from "./labels.js";
import { fitToPaper } from "./print.js";

/** Distinguishable to the colour-blind (Okabe and Ito, and two of Tol's). */
export const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#aa4499", "#999933", "#332288", "#88ccee"];
/** The printed map, as in `catchments_print.css`: with the way to a school, or lower below all figures, so that one page holds both. */
const PAPER = { way: { width_mm: 186, height_mm: 130 }, figures: { width_mm: 186, height_mm: 92 } };
const NOBODY = "#8d979f";

/** Draws areas, homes and schools, and tells where one clicks. */
export class CatchmentsMap {
  constructor(map, catalog, { onPlace, onSchool }) {
    Object.assign(this, { map, catalog, onSchool });
    map.attributionControl.remove();
    map.setMinZoom(9).setMaxZoom(19);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
    this.labels = new Labels(map);
    this.ground = new Ground(map, catalog, this.labels, () => false);
    for (const [name, z] of [["catchments", 320], ["straight", 330], ["homes", 390], ["schools", 400], ["asked", 420]]) map.createPane(name).style.zIndex = z;
    this.renderers = Object.fromEntries(["catchments", "straight", "homes", "schools", "asked"].map((pane) => [pane, L.svg({ pane, padding: 0.5 })]));
    this.areas = L.layerGroup().addTo(map);
    this.straight = L.layerGroup();
    this.homes = L.layerGroup().addTo(map);
    this.schools = L.layerGroup().addTo(map);
    this.asked = L.layerGroup().addTo(map);
    map.on("click", (event) => onPlace(event.latlng));
    map.on("moveend", () => this.ground.show({ ground: null }, map.getBounds()));
    fitToPaper(map, this.labels, () => (this.way ? { ...PAPER.way, bounds: this.way.pad(0.15) } : { ...PAPER.figures, bounds: map.getBounds() }));
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
  }

  fitZone() {
    const [west, south, east, north] = this.catalog.config.zone.extent;
    this.map.fitBounds([[south, west], [north, east]], { animate: false });
  }

  showTools(node, legend) {
    const button = (name, words, act) => el("button", { class: "tool", type: "button", title: words, "aria-label": words, onclick: act }, icon(name));
    replace(node, el("div", { class: "tool-group" }, [button("plus", t("放大"), () => this.map.zoomIn()), button("minus", t("缩小"), () => this.map.zoomOut())]),
      el("div", { class: "tool-group" }, button("extent", t("全图"), () => this.fitZone())));
    const sign = (name) => el("i", { class: `sign sign-${name}`, "aria-hidden": "true" });
    const straight = el("input", { type: "checkbox", class: "form-check-input", "data-testid": "straight", onchange: () => (straight.checked ? this.straight.addTo(this.map) : this.straight.remove()) });
    replace(legend, el("details", { open: window.innerWidth > 767 || null }, [el("summary", {}, t("图例")), el("ul", {}, [
      [sign("school"), t("学校（颜色同左表）")], [sign("home"), t("居住区，颜色为所归学校")], [sign("nobody"), t("不归任何学校的范围")],
      [sign("way"), t("走到学校的路线")], [sign("moved"), t("对比中换校的居住区")],
    ].map((parts) => el("li", {}, parts))), el("label", {}, [straight, sign("straight"), t("直线划分的范围（比较）")])]));
  }

  /** Show an answer of `/catchments/result`; `colours` by school. */
  show({ areas, straight, homes, schools }, colours) {
    for (const group of [this.areas, this.straight, this.homes, this.schools, this.asked]) group.clearLayers();
    this.shapes = new Map();
    this.dots = new Map();
    for (const feature of straight.features) this.straight.addLayer(this.shape(feature, "straight", { color: "#1b2631", weight: 1.5, dashArray: "2 5", fill: false, interactive: false }));
    for (const feature of areas.features) {
      const colour = colours.get(feature.properties.school_id) || NOBODY;
      const area = this.shape(feature, "catchments", { color: colour, weight: 1.5, fillColor: colour, fillOpacity: feature.properties.school_id ? 0.22 : 0.06, dashArray: feature.properties.school_id ? null : "4 4", interactive: false });
      this.shapes.set(feature.properties.school_id, area);
      this.areas.addLayer(area);
    }
    for (const feature of homes.features.filter((each) => each.geometry)) {
      const colour = colours.get(feature.properties.school_id) || NOBODY;
      const dot = this.shape(feature, "homes", { radius: 3.5, color: "#ffffff", weight: 1, fillColor: colour, fillOpacity: 1, interactive: false });
      this.dots.set(feature.properties.demand_id, dot);
      this.homes.addLayer(dot);
    }
    for (const feature of schools.features) {
      const mark = this.shape(feature, "schools", { radius: 7, color: "#1b2631", weight: 2, fillColor: colours.get(feature.properties.school_id), fillOpacity: 1 });
      mark.on("click", (event) => { L.DomEvent.stop(event); this.onSchool(feature.properties.school_id); });
      this.schools.addLayer(mark);
    }
    this.labels.set("schools", schools.features.map((feature) => ({ text: feature.properties.name || feature.properties.school_id, kind: "feature", priority: 5, anchor: centre(feature), gap: 10 })));
  }

  shape(feature, pane, style) {
    const options = { pane, renderer: this.renderers[pane] };
    return L.GeoJSON.geometryToLayer(feature, { ...options, pointToLayer: (_, latLng) => L.circleMarker(latLng, options) }).setStyle(style);
  }

  select(schoolId) {
    for (const [id, area] of this.shapes ?? []) area.setStyle({ weight: id === schoolId ? 4 : 1.5, fillOpacity: id === schoolId ? 0.38 : id ? 0.22 : 0.06 });
    const area = this.shapes?.get(schoolId);
    if (area) this.map.fitBounds(area.getBounds(), { maxZoom: 15, padding: [30, 30], animate: false });
  }

  /** The way from there to the school, along the roads. */
  showWay(way, place, fit) {
    const draw = (style) => this.asked.addLayer(this.shape({ type: "Feature", geometry: way }, "asked", { ...style, interactive: false, lineCap: "round" }));
    draw({ color: "#ffffff", weight: 8, opacity: 0.9 });
    draw({ color: "#a1281f", weight: 4 });
    this.way = L.GeoJSON.geometryToLayer({ type: "Feature", geometry: way }).getBounds().extend(place);
    if (fit) this.fitWay();
  }

  /** See the whole way, left of the card beside the map. */
  fitWay() {
    const wide = this.map.getSize().x > 700;
    if (this.way) this.map.fitBounds(this.way, { maxZoom: 16, paddingTopLeft: [60, 60], paddingBottomRight: [wide ? 380 : 60, 60], animate: false });
  }

  /** Ring the homes whose pupils change school. */
  showMoves(places) {
    const moved = new Set(places);
    for (const [id, dot] of this.dots ?? []) dot.setStyle(moved.has(id) ? { radius: 6, weight: 3, color: "#a1281f" } : { radius: 3.5, weight: 1, color: "#ffffff" });
  }

  /** A mark where the reader asked. */
  ask(latLng) {
    this.asked.clearLayers();
    this.way = null;
    if (latLng) this.asked.addLayer(L.circleMarker(latLng, { radius: 6, color: "#a1281f", weight: 3, fillColor: "#ffffff", fillOpacity: 1, pane: "asked", renderer: this.renderers.asked, interactive: false }));
  }
}

function centre(feature) {
  return L.GeoJSON.geometryToLayer(feature).getBounds?.().getCenter() ?? L.GeoJSON.coordsToLatLng(feature.geometry.coordinates);
}
