// "Why this school?": the card beside the map, which is also the slip that is printed.

import { el, icon, replace } from "./dom.js";
import { errorOf, length, lengthOnRoads, number } from "./format.js";
import { t } from "./i18n.js";
import { figure } from "./catchments_result.js";

/** The card of an answer of `/catchments/from`; hidden without one. */
export class WhyCard {
  constructor(node, actions) {
    Object.assign(this, { node, actions });
  }

  hide() {
    this.node.hidden = true;
  }

  show(answer) {
    const { school } = answer;
    const close = el("button", { class: "icon-button why-close", type: "button", "aria-label": t("关闭"), onclick: () => this.actions.close() }, icon("close"));
    replace(this.node, close,
      el("p", { class: "why-place" }, place(answer.place)),
      el("h2", {}, school ? school.name || school.school_id : t("没有学校")),
      school ? null : el("p", {}, answer.without),
      el("p", { class: "why-rule", "data-testid": "rule" }, t("{year} 年 · {rule}", { year: answer.year, rule: answer.rule })),
      school ? facts(school, answer.street_error_m) : null,
      el("p", {}, t("该处离最近的道路 {metres}，不计入步行距离。", { metres: answer.snap_m === null ? "–" : lengthOnRoads(answer.snap_m, answer.street_error_m) })),
      answer.roads.length ? el("p", { "data-testid": "roads-walked" }, t("途经 {roads}", { roads: answer.roads.join(t("、")) })) : null,
      crossed(answer),
      answer.others.map((each, number) => [el("h3", {}, t("第 {rank} 选择：{name}", { rank: number + (school ? 2 : 1), name: each.name || each.school_id })), facts(each, answer.street_error_m)]),
      el("div", { class: "why-actions" }, [
        school ? el("button", { class: "btn btn-sm btn-quiet", type: "button", onclick: () => this.actions.select(school.school_id) }, t("看这所学校的范围")) : null,
        el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": "copy-link", onclick: () => this.actions.copy() }, [icon("link"), el("span", {}, t("复制链接"))]),
        el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": "print-slip", onclick: () => window.print() }, [icon("print"), el("span", {}, t("打印"))])]));
    this.node.hidden = false;
  }
}

function place({ lon, lat, label, accuracy_m: accuracy }) {
  const where = t("东经 {lon}°　北纬 {lat}°", { lon: lon.toFixed(5), lat: lat.toFixed(5) });
  if (!label) return where;
  return accuracy ? t("{label}（{where}，误差约 {metres}）", { label, where, metres: length(errorOf(accuracy)) }) : t("{label}（{where}）", { label, where });
}

function facts(school, errorM) {
  return el("dl", {}, [
    [t("沿道路步行"), lengthOnRoads(school.distance_m, errorM)], [t("直线距离"), lengthOnRoads(school.straight_m, errorM)],
    [t("绕行系数（门到门）"), school.detour_factor === null ? "–" : number(school.detour_factor, 2)],
    [t("学位 / 学生"), `${figure(school.seats)} / ${figure(school.pupils)}`],
  ].map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function crossed({ crossed: roads, barriers, school }) {
  if (!school) return null;
  const known = roads.filter((road) => road.main !== null);
  const shown = known.length ? known.filter((road) => road.main) : roads;
  const names = { roads: shown.map((road) => road.name).join(t("、")) };
  const met = known.length ? t("穿过或经过路口的主要道路：{roads}", names) : t("穿过或经过路口：{roads}（道路等级没有资料）", names);
  const words = [
    shown.length ? met : t("不穿过其他有名的道路"),
    barriers.length ? t("跨过铁路或河流：{names}", { names: barriers.join(t("、")) }) : t("不跨铁路、河流（以图上有位置的为准）"),
  ];
  return words.map((each) => el("p", { "data-testid": "crossed" }, each));
}
