// A map on paper: drawn anew at the size it has there, with what a sheet must say about itself.

import { el, replace } from "./dom.js";
import { locale, t } from "./i18n.js";

/**
 * Redraw the map for paper while the page is printed. The sizes are those of `print.css`.
 *
 * @param {L.Map} map
 * @param {Labels} labels
 * @param {() => {width_mm: number, height_mm: number, bounds: L.LatLngBounds}} sheet - size of the map on paper and what it must
 *   show; asked when printing begins
 */
export function fitToPaper(map, labels, sheet) {
  const { style } = map.getContainer();
  let before = null;
  const redraw = (show) => {
    map.invalidateSize({ pan: false, animate: false });
    show();
    labels.drawNow();
  };
  window.addEventListener("beforeprint", () => {
    before = { center: map.getCenter(), zoom: map.getZoom(), zoomSnap: map.options.zoomSnap };
    const { width_mm: width, height_mm: height, bounds } = sheet();
    Object.assign(style, { width: `${width}mm`, height: `${height}mm` });
    map.options.zoomSnap = 0;
    redraw(() => map.fitBounds(bounds, { animate: false }));
  });
  window.addEventListener("afterprint", () => {
    Object.assign(style, { width: "", height: "" });
    delete document.body.dataset.sheet;
    map.options.zoomSnap = before.zoomSnap;
    redraw(() => map.setView(before.center, before.zoom, { animate: false }));
  });
}

/** Sizes of the printed map by the sheet's layout, as in `print.css`. */
const SHEETS = {
  tall: { width_mm: 190, height_mm: 194 },
  wide: { width_mm: 212, height_mm: 150 },
  details: { width_mm: 202, height_mm: 117 },
};
/** What a strip above the sheet takes, such as "demonstration data". */
const STRIP_MM = 8;
/** What head, legend and notes take more where words are longer than in Chinese. */
const LONG_WORDS_MM = locale.startsWith("zh") ? 0 : 14;

/** The layout that uses the sheet best: upright where what is to be shown is taller than wide, beside the details where they are open. */
export function layOut(map, bounds, hasDetails) {
  const [northWest, southEast] = [map.project(bounds.getNorthWest()), map.project(bounds.getSouthEast())];
  const isTall = southEast.y - northWest.y > southEast.x - northWest.x;
  const layout = hasDetails ? "details" : isTall ? "tall" : "wide";
  document.body.dataset.sheet = layout;
  const strips = document.querySelectorAll(".demo-strip, .past-strip").length;
  return { width_mm: SHEETS[layout].width_mm, height_mm: SHEETS[layout].height_mm - STRIP_MM * strips - LONG_WORDS_MM, bounds };
}

/** The part of a view that holds anything: empty margins are not worth paper. */
export function filledPart(view, boundsOfContent) {
  const filled = L.latLngBounds([]);
  for (const bounds of boundsOfContent) if (view.intersects(bounds)) filled.extend(cut(bounds, view));
  return filled.isValid() && !filled.getNorthEast().equals(filled.getSouthWest()) ? cut(filled.pad(0.06), view) : view;
}

function cut(bounds, view) {
  return L.latLngBounds(
    [Math.max(bounds.getSouth(), view.getSouth()), Math.max(bounds.getWest(), view.getWest())],
    [Math.min(bounds.getNorth(), view.getNorth()), Math.min(bounds.getEast(), view.getEast())]);
}

/** Write the head and the foot of the map's sheet. */
export function fillSheet({ title, lines, notes }) {
  const today = new Date().toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
  replace(document.getElementById("sheet-head"), el("p", { class: "sheet-title" }, title), lines.map((line) => el("p", {}, line)));
  replace(document.getElementById("sheet-foot"), notes.map((note) => el("p", {}, note)),
    el("p", {}, t("坐标系 WGS 84（规划精度下等同 CGCS2000），墨卡托投影显示；制图日期 {today}", { today })));
}
