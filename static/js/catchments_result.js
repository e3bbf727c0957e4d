// What comes of a question: figures, doubts, the table of schools, the places of one school.

import { el, icon, lamp, replace } from "./dom.js";
import { length, lengthOnRoads, number } from "./format.js";
import { t } from "./i18n.js";
import { withParams } from "./api.js";

export const LAMPS = {
  short: ["red", t("学位不足")], tight: ["yellow", t("学位偏紧")], fine: ["green", t("学位合适")],
  surplus: ["done", t("学位有余")], later_surplus: ["grey", t("后期富余")], unknown: ["none", t("未知")],
};
const MOST_PLACES = 300;
const SEEN_DOUBTS = 2;

export function figure(value) {
  return value === null || value === undefined ? "–" : number(value, 0);
}

/** A walk, as exact as its `streets` (of a summary) carry. */
export function walk(metres, streets) {
  return metres === null || metres === undefined ? "–" : lengthOnRoads(metres, streets?.error_m);
}

export function share(value) {
  return value === null || value === undefined ? "–" : `${number(value * 100, 0)}%`;
}

export function remarks(sentences, testid = "remarks") {
  return sentences.length ? el("ul", { class: "remarks", "data-testid": testid }, sentences.map((words) => el("li", {}, words))) : null;
}

/** Doubts: the gravest come first and are always seen, the others open with a click. */
function doubts(sentences) {
  if (!sentences.length) return null;
  const list = (some) => el("ul", {}, some.map((words) => el("li", {}, words)));
  const rest = sentences.slice(SEEN_DOUBTS);
  return el("div", { class: "remarks", "data-testid": "remarks" }, [list(sentences.slice(0, SEEN_DOUBTS)),
    rest.length ? el("details", {}, [el("summary", {}, t("还有 {count} 条依据和不足", { count: rest.length })), list(rest)]) : null]);
}

/** What comes of it in one sentence, or what has to be imported first. */
function headline({ level, year, schools, demand, unassigned, walk: way, streets }) {
  const level_words = level === "junior" ? t("初中") : t("小学");
  const given = { year, count: schools.length, level: level_words.toLowerCase() };  // within a sentence
  if (!demand.places) {
    return el("p", { class: "headline", "data-testid": "headline" }, [t("{year} 年 {count} 所{level}的范围。还没有居住区和学生数，先看范围；", given),
      el("a", { href: "/import" }, t("导入居住区")), t("后可算学位和步行距离。")]);
  }
  const short = schools.filter((school) => school.lamp === "short").length;
  const words = [t("{year} 年 {count} 所{level}，{pupils} 名学生，平均走 {mean}", { ...given, pupils: figure(demand.pupils), mean: walk(way.mean_m, streets) }),
    short ? t("{count} 所学位不足", { count: short }) : null, unassigned.places ? t("{pupils} 名学生没有学校可去", { pupils: figure(unassigned.pupils) }) : null];
  return el("p", { class: "headline", "data-testid": "headline" }, t("{words}。", { words: words.filter(Boolean).join(t("；")) }));
}

/** Shows answers in a node; `actions` are what its controls do. */
export class ResultPanel {
  constructor(node, actions) {
    Object.assign(this, { node, actions });
  }

  show(answer, colours, params) {
    Object.assign(this, { answer, colours });
    const { summary } = answer;
    this.places = el("div", { class: "places", "data-testid": "places" });
    replace(this.node, scenarioNote(answer.scenario, this.actions), headline(summary), doubts(summary.remarks), figures(summary), changes(summary), this.table(summary.schools), this.places,
      shortages(summary, answer), whole(summary), this.files(params),
      el("p", { class: "legend-note" }, t("点击地图上任一处，查看从那里走到哪所学校。虚线范围不归任何学校。")));
  }

  refuse(words) {
    replace(this.node, remarks([words]));
  }

  files(params) {
    const link = (format, words) => el("a", { class: "btn btn-sm btn-quiet", href: withParams("/catchments/file", { ...params, format }), download: true, "data-testid": `download-${format}` }, words);
    return el("p", { class: "take-away" }, [icon("download"), link("gpkg", "GeoPackage"), link("geojson", t("范围 GeoJSON")), link("assignments.geojson", t("去向 GeoJSON")), link("xlsx", t("表格 XLSX"))]);
  }

  table(schools) {
    const head = [t("学校"), t("状态"), t("学生"), t("学位"), t("余缺"), t("平均"), t("最远")];
    this.rows = new Map(schools.map((school) => [school.school_id, this.row(school)]));
    return el("div", { class: "table-wide" }, el("table", { class: "schools-table", "data-testid": "schools" }, [
      el("thead", {}, el("tr", {}, head.map((words) => el("th", { scope: "col" }, words)))),
      el("tbody", {}, [...this.rows.values()])]));
  }

  row(school) {
    const swatch = el("i", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = this.colours.get(school.school_id);
    const [kind, words] = LAMPS[school.lamp];
    const { streets } = this.answer.summary;
    const told = school.surplus_from ? t("{year} 年起富余", { year: school.surplus_from }) : words;
    return el("tr", {}, [
      el("td", {}, el("button", { class: "school-button", type: "button", onclick: () => this.actions.select(school.school_id) }, [swatch, el("span", {}, school.name || String(school.school_id))])),
      el("td", {}, el("span", { class: "lamp-cell" }, [lamp(kind, told), told])),
      el("td", {}, figure(school.pupils)), el("td", {}, figure(school.seats)), el("td", {}, figure(school.seats_left)),
      el("td", {}, walk(school.mean_m, streets)), el("td", {}, walk(school.longest_m, streets))]);
  }

  /** Mark the row of a school and list its places; null for none. */
  select(schoolId) {
    if (!this.rows) return;
    for (const [id, row] of this.rows) row.classList.toggle("is-selected", id === schoolId);
    const school = this.answer.summary.schools.find((each) => each.school_id === schoolId);
    if (!school) return replace(this.places);
    const homes = this.answer.homes.features.map((each) => each.properties).filter((home) => home.school_id === schoolId);
    const shown = homes.sort((one, other) => other.distance_m - one.distance_m).slice(0, MOST_PLACES);
    replace(this.places, el("h2", {}, t("{school}：{count} 处", { school: school.name || schoolId, count: number(homes.length) })),
      shown.length ? el("ul", {}, shown.map((home) => this.place(home, schoolId))) : el("p", { class: "legend-note" }, t("没有居住区归这所学校。")),
      homes.length > shown.length ? el("p", { class: "legend-note" }, t("只列出最远的 {count} 处，全部见导出的表格。", { count: shown.length })) : null);
  }

  place(home, schoolId) {
    const wish = (kind, words) => this.actions.bySeats() && el("button", { class: "link-button", type: "button", onclick: () => this.actions.wish(kind, home.demand_id, schoolId) }, words);
    return el("li", {}, [
      el("button", { class: "school-button", type: "button", onclick: () => this.actions.askHome(home.demand_id) }, el("span", {}, home.name || String(home.demand_id))),
      el("span", { class: "place-figures" }, [t("{count} 人", { count: figure(home.pupils) }), " · ", walk(home.distance_m, this.answer.summary.streets)]),
      wish("pin", t("固定在此校")), wish("ban", t("不去此校"))]);
  }
}

function scenarioNote(scenario, actions) {
  if (!scenario) return null;
  const changed = scenario.changed.map((each) => t("{layer}（版本 {before} → {now}）", { layer: actions.layerTitle(each.layer), before: each.before ?? "–", now: each.now })).join(t("、"));
  const words = [
    t("方案“{name}”，{by} 保存于 {at}。", { name: scenario.name, by: scenario.made_by, at: scenario.made_at }),
    scenario.note,
    scenario.changed.length ? t("此后改动过：{changed}。", { changed }) : t("所用数据此后没有改动。"),
    scenario.same ? t("重算结果与保存时一致。") : t("重算结果与保存时不同。"),
  ].filter(Boolean);
  const renew = scenario.changed.length ? el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": "renew", onclick: () => actions.renew() }, actions.isRenewed() ? t("看保存时的数据") : t("按现在的数据重算")) : null;
  return el("div", { class: "scenario-note", "data-testid": "scenario-note" }, [el("p", {}, words.join(" ")), renew]);
}

function figures({ demand, walk: way, unassigned, streets }) {
  if (!demand.places) return null;
  const entries = [
    [t("学生"), figure(demand.pupils)], [t("平均步行"), walk(way.mean_m, streets)], [t("最远步行"), walk(way.longest_m, streets)],
    [t("{metres} 以内", { metres: length(way.standard_m) }), share(way.share_within_standard)],
    [t("绕行系数"), way.detour_factor === null ? "–" : number(way.detour_factor, 2)], [t("无校可去"), figure(unassigned.pupils)]];
  return el("dl", { class: "figures-row", "data-testid": "figures" }, entries.map(([name, value]) => el("div", {}, [el("dt", {}, name), el("dd", {}, value)])));
}

function changes({ changes: moved }) {
  return moved ? el("p", { class: "legend-note", "data-testid": "changes" }, t("与对照的学区相比，{pupils} 名学生换校（{places} 处）。", { pupils: figure(moved.pupils), places: moved.places })) : null;
}

function whole({ whole: found }) {
  if (!found) return null;
  const gap = found.gap === null ? t("与最优的差距未知") : t("步行总长比最优至多多 {share}%", { share: number(found.gap * 100, 2) });
  return el("p", { class: "legend-note", "data-testid": "whole" }, found.proven ? t("整处不拆：{gap}，已证明候选学校内没有更好的分法。", { gap }) : t("整处不拆：到时限为止最好的分法，{gap}。", { gap }));
}

function shortages({ seats }, answer) {
  if (!seats?.unseated) return null;
  const names = new Map(answer.summary.schools.map((school) => [school.school_id, school.name]));
  const homes = new Map(answer.homes.features.map((each) => [each.properties.demand_id, each.properties.name || each.properties.demand_id]));
  const listed = (ids, known) => {
    const words = ids.slice(0, 8).map((id) => known.get(id) || id).join(t("、"));
    return ids.length > 8 ? t("{names} 等 {count} 处", { names: words, count: ids.length }) : words;
  };
  return el("ul", { class: "remarks", "data-testid": "shortages" }, [
    el("li", {}, t("还差 {count} 个学位", { count: figure(seats.least_extra_seats) })),
    ...seats.shortages.map((each) => el("li", {}, t("{places} 的 {pupils} 名学生只能去 {schools}，那里只有 {seats} 个学位，至少再要 {short} 个", {
      places: listed(each.demand_ids, homes), pupils: figure(each.pupils), schools: each.school_ids.map((id) => names.get(id) || id).join(t("、")), seats: figure(each.seats), short: figure(each.short) })))]);
}
