// The page of catchments: a question (level, method, year), its figures and its map in step, and "which school from here?"

import { getJson, withParams } from "./api.js";
import { Catalog } from "./catalog.js";
import { CatchmentsMap, COLOURS } from "./catchments_map.js";
import { el, icon, lamp, replace } from "./dom.js";
import { length, number } from "./format.js";
import { t } from "./i18n.js";
import { sayFailed, settle } from "./notices.js";

const LAMPS = { short: ["red", t("学位不足")], tight: ["yellow", t("学位偏紧")], fine: ["green", t("学位合适")], surplus: ["done", t("学位有余")], unknown: ["none", t("未知")] };
const node = (id) => document.getElementById(id);

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new CatchmentsPage(map, config).begin();
}

class CatchmentsPage {
  constructor(map, config) {
    this.map = new CatchmentsMap(map, new Catalog(config), (latLng) => this.ask(latLng));
    this.form = node("question");
  }

  async begin() {
    const given = new URLSearchParams(window.location.search);
    for (const name of ["level", "method"]) this.form.querySelector(`[name="${name}"][value="${CSS.escape(given.get(name) ?? "")}"]`)?.click();
    if (given.get("year")) node("year").value = given.get("year");
    node("schematic").checked = given.get("schematic") === "true";
    this.form.addEventListener("change", () => this.load());
    node("year").addEventListener("input", () => { node("year-shown").value = node("year").value; });
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.map.showTools(node("tools"));
    this.map.fitZone();
    await this.load();
    const place = (given.get("at") ?? "").split(",").map(Number);
    if (place.length === 2 && place.every(Number.isFinite) && given.get("at")) await this.ask(L.latLng(place[1], place[0]));
    document.body.dataset.ready = "true";
  }

  /** What the form asks, as parameters of an address. */
  question() {
    return Object.fromEntries(new FormData(this.form));
  }

  remember(at = null) {
    const query = new URLSearchParams(this.question());
    if (at) query.set("at", `${at.lng.toFixed(6)},${at.lat.toFixed(6)}`);
    window.history.replaceState(null, "", `?${query}`);
  }

  async load() {
    node("year-shown").value = node("year").value;
    this.hideWhy();
    this.remember();
    node("result").classList.add("is-old");
    const asked = (this.loading = JSON.stringify(this.question()));
    try {
      settle("result");
      const answer = await getJson("/catchments/result", this.question());
      if (asked === this.loading) this.show(answer);
    } catch (error) {
      if (asked === this.loading) this.showNothing(error);
    }
  }

  show(answer) {
    const ids = answer.schools.features.map((feature) => feature.properties.school_id);
    this.colours = new Map(ids.map((id, place) => [id, COLOURS[place % COLOURS.length]]));
    this.map.show(answer, this.colours);
    node("result").classList.remove("is-old");
    const { summary } = answer;
    replace(node("result"), remarks(summary.remarks), figures(summary), this.table(summary.schools), shortages(summary),
      el("a", { class: "btn btn-sm btn-quiet take-away", href: withParams("/catchments/file", this.question()), download: true, "data-testid": "download" }, [icon("download"), el("span", {}, t("导出 GeoPackage"))]),
      el("p", { class: "legend-note" }, t("点击地图上任一处，查看从那里走到哪所学校。虚线范围不归任何学校。")));
    node("pill").textContent = summary.streets.error_m ? t("道路误差约 {metres} m，界线只供参考", { metres: number(summary.streets.error_m, 0) }) : "";
  }

  showNothing(error) {
    node("result").classList.remove("is-old");
    const empty = { features: [] };
    this.map.show({ areas: empty, homes: empty, schools: empty }, new Map());
    if (error.isRefusal) replace(node("result"), remarks([error.message]));
    else sayFailed("result", error.message, () => this.load());
  }

  table(schools) {
    const head = [t("学校"), t("学生"), t("学位"), t("余缺"), t("最远"), t("状态")];
    return el("table", { class: "schools-table", "data-testid": "schools" }, [
      el("thead", {}, el("tr", {}, head.map((words) => el("th", { scope: "col" }, words)))),
      el("tbody", {}, schools.map((school) => this.row(school)))]);
  }

  row(school) {
    const swatch = el("i", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = this.colours.get(school.school_id);
    const [kind, words] = LAMPS[school.lamp];
    const row = el("tr", {}, [
      el("td", {}, el("button", { class: "school-button", type: "button", onclick: () => this.select(school.school_id, row) }, [swatch, el("span", {}, school.name || String(school.school_id))])),
      el("td", {}, figure(school.pupils)), el("td", {}, figure(school.seats)), el("td", {}, figure(school.seats_left)),
      el("td", {}, school.longest_m === null ? "–" : length(school.longest_m)),
      el("td", {}, el("span", { class: "lamp-cell" }, [lamp(kind, words), words]))]);
    return row;
  }

  select(schoolId, row) {
    for (const each of row.parentNode.children) each.classList.toggle("is-selected", each === row);
    this.map.select(schoolId);
  }

  async ask(latLng) {
    this.map.ask(latLng);
    this.remember(latLng);
    const asked = (this.asked = latLng);
    try {
      const answer = await getJson("/catchments/from", { ...this.question(), lon: latLng.lng, lat: latLng.lat });
      if (this.asked !== asked) return;
      if (answer.way) this.map.showWay(answer.way);
      this.showWhy(answer);
    } catch (error) {
      sayFailed("why", error.message, error.isRefusal ? null : () => this.ask(latLng));
    }
  }

  showWhy(answer) {
    const [first, ...others] = answer.choices;
    const close = el("button", { class: "icon-button", type: "button", "aria-label": t("关闭"), onclick: () => { this.hideWhy(); this.remember(); } }, icon("close"));
    const facts = (school) => el("dl", {}, [
      [t("沿道路步行"), length(school.distance_m)], [t("直线距离"), length(school.straight_m)],
      [t("绕行系数"), school.detour_factor === null ? "–" : number(school.detour_factor, 2)], [t("学位"), figure(school.seats)],
    ].map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
    replace(node("why"), close,
      first ? [el("h2", {}, first.name), el("p", {}, t("沿道路最近的学校。该处离道路 {metres}，不计入步行距离。", { metres: length(answer.snap_m) })), facts(first), answer.roads.length ? el("p", { "data-testid": "roads-walked" }, t("途经 {roads}", { roads: answer.roads.join(t("、")) })) : null] : [el("h2", {}, t("没有学校")), el("p", {}, answer.reason)],
      others.map((school, place) => [el("h3", {}, t("第 {rank} 选择：{name}", { rank: place + 2, name: school.name })), facts(school)]));
    node("why").hidden = false;
  }

  hideWhy() {
    this.asked = null;
    node("why").hidden = true;
    this.map.ask(null);
  }
}

function remarks(sentences) {
  return sentences.length ? el("ul", { class: "remarks", "data-testid": "remarks" }, sentences.map((words) => el("li", {}, words))) : null;
}

function figures({ demand, walk, unassigned }) {
  if (!demand.places) return null;
  const entries = [
    [t("学生"), figure(demand.pupils)], [t("平均步行"), walk.mean_m === null ? "–" : length(walk.mean_m)], [t("最远步行"), walk.longest_m === null ? "–" : length(walk.longest_m)],
    [t("{metres} 以内", { metres: length(walk.standard_m) }), walk.share_within_standard === null ? "–" : `${number(walk.share_within_standard * 100, 0)}%`],
    [t("绕行系数"), walk.detour_factor === null ? "–" : number(walk.detour_factor, 2)], [t("无校可去"), figure(unassigned.pupils)]];
  return el("dl", { class: "figures-row", "data-testid": "figures" }, entries.map(([name, value]) => el("div", {}, [el("dt", {}, name), el("dd", {}, value)])));
}

function shortages({ seats }) {
  if (!seats?.unseated) return null;
  return el("ul", { class: "remarks", "data-testid": "shortages" }, [
    el("li", {}, t("还差 {count} 个学位", { count: figure(seats.least_extra_seats) })),
    ...seats.shortages.map((each) => el("li", {}, t("{places} 处的 {pupils} 名学生只能去 {schools} 所学校，那里只有 {seats} 个学位", { places: each.demand_ids.length, pupils: figure(each.pupils), schools: each.school_ids.length, seats: figure(each.seats) })))]);
}

function figure(value) {
  return value === null || value === undefined ? "–" : number(value, 0);
}
