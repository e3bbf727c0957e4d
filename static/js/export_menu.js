// One button that gives what is on screen as a file, in one of three formats.

import { el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";
import { withParams } from "./api.js";
import { waitInLine } from "./downloads.js";
import { disclosure } from "./disclosure.js";

const FORMATS = [
  ["geojson", "GeoJSON", () => t("地图软件用，WGS 84")],
  ["csv", "CSV", () => t("表格，中文表头")],
  ["xlsx", "XLSX", () => t("Excel 表格，中文表头")],
];

/**
 * A button with a menu of formats.
 *
 * @param {string} words - on the button
 * @param {() => {address: string, params: Object, note: string, picture: {address: string, params: Object}, options: {words: string, params: Object, isOn: boolean}[]}} describe -
 *   asked when the menu opens; each option is a box that adds its params
 */
export function exportMenu(words, describe) {
  const button = el("button", { class: "btn btn-primary", type: "button", "data-testid": "export" }, [icon("download"), words]);
  const panel = el("div", { class: "export-panel", role: "group", "aria-label": words });
  disclosure(button, panel, () => fillMenu(panel, describe()));
  return el("div", { class: "export-menu" }, [button, panel]);
}

function fillMenu(panel, { address, params, note, picture = null, options = [] }) {
  const links = FORMATS.map(([format, title, use]) => el("a", { class: "export-link", download: "", "data-format": format, "data-testid": `export-${format}` },
    [el("strong", {}, title), el("span", {}, use())]));
  links.forEach(waitInLine);
  const boxes = options.map((option) => ({ option, box: el("input", { type: "checkbox", class: "form-check-input", checked: Boolean(option.isOn), onchange: () => point() }) }));
  const point = () => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ option }) => option.params);
    for (const link of links) link.href = withParams(address, Object.assign({}, params, ...chosen, { format: link.dataset.format }));
  };
  point();
  const map = picture && el("a", { class: "export-link", download: "", href: withParams(picture.address, picture.params), "data-testid": "export-picture" },
    [el("strong", {}, "PNG"), el("span", {}, t("视野内的地图图片，带图例和比例尺"))]);
  replace(panel, note && el("p", {}, note), links, map, boxes.map(({ option, box }) => el("label", { class: "choice" }, [box, option.words])));
}
