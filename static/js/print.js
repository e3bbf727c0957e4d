// The map as a sheet of paper: fitted to A4, with what a sheet must say about itself.

import { el, replace } from "./dom.js";
import { locale, t } from "./i18n.js";

/** Fit the page to paper while it is printed; `describe` words what is on the map. */
export function preparePrinting(map, describe) {
  let center = null;
  window.addEventListener("beforeprint", () => {
    center = map.getCenter();
    document.body.classList.add("is-printing");
    fillSheet(describe());
    map.invalidateSize({ pan: false, animate: false });
    map.setView(center, map.getZoom(), { animate: false });
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("is-printing");
    map.invalidateSize({ pan: false, animate: false });
    map.setView(center, map.getZoom(), { animate: false });
  });
}

function fillSheet({ title, lines, notes }) {
  const today = new Date().toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
  replace(document.getElementById("sheet-head"), el("p", { class: "sheet-title" }, title), ...lines.map((line) => el("p", {}, line)));
  replace(document.getElementById("sheet-foot"), ...notes.map((note) => el("p", {}, note)), el("p", {}, t("坐标系 WGS 84（规划精度下等同 CGCS2000），墨卡托投影显示；制图日期 {today}", { today })));
}
