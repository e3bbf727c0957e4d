// Kept scenarios, and two answers side by side.

import { getJson } from "./api.js";
import { el, icon, lamp, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { say, sayFailed } from "./notices.js";
import { send } from "./send.js";
import { figure, LAMPS, share, walk } from "./catchments_result.js";

const MOST_ROWS = 40;

/** The section under the result: open a scenario, keep one, compare. */
export class Scenarios {
  constructor(node, page) {
    Object.assign(this, { node, page, kept: [] });
  }

  async load() {
    try {
      this.kept = (await getJson("/catchments/scenarios")).scenarios;
    } catch (error) {
      sayFailed("scenarios", error.message, () => this.load());
    }
    this.show();
  }

  show() {
    const { config } = this.page;
    const years = config.years.map((year) => [`year:${year}`, t("{year} 年（同样的条件）", { year })]);
    const kept = this.kept.map((each) => [`scenario:${each.id}`, t("方案：{name}", { name: each.name })]);
    this.other = el("select", { class: "form-select form-select-sm", "aria-label": t("与哪个对比"), "data-testid": "compare-with", onchange: () => this.compare() },
      [["", t("与……对比")], ...years, ...kept].map(([value, words]) => el("option", { value }, words)));
    this.table = el("div", { "data-testid": "comparison" });
    replace(this.node, el("h2", {}, t("方案与对比")), this.list(), config.catchments.mayKeep ? this.form() : el("p", { class: "legend-note" }, [el("a", { href: config.catchments.signInUrl }, t("登录")), t("后可以把当前条件和结果存为方案。")]), this.other, this.table);
    const last = document.getElementById("last");
    for (const option of last.querySelectorAll("[value^='scenario:']")) option.remove();
    for (const [value, words] of kept) last.append(el("option", { value }, words));
  }

  list() {
    if (!this.kept.length) return el("p", { class: "legend-note" }, t("还没有保存的方案。"));
    return el("ul", { class: "scenario-list", "data-testid": "scenario-list" }, this.kept.map((each) => el("li", {}, [
      el("button", { class: "link-button", type: "button", onclick: () => this.page.openScenario(each) }, each.name),
      el("span", {}, t("{by} · {at}", { by: each.made_by, at: each.made_at })),
      each.changed.length ? el("span", { class: "is-changed" }, t("数据已变")) : null,
      this.page.config.catchments.mayKeep ? this.hands(each) : null])));
  }

  /** To call a scenario otherwise, or to take it out: each asks once more in its own line. */
  hands(kept) {
    const node = el("span", { class: "hands" });
    const button = (words, act, more = {}) => el("button", { class: "link-button", type: "button", onclick: act, ...more }, words);
    const rest = () => replace(node,
      button(t("改名"), () => this.askName(node, kept, rest), { "aria-label": t("给“{name}”改名", { name: kept.name }), "data-testid": "rename" }),
      button(t("删除"), () => {
        replace(node, el("span", {}, t("删除“{name}”？日志里仍可查到。", { name: kept.name })),
          button(t("删除"), () => this.change("DELETE", kept, {}, t("已删除方案“{name}”", { name: kept.name })), { "data-testid": "remove-yes" }), button(t("不删"), rest));
        node.querySelector("button").focus();
      }, { "aria-label": t("删除“{name}”", { name: kept.name }), "data-testid": "remove" }));
    rest();
    return node;
  }

  askName(node, kept, rest) {
    const name = el("input", { class: "form-control form-control-sm", type: "text", maxlength: 60, required: true, value: kept.name, "aria-label": t("方案名称"), "data-testid": "new-name" });
    const note = el("input", { class: "form-control form-control-sm", type: "text", maxlength: 500, value: kept.note ?? "", placeholder: t("说明（可不填）"), "aria-label": t("方案说明") });
    replace(node, el("form", { class: "keep-form", onsubmit: (event) => { event.preventDefault(); this.change("PATCH", kept, { name: name.value, note: note.value || null }, t("方案已改名")); } },
      [name, note, el("button", { class: "btn btn-sm btn-primary", type: "submit" }, t("改好")), el("button", { class: "btn btn-sm btn-quiet", type: "button", onclick: rest }, t("不改"))]));
    name.focus();
  }

  async change(method, kept, values, words) {
    try {
      await send(`/catchments/scenarios/${kept.id}`, { ...values, seen: kept.sha256 }, { method });
      say(words);
    } catch (error) {
      sayFailed("keep", error.message, null);
    }
    await this.load();
  }

  form() {
    const name = el("input", { class: "form-control form-control-sm", type: "text", maxlength: 60, required: true, placeholder: t("方案名称"), "aria-label": t("方案名称"), "data-testid": "scenario-name" });
    const note = el("input", { class: "form-control form-control-sm", type: "text", maxlength: 500, placeholder: t("说明（可不填）"), "aria-label": t("方案说明") });
    return el("form", { class: "keep-form", onsubmit: (event) => { event.preventDefault(); this.keep(name.value, note.value); } },
      [name, note, el("button", { class: "btn btn-sm btn-primary", type: "submit", "data-testid": "keep" }, t("存为方案"))]);
  }

  async keep(name, note) {
    const question = Object.fromEntries(Object.entries(this.page.question.params).map(([key, value]) => [key, [value].flat()]));
    try {
      const made = await send("/catchments/scenarios", { name, note: note || null, question });
      say(t("已存为方案“{name}”", { name: made.name }));
      await this.load();
    } catch (error) {
      sayFailed("keep", error.message, null);
    }
  }

  /** Compare again after the question has changed. */
  refresh() {
    if (this.other?.value) this.compare();
  }

  async compare() {
    this.page.showMoves([]);
    if (!this.other.value) return replace(this.table);
    try {
      const found = await getJson("/catchments/compare", { ...this.page.asked, with: this.other.value });
      this.page.showMoves(found.rows);
      replace(this.table, this.sideBySide(found));
    } catch (error) {
      replace(this.table, el("p", { class: "remarks" }, error.message));
    }
  }

  sideBySide({ title, before, after, schools, moves, rows }) {
    const head = el("thead", {}, el("tr", {}, [el("th", { scope: "col" }, t("项目")), el("th", { scope: "col" }, title), el("th", { scope: "col" }, t("当前"))]));
    const line = (words, of) => el("tr", {}, [el("th", { scope: "row" }, words), el("td", {}, of(before)), el("td", {}, of(after))]);
    const factor = ({ walk: way }) => (way.detour_factor === null ? "–" : number(way.detour_factor, 2));
    const cell = (school) => (school ? [figure(school.seats_left), " ", lamp(LAMPS[school.lamp][0], LAMPS[school.lamp][1])] : "–");
    const body = el("tbody", {}, [
      line(t("平均步行"), (side) => walk(side.walk.mean_m, side.streets)), line(t("最远步行"), (side) => walk(side.walk.longest_m, side.streets)),
      line(t("标准以内"), (side) => share(side.walk.share_within_standard)), line(t("绕行系数"), factor),
      line(t("无校可去"), (side) => figure(side.unassigned.pupils)),
      el("tr", {}, el("th", { scope: "colgroup", colspan: 3, class: "group" }, t("各校余缺（学位 − 学生）"))),
      ...schools.map((school) => el("tr", {}, [el("th", { scope: "row" }, school.name || school.school_id), el("td", {}, cell(school.before)), el("td", {}, cell(school.after))]))]);
    const names = new Map(schools.map((school) => [school.school_id, school.name || school.school_id]));
    const told = (id) => (id === null ? t("无校") : names.get(id) || id);
    return [
      el("p", { class: "moves", "data-testid": "moves" }, t("换校 {moved} 人，新有学校 {gained} 人，失去学校 {lost} 人（共 {compared} 人）", Object.fromEntries(Object.entries(moves).map(([name, value]) => [name, figure(value)])))),
      el("table", { class: "schools-table compare-table", "data-testid": "compare-table" }, [head, body]),
      rows.length ? el("details", {}, [el("summary", {}, t("换校的 {count} 处", { count: rows.length })), el("ul", { class: "move-list" }, rows.slice(0, MOST_ROWS).map((row) => el("li", {}, [
        el("span", {}, this.page.question.names.get(row.place) || String(row.place)), " ", icon("right"), " ", t("{before} → {after}，{pupils} 人", { before: told(row.before), after: told(row.after), pupils: figure(row.pupils) })])))]) : null];
  }
}
