// A map on paper: drawn anew at the size it has there, with what a sheet must say about itself.

import { el, replace } from "./dom.js";
import { locale, t } from "./i18n.js";

/**
 * Redraw the map for paper while the page is printed. The sizes are those of `print.css`.
 *
 * @param {L.Map} map
 * @param {Labels} labels
 * @param {() => {width_mm: number, height_mm: number}} sizeOnPaper
 */
export function fitToPaper(map, labels, sizeOnPaper) {
  const { style } = map.getContainer();
  let before = null;
  const redraw = (show) => {
    map.invalidateSize({ pan: false, animate: false });
    show();
    labels.drawNow();
  };
  window.addEventListener("beforeprint", () => {
    before = { bounds: map.getBounds(), center: map.getCenter(), zoom: map.getZoom() };
    const { width_mm: width, height_mm: height } = sizeOnPaper();
    Object.assign(style, { width: `${width}mm`, height: `${height}mm` });
    redraw(() => map.fitBounds(before.bounds, { animate: false }));
  });
  window.addEventListener("afterprint", () => {
    Object.assign(style, { width: "", height: "" });
    redraw(() => map.setView(before.center, before.zoom, { animate: false }));
  });
}

/** Write the head and the foot of the map's sheet. */
export function fillSheet({ title, lines, notes }) {
  const today = new Date().toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
  replace(document.getElementById("sheet-head"), el("p", { class: "sheet-title" }, title), lines.map((line) => el("p", {}, line)));
  replace(document.getElementById("sheet-foot"), notes.map((note) => el("p", {}, note)),
    el("p", {}, t("坐标系 WGS 84（规划精度下等同 CGCS2000），墨卡托投影显示；制图日期 {today}", { today })));
}
