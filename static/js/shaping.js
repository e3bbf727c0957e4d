// Placing by hand: a click puts a parcel of the stated area, corners are drawn or moved, its area stands beside the stated one.

import { draw, prepareDrawing } from "./drawing.js";
import { el, replace } from "./dom.js";
import { SQUARE_METRES_PER_MU, number } from "./format.js";
import { t } from "./i18n.js";
import { prepareMeasuring } from "./measure.js";
import { areaOf, bearingNear, scaled, square } from "./shapes.js";

const STYLE = { color: "#0b6e6b", weight: 2, fillColor: "#0b6e6b", fillOpacity: 0.18 };
const LEAST_PX = 90;
const SAME_SHARE = 0.05;
const CHANGED = "pm:change pm:edit pm:markerdrag pm:vertexadded pm:vertexremoved pm:drag pm:rotate";

/** Lets the reader place or shape one thing; at most one at a time. */
export class Shaping {
  /**
   * @param {L.Map} map
   * @param {ToolCard} card
   * @param {() => number[][][]} lines - coordinates of the roads on screen
   */
  constructor(map, card, lines) {
    Object.assign(this, { map, card, lines });
  }

  /**
   * @param {{title: string, areaMu: number|null, isPoint: boolean, geometry: Object|null, mode: "place"|"draw"|"edit", finish: string}} task
   * @returns {Promise<Object|null>} GeoJSON geometry, null where the reader gave up
   */
  async start(task) {
    this.stop();
    this.task = task;
    this.map.getContainer().classList.add("is-shaping");
    const done = new Promise((resolve) => { this.settle = resolve; });
    this.onKey = (event) => { if (event.key === "Escape") this.stop(); };
    document.addEventListener("keydown", this.onKey);
    try {
      await Promise.all([prepareDrawing(this.map), prepareMeasuring()]);
      if (task.mode === "edit" && task.geometry) this.edit(L.GeoJSON.geometryToLayer({ type: "Feature", geometry: task.geometry }));
      else if (task.mode === "draw" && !task.isPoint) await this.drawAnew();
      else this.awaitClick();
    } catch (error) {
      this.end(null);
      throw error;
    }
    return done;
  }

  stop() {
    if (this.settle) this.end(null);
  }

  end(geometry) {
    document.removeEventListener("keydown", this.onKey);
    this.map.off("click", this.onClick);
    this.map.getContainer().classList.remove("is-picking", "is-drawing", "is-shaping");
    this.drawing?.cancel();
    this.shape?.pm?.disable();
    this.shape?.remove();
    this.card.hide();
    const { settle } = this;
    Object.assign(this, { settle: null, drawing: null, shape: null });
    settle(geometry);
  }

  awaitClick() {
    this.onClick = (event) => this.putAt(event.latlng);
    this.map.on("click", this.onClick);
    this.map.getContainer().classList.add("is-picking", "is-drawing");
    const { isPoint, areaMu } = this.task;
    const square = areaMu
      ? t("在图上单击，放一块 {area} 亩的方形地块，方向与最近的道路一致；之后可以拖动、旋转、改形状。", { area: number(areaMu) })
      : t("没有写明面积：在图上单击放一块 30 亩的方形地块，再改成实际形状。");
    const hint = isPoint ? t("在图上单击它的位置。") : square;
    const middle = el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": "place-middle", onclick: () => this.putAt(this.map.getCenter()) }, t("放在地图中心"));
    this.card.show({ title: this.task.title, hint, body: middle, onCancel: () => this.stop() });
  }

  putAt(latLng) {
    this.map.off("click", this.onClick);
    this.map.getContainer().classList.remove("is-picking", "is-drawing");
    if (this.task.isPoint) return this.edit(L.marker(latLng));
    return this.edit(L.polygon(square(latLng, this.task.areaMu || 30, bearingNear(latLng, this.lines())), STYLE));
  }

  async drawAnew() {
    const body = el("div", { class: "shape-area", "aria-live": "polite", "data-testid": "shape-area" });
    this.drawing = await draw(this.map, "Polygon", (latLngs) => this.showArea(body, latLngs));
    this.card.show({ title: this.task.title, hint: t("依次单击地块的角点，双击结束。"), body, onFinish: () => this.drawing?.finish(), onCancel: () => this.stop() });
    this.drawing.done.then((latLngs) => {
      this.drawing = null;
      if (!this.settle) return;
      if (latLngs && latLngs.length > 2) this.edit(L.polygon(latLngs, STYLE));
      else this.end(null);
    });
  }

  /** Corners to drag, the whole to move or turn. */
  edit(shape) {
    const isPoint = !(shape instanceof L.Polygon);
    shape.options.pmIgnore = false;
    this.shape = (isPoint ? this.asMarker(shape) : shape.setStyle(STYLE)).addTo(this.map);
    L.PM.reInitLayer(this.shape);
    const area = el("div", { class: "shape-area", "aria-live": "polite", "data-testid": "shape-area" });
    const modes = isPoint ? null : el("div", { class: "shape-modes", role: "group", "aria-label": t("改动方式") });
    if (!isPoint) {
      this.shape.on(CHANGED, () => this.showArea(area, this.shape.getLatLngs()));
      this.showArea(area, this.shape.getLatLngs());
      this.showModes(modes, "corners");
      this.bring();
    }
    const hint = isPoint ? t("拖动图钉可以再调整。") : t("拖动角点改形状；拖动边上的点加一个角，右击（触摸屏上长按）角点去掉它。");
    this.card.show({ title: this.task.title, hint, body: el("div", {}, [modes, area]), onFinish: () => this.finish(), finish: this.task.finish, onCancel: () => this.stop() });
  }

  /** Near enough for the corners to be told apart. */
  bring() {
    const bounds = this.shape.getBounds();
    const size = this.map.latLngToContainerPoint(bounds.getSouthEast()).subtract(this.map.latLngToContainerPoint(bounds.getNorthWest()));
    if (Math.max(size.x, size.y) < LEAST_PX || !this.map.getBounds().contains(bounds)) this.map.fitBounds(bounds, { padding: [110, 110], maxZoom: 17, animate: false });
  }

  asMarker(shape) {
    const marker = shape instanceof L.Marker ? shape : L.marker(shape.getLatLng());
    marker.setIcon(L.divIcon({ className: "pin-marker", html: el("span", { class: "pin-dot" }), iconSize: [22, 22], iconAnchor: [11, 11] }));
    marker.options.draggable = true;
    marker.options.keyboard = false;
    return marker;
  }

  showModes(node, chosen) {
    const { pm } = this.shape;
    pm.disable();
    pm.disableLayerDrag?.();
    pm.disableRotate?.();
    if (chosen === "corners") pm.enable({ allowSelfIntersection: false, snappable: false, preventMarkerRemoval: false });
    if (chosen === "move") pm.enableLayerDrag();
    if (chosen === "turn") pm.enableRotate();
    const button = (name, words) => el("button", { class: "shape-mode", type: "button", "aria-pressed": String(name === chosen), "data-testid": `shape-${name}`, onclick: () => this.showModes(node, name) }, words);
    const fit = this.task.areaMu && el("button", { class: "shape-mode", type: "button", "data-testid": "shape-fit", onclick: () => this.fitArea(node, chosen) }, t("缩放到规划面积"));
    replace(node, button("corners", t("改形状")), button("move", t("移动")), button("turn", t("旋转")), fit);
  }

  fitArea(node, mode) {
    const corners = this.shape.getLatLngs();
    const factor = Math.sqrt((this.task.areaMu * SQUARE_METRES_PER_MU) / areaOf(corners));
    this.shape.setLatLngs(scaled(corners, this.shape.getBounds().getCenter(), factor));
    this.shape.fire("pm:change");
    this.showModes(node, mode);
  }

  showArea(node, latLngs) {
    const areaMu = areaOf(latLngs) / SQUARE_METRES_PER_MU;
    const { areaMu: stated } = this.task;
    const share = stated ? areaMu / stated - 1 : null;
    const verdict = share === null ? "" : Math.abs(share) <= SAME_SHARE ? t("与规划面积相符（{share}%）", { share: signed(share) }) : t("与规划面积相差 {share}%，超过 5%", { share: signed(share) });
    node.classList.toggle("is-off", share !== null && Math.abs(share) > SAME_SHARE);
    replace(node,
      el("p", { class: "shape-figure" }, [el("span", { class: "figure-value", "data-testid": "shape-mu" }, number(areaMu, 2)), el("span", { class: "unit" }, t("亩"))]),
      el("p", { class: "shape-stated" }, stated ? t("规划 {area} 亩", { area: number(stated) }) : t("规划没有写明面积")),
      verdict && el("p", { class: "shape-verdict", "data-testid": "shape-verdict" }, verdict));
  }

  finish() {
    this.end(this.shape.toGeoJSON(7).geometry);
  }
}

function signed(share) {
  const percent = Math.round(share * 1000) / 10 || 0;
  const words = number(percent, Math.abs(percent) < 10 ? 1 : 0);
  return percent > 0 ? `+${words}` : words;
}
