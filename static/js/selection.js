// The planners' most frequent question: what lies inside this line, and how much is it?
// A polygon is drawn, a boundary picked, or a distance kept around a point or a road; list, totals and files follow.

import { getJson, Latest } from "./api.js";
import { el, icon, replace } from "./dom.js";
import { areas, number } from "./format.js";
import { t } from "./i18n.js";
import { partsOf } from "./catalog.js";
import { draw } from "./drawing.js";
import { say, sayFailed, settle } from "./notices.js";
import { MOST_BUFFER_M, isDistance } from "./state.js";

const ACCENT = "#0b6e6b";
const DEFAULT_BUFFER_M = 500;

/** The reader's selection: how it is made, drawn and worded. */
export class Selection {
  constructor(map, card, bar, catalog, state) {
    Object.assign(this, { map, card, bar, catalog, state });
    this.outline = L.layerGroup().addTo(map);
    this.latest = new Latest();
    map.on("click", (event) => this.onMapClick(event));
  }

  /** Start making a selection: `polygon`, `pick` or `buffer`. */
  async start(mode) {
    this.stop();
    if (mode === "polygon") return this.drawPolygon();
    this.mode = mode;
    this.map.getContainer().classList.add("is-picking");
    const hint = mode === "pick" ? t("单击图上的一个面、河段或道路，或清单里的一项，用它的边界圈选。") : t("单击图上一点，或一条道路、一个要素；圈选它周边这个距离以内的要素。");
    return this.card.show({ title: mode === "pick" ? t("选边界圈选") : t("缓冲区圈选"), hint, body: mode === "buffer" ? this.distanceField() : null, onCancel: () => this.stop() });
  }

  async drawPolygon() {
    this.drawing = await draw(this.map, "Polygon", () => {});
    this.card.show({ title: t("画范围圈选"), hint: t("依次单击画出范围，双击或点“完成”结束。"), onFinish: this.drawing.finish, onCancel: () => this.stop() });
    const latLngs = await this.drawing.done;
    this.drawing = null;
    this.card.hide();
    if (latLngs) this.state.set({ within: polygonText(latLngs), buffer_m: null });
  }

  distanceField() {
    this.distance = el("input", { type: "number", class: "form-control form-control-sm", min: 1, max: MOST_BUFFER_M, step: "any", value: this.state.get("buffer_m") || DEFAULT_BUFFER_M, "data-testid": "buffer-distance" });
    return el("label", { class: "distance" }, [el("span", {}, t("距离")), this.distance, el("span", { class: "unit" }, "m")]);
  }

  stop() {
    this.drawing?.cancel();
    this.mode = null;
    this.map.getContainer().classList.remove("is-picking");
    this.card.hide();
  }

  /** Take a clicked feature into the selection; tells whether it was wanted. */
  takeFeature(key) {
    if (!this.mode) return false;
    this.finish(key);
    return true;
  }

  onMapClick(event) {
    if (this.mode === "buffer") this.finish(`POINT(${coordinate(event.latlng)})`);
  }

  finish(within) {
    const buffer = this.mode === "buffer" ? Number(this.distance.value) : null;
    if (buffer !== null && !isDistance(buffer)) return this.refuseDistance();
    this.stop();
    return this.state.set({ within, buffer_m: buffer });
  }

  /** Nothing is selected by a distance that is none; the tool waits for a better one. */
  refuseDistance() {
    this.distance.classList.add("is-invalid");
    this.distance.setAttribute("aria-invalid", "true");
    this.distance.focus();
    say(t("缓冲距离应大于 0 且不超过 {most} m。", { most: number(MOST_BUFFER_M) }));
  }

  clear() {
    this.state.set({ within: "", buffer_m: null });
  }

  /** Draw and word the selection of a state. */
  async show({ within, buffer_m: distance, schematic }) {
    this.bar.hidden = true;
    this.outline.clearLayers();
    if (!within || (distance !== null && !isDistance(distance))) return undefined;
    try {
      const found = await this.latest.run((signal) => Promise.all([
        getJson(`${this.catalog.config.ogc}/area`, { within, buffer_m: distance, schematic }, signal), this.nameOf(within, signal)]));
      if (!found) return undefined;
      settle("selection");
      return this.draw(...found, distance);
    } catch (error) {
      this.bar.hidden = true;
      this.outline.clearLayers();
      // A refused area is said in place of the list, which asks for the same.
      if (!error.isRefusal) sayFailed("selection", error.message, () => this.show({ within, buffer_m: distance, schematic }));
      return undefined;
    }
  }

  async nameOf(within, signal) {
    const [layerId, featureId] = partsOf(within);
    if (!this.catalog.get(layerId)) return /^POINT/i.test(within) ? t("所选地点") : t("所画范围");
    const feature = await getJson(`${this.catalog.config.ogc}/collections/${layerId}/items/${encodeURIComponent(featureId)}`, {}, signal);
    return feature.properties.name;
  }

  draw(area, name, distance) {
    this.bar.hidden = false;
    this.outline.clearLayers();
    this.outline.addLayer(L.geoJSON(area, { interactive: false, style: { color: ACCENT, weight: 2, dashArray: "8 5", fillColor: ACCENT, fillOpacity: 0.05 } }));
    const words = distance ? t("{name} 周边 {distance} m", { name, distance: number(distance) }) : name;
    const sizes = area.properties.area_m2 > 0 ? areas(area.properties.area_m2).map(({ value, unit }) => el("span", {}, `${value} ${unit}`)) : [];
    replace(this.bar, icon("polygon"), el("div", { class: "selection-words" }, [el("strong", {}, t("圈选：{words}", { words })), el("div", { class: "selection-sizes" }, sizes)]),
      el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": "clear-selection", onclick: () => this.clear() }, t("清除")));
  }

  bounds() {
    const bounds = L.latLngBounds([]);
    this.outline.eachLayer((layer) => bounds.extend(layer.getBounds()));
    return bounds.isValid() ? bounds : null;
  }
}

function polygonText(latLngs) {
  const ring = [...latLngs, latLngs[0]].map(coordinate).join(", ");
  return `POLYGON((${ring}))`;
}

function coordinate({ lat, lng }) {
  return `${lng.toFixed(6)} ${lat.toFixed(6)}`;
}
