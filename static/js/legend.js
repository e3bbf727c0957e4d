// What the signs mean, and what may be switched: schematic positions, the base map.

import { withParams } from "./api.js";
import { el, lamp, replace, svg } from "./dom.js";
import { t } from "./i18n.js";
import { hatch } from "./symbols.js";

const LAMPS = ["green", "yellow", "red", "grey"];
const SCHEMATIC_COLOUR = "#5b6770";
const POSITIONS = ["surveyed", "placed", "located", "schematic"];

/** Draw the legend. */
export function showLegend(node, catalog, state, actions) {
  const { config } = catalog;
  const lines = catalog.reference.filter((layer) => layer.count && layer.geometry && catalog.ground(state.values).includes(layer.id));
  const layers = catalog.chosen(state.values).map((id) => catalog.get(id)).filter((layer) => layer?.geometry && layer.count);
  replace(node,
    section(t("进度状态（{year} 年底）", { year: state.get("year") }), [...LAMPS.map((name) => row(lamp(name, config.lamps[name]), config.lamps[name])), row(lamp("done", t("已填报·无计划日期")), t("已填报·无计划日期"), "is-wide")],
      [catalog.plan.some((layer) => layer.status.kind === "measurement") && t("监测值：圆形达到目标，方形未达目标"), " ", el("a", { href: withParams("/monitoring/rule", {}), "data-testid": "legend-rule" }, t("亮灯规则"))]),
    section(t("位置依据"), [...POSITIONS.map((basis) => row(boxSign(basis, basis === "schematic" ? hatch(SCHEMATIC_COLOUR) : "#fff"), config.bases[basis])), row(accuracySign(), t("位置误差范围"))]),
    el("details", { class: "legend-more", open: node.querySelector(".legend-more")?.open ?? false, "data-testid": "legend-more" }, [
      el("summary", {}, t("图层颜色与底图资料")),
      layers.length > 0 && section(t("图层（示意斜纹的颜色）"), layers.map((layer) => row(boxSign("layer", hatch(layer.style.colour)), layer.title))),
      lines.length > 0 && section(t("底图资料"), lines.map((layer) => row(lineSign(layer), layer.title))),
    ]),
    el("div", { class: "legend-switches" }, [
      switchRow("schematic", t("显示示意位置"), state.get("schematic"), (on) => state.set({ schematic: on })),
      config.basemaps.length > 0 && basemapChoice(config, state, actions),
    ]));
}

function section(title, rows, note = null) {
  return el("section", { class: "legend-section" }, [el("h2", {}, title), el("ul", {}, rows), note && el("p", {}, note)]);
}

function row(sign, words, className = "") {
  return el("li", { class: className }, [sign, el("span", {}, words)]);
}

function boxSign(name, fill) {
  return svg("svg", { class: `sign sign-${name}`, viewBox: "0 0 22 14", "aria-hidden": "true" }, svg("rect", { x: 2, y: 2, width: 18, height: 10, rx: 1, fill }));
}

function accuracySign() {
  return svg("svg", { class: "sign sign-accuracy", viewBox: "0 0 22 14", "aria-hidden": "true" }, svg("circle", { cx: 11, cy: 7, r: 5.5 }));
}

function lineSign(layer) {
  const sign = svg("svg", { class: `sign sign-${layer.style.line}`, viewBox: "0 0 22 14", "aria-hidden": "true" }, [
    svg("path", { class: "sign-edge", d: "M1,7H21" }), svg("path", { class: "sign-line", d: "M1,7H21" })]);
  if (layer.style.line === "plain") sign.style.color = layer.style.colour;
  return sign;
}

function switchRow(name, words, isOn, change) {
  const input = el("input", { type: "checkbox", role: "switch", class: "form-check-input", checked: isOn, "data-testid": `switch-${name}`, onchange: (event) => change(event.target.checked) });
  return el("label", { class: "form-check form-switch" }, [input, el("span", {}, words)]);
}

function basemapChoice(config, state, actions) {
  const options = [{ id: "", title: t("素图（道路与水系）") }, ...config.basemaps];
  return el("fieldset", { class: "basemaps" }, [el("legend", {}, t("底图")), ...options.map(({ id, title }) => el("label", { class: "form-check" }, [
    el("input", { type: "radio", name: "basemap", class: "form-check-input", value: id, checked: state.get("basemap") === id, onchange: () => actions.chooseBasemap(id) }), el("span", {}, title)]))]);
}
