// The preview of an import: the file's features on the map, between the zone's outline and what the layer has; rows and map lead to each other.

import { getJson } from "./api.js";
import { Catalog } from "./catalog.js";
import { MOST_DRAWN } from "./data.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { LocatingMap } from "./locating_map.js";
import { sayFailed } from "./notices.js";

const INK = { file: "#0b6e6b", doubt: "#b77f00", fault: "#c2362b" };
const STYLES = {
  file: { color: INK.file, weight: 2, fillColor: INK.file, fillOpacity: 0.14 },
  doubt: { color: INK.doubt, weight: 2.5, dashArray: "6 4", fillColor: INK.doubt, fillOpacity: 0.2 },
  fault: { color: INK.fault, weight: 3.5, fillColor: INK.fault, fillOpacity: 0.2 },
};
const CHOSEN = { weight: 5, fillOpacity: 0.4 };
const PRESENT = { color: "#5b6772", weight: 1, fillColor: "#5b6772", fillOpacity: 0.12 };
const ZONE = { color: "#5b6772", weight: 1.5, dashArray: "5 4", fill: false, interactive: false };
const CLOSE_ZOOM = 16;

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new ImportPage(map, config).begin();
}

class ImportPage {
  constructor(map, config) {
    const nothing = () => {};
    Object.assign(this, { map, asked: config.import, catalog: new Catalog(config), shapes: new Map() });
    this.base = new LocatingMap(map, this.catalog, { choose: nothing, chooseFeature: nothing, chooseMove: nothing });
    map.createPane("file").style.zIndex = 410;
    this.renderer = L.svg({ pane: "file", padding: 0.5 });
    this.words = document.getElementById("map-words");
    this.kinds = new Map([...this.asked.doubts.map((row) => [row, "doubt"]), ...this.asked.blocking.map((row) => [row, "fault"])]);
  }

  async begin() {
    this.base.showTools(document.getElementById("tools"));
    this.drawZone();
    this.frame();
    for (const button of document.querySelectorAll(".row-link")) button.addEventListener("click", () => this.chooseRow(Number(button.closest("[data-row]").dataset.row), true));
    await Promise.all([this.attempt("ground", () => this.base.showGround()), this.attempt("present", () => this.drawPresent()), this.attempt("file", () => this.drawFile())]);
    document.body.dataset.ready = "true";
  }

  async attempt(name, act) {
    try {
      await act();
    } catch (error) {
      sayFailed(name, error.message, () => this.attempt(name, act));
    }
  }

  drawZone() {
    const [west, south, east, north] = this.catalog.config.zone.extent;
    L.rectangle([[south, west], [north, east]], { ...ZONE, pane: "context", renderer: this.base.renderers.context }).addTo(this.map);
  }

  /** The file and the zone in view, however far apart they are. */
  frame() {
    const [west, south, east, north] = this.asked.extent ?? this.catalog.config.zone.extent;
    this.map.setMinZoom(2);
    this.map.fitBounds([[south, west], [north, east]], { maxZoom: CLOSE_ZOOM, padding: [30, 30], animate: false });
  }

  async drawPresent() {
    const layer = this.catalog.get(this.asked.layer);
    if (!layer?.geometry || !layer.count) return;
    const bounds = this.map.getBounds();
    const bbox = layer.count > MOST_DRAWN ? [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((each) => each.toFixed(5)).join(",") : null;
    const answer = await getJson(`${this.catalog.config.ogc}/collections/${layer.id}/items`, { limit: MOST_DRAWN, bbox });
    for (const feature of answer.features.filter((each) => each.geometry)) this.add(feature, { ...PRESENT, pane: "context", renderer: this.base.renderers.context }, () => [feature.properties.name, t("图层里已有的")]);
  }

  async drawFile() {
    const answer = this.asked.shapesUrl ? await getJson(this.asked.shapesUrl) : { features: [], left: 0 };
    for (const feature of answer.features.filter((each) => each.geometry)) {
      const { row } = feature.properties;
      const kind = this.kinds.get(row) ?? "file";
      const path = this.add(feature, { ...STYLES[kind], pane: "file", renderer: this.renderer }, () => [t("第 {row} 行", { row }), ...this.told(row)]);
      path.on("click", (event) => { L.DomEvent.stopPropagation(event); this.chooseRow(row, false); });
      path.eachPath = (act) => (path.eachLayer ? path.eachLayer(act) : act(path));
      path.eachPath((each) => each.getElement()?.setAttribute("data-row", row));
      path.eachPath((each) => each.getElement()?.setAttribute("data-kind", kind));
      this.shapes.set(row, { path, kind });
    }
    this.words.textContent = answer.left ? t("图上画了 {count} 个要素，另有 {left} 个没有画", { count: this.shapes.size, left: answer.left })
      : this.shapes.size ? "" : t("文件里没有能画到图上的要素");
  }

  add(feature, style, words) {
    const path = L.GeoJSON.geometryToLayer(feature, { ...style, pointToLayer: (_, latLng) => L.circleMarker(latLng, { radius: 6, ...style }) });
    path.setStyle(style);
    path.bindTooltip(() => el("div", {}, words().map((line, index) => el(index ? "div" : "strong", {}, line))), { sticky: true, direction: "top", className: "map-tooltip" });
    path.addTo(this.map);
    for (const each of path.getLayers?.() ?? [path]) each.getElement?.()?.setAttribute("tabindex", "-1");
    return path;
  }

  /** What the lists say of a row. */
  told(row) {
    return [...document.querySelectorAll(`[data-testid=finding][data-row="${row}"] > span:last-child`)].map((each) => each.textContent.trim());
  }

  /** A row and its shape stand out together; `isFromList` brings the map there, else the list comes to the row. */
  chooseRow(row, isFromList) {
    if (this.chosen) this.chosen.path.setStyle(STYLES[this.chosen.kind]);
    this.chosen = this.shapes.get(row);
    for (const item of document.querySelectorAll(".import-rows [data-row]")) item.classList.toggle("is-chosen", Number(item.dataset.row) === row);
    if (!isFromList) document.querySelector(`.import-rows [data-row="${row}"]`)?.scrollIntoView({ block: "nearest" });
    this.words.textContent = this.chosen ? [t("第 {row} 行", { row }), ...this.told(row)].join(" · ") : t("第 {row} 行没有画在图上", { row });
    if (!this.chosen) return;
    this.chosen.path.setStyle(CHOSEN).bringToFront?.();
    if (!isFromList) return;
    const bounds = this.chosen.path.getBounds?.() ?? this.chosen.path.getLatLng().toBounds(200);
    this.map.fitBounds(bounds, { maxZoom: CLOSE_ZOOM, padding: [60, 60], animate: false });
    if (window.matchMedia("(max-width: 767.98px)").matches) this.map.getContainer().scrollIntoView({ block: "center" });
  }
}
