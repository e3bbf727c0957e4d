// Measuring on the ellipsoid of CGCS2000: lengths and areas, never in degrees.

import { el, replace } from "./dom.js";
import { areas, length } from "./format.js";
import { t } from "./i18n.js";
import { draw, loadScript } from "./drawing.js";

/** CGCS2000's ellipsoid, GB 22021-2008: semi-major axis in metres, flattening. */
const SEMI_MAJOR_M = 6378137;
const FLATTENING = 1 / 298.257222101;

let ellipsoid = null;

/** Load what `measured` needs, once. */
export async function prepareMeasuring() {
  await loadScript("geographiclib-geodesic/geographiclib-geodesic.min.js");
  const { Geodesic } = window.geodesic.Geodesic;
  ellipsoid = new Geodesic(SEMI_MAJOR_M, FLATTENING);
}

/** Length of a line, or area and perimeter of a ring, in metres and square metres. */
export function measured(latLngs, isRing) {
  const polygon = ellipsoid.Polygon(!isRing);
  for (const { lat, lng } of latLngs) polygon.AddPoint(lat, lng);
  const { perimeter, area } = polygon.Compute(false, true);
  return { length_m: perimeter, area_m2: isRing ? Math.abs(area) : null };
}

/** The measuring tool: draws, shows the figures while drawing, leaves the drawing until it is cleared. */
export class Measure {
  constructor(map, card) {
    Object.assign(this, { map, card });
    this.kept = L.layerGroup().addTo(map);
  }

  async start(kind) {
    this.clear();
    await prepareMeasuring();
    const isRing = kind === "area";
    const result = el("div", { class: "measure-result", "aria-live": "polite", "data-testid": "measure-result" });
    const show = (latLngs) => this.write(result, latLngs, isRing);
    this.drawing = await draw(this.map, isRing ? "Polygon" : "Line", show);
    const hint = isRing ? t("依次单击画出范围，双击结束。") : t("依次单击画出线路，双击结束。");
    this.card.show({ title: isRing ? t("量面积") : t("量长度"), hint, body: result, onFinish: this.drawing.finish, onCancel: () => this.stop() });
    const latLngs = await this.drawing.done;
    this.drawing = null;
    if (!latLngs) return this.card.hide();
    show(latLngs);
    const style = { color: "#0b6e6b", weight: 2.5, fillOpacity: 0.1, interactive: false };
    this.kept.addLayer(isRing ? L.polygon(latLngs, style) : L.polyline(latLngs, style));
    const method = t("在 CGCS2000 椭球面上量算。道路是拟合线时，结果不会比道路更准。");
    return this.card.show({ title: isRing ? t("量面积") : t("量长度"), hint: method, body: result, onCancel: () => this.stop() });
  }

  write(node, latLngs, isRing) {
    const { length_m: metres, area_m2: squareMetres } = measured(latLngs, isRing && latLngs.length > 2);
    const figures = isRing && squareMetres ? areas(squareMetres).map(({ name, value, unit }) => el("div", { class: "figure", "data-field": name }, [el("span", { class: "figure-value" }, value), el("span", { class: "figure-unit" }, unit)])) : [];
    replace(node, figures, el("div", { class: isRing ? "measure-more" : "figure", "data-field": "length" }, isRing ? t("周长 {length}", { length: length(metres) }) : el("span", { class: "figure-value" }, length(metres))));
  }

  stop() {
    this.drawing?.cancel();
    this.clear();
    this.card.hide();
  }

  clear() {
    this.kept.clearLayers();
  }
}
