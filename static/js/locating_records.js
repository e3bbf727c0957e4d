// The table of records: one line each with cells to correct, the chosen one opened.

import { el, icon, redraw, replace } from "./dom.js";
import { t } from "./i18n.js";
import { cell, fieldOf } from "./locating_cells.js";
import { recordCard } from "./locating_card.js";
import { confidence, effect } from "./locating_words.js";

const COLUMNS = ["name", "location_text", "land_area_mu", "plan_year"];
const SYNC_AFTER_MS = 120;

export class Records {
  /**
   * @param {HTMLElement} node
   * @param {Object} page - catalog, config, draft, proposals (by key) and the actions: choose, scrolledTo, adopt, reject, reopen, undo, draw
   */
  constructor(node, page) {
    Object.assign(this, { node, page, rows: new Map(), isLeading: false });
    for (const type of ["pointerenter", "focusin", "touchstart"]) node.addEventListener(type, () => { this.isLeading = true; }, { passive: true });
    for (const type of ["pointerleave", "focusout"]) node.addEventListener(type, () => { this.isLeading = false; });
    node.addEventListener("scroll", () => this.onScroll(), { passive: true });
    node.addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Show all records anew. */
  show() {
    const { draft } = this.page;
    this.rows.clear();
    if (draft.isEmpty) return replace(this.node, this.welcome());
    if (!draft.records.length) return replace(this.node, el("p", { class: "empty" }, t("没有读出项目。项目要有名称，还要有位置或数字，例如“实验小学：位于……，占地30亩”。")));
    const body = el("tbody", {}, draft.records.map((record) => this.row(record)));
    const heads = [t("名称"), t("位置"), t("占地（亩）"), t("年份"), t("把握"), t("决定")].map((words, index) => el("th", { scope: "col", class: index === 2 || index === 3 ? "number" : null }, words));
    replace(this.node, el("table", { class: "records", "data-testid": "records" }, [el("thead", {}, el("tr", {}, heads)), body]));
    return this.select(draft.selected);
  }

  welcome() {
    const steps = [t("在左边粘贴规划文字，或选择文件。"), t("系统标出读到的项目，推算位置，并与库中要素比对。"), t("逐条核对、修改，在图上画定；采纳的才写入，可以撤销。")];
    return el("div", { class: "welcome" }, [el("h3", {}, t("从文字到图上位置，三步")), el("ol", {}, steps.map((words) => el("li", {}, words)))]);
  }

  row(record) {
    const row = el("tr", { class: "record", "data-key": record.key, "data-testid": "record" });
    const more = el("tr", { class: "record-more", hidden: true }, el("td", { colspan: "6" }));
    this.rows.set(record.key, { row, more });
    row.addEventListener("click", (event) => { if (!event.target.closest("button, input, select, textarea, a")) this.page.choose(record.key); });
    this.fill(record);
    return [row, more];
  }

  /** Draw one record's line again, and its card where it is open. */
  fill(record) {
    const { page } = this;
    const { row, more } = this.rows.get(record.key);
    const proposal = page.proposals.get(record.key);
    const sure = confidence(page.draft, record, proposal);
    const does = effect(page.draft, record, proposal);
    row.dataset.decision = record.work.decision ?? "";
    const badge = el("span", { class: `effect effect-${does.kind}`, "data-testid": "effect" }, does.words);
    const inside = (name) => (name === "name" ? [this.opener(record), this.cell(record, name), badge] : this.cell(record, name));
    redraw(row, COLUMNS.map((name) => el("td", { class: `col-${name}`, "data-unit": name === "land_area_mu" ? t("亩") : null }, inside(name))),
      el("td", { class: "col-sure", title: sure.more.join("\n") || null }, el("span", { class: `sure sure-${sure.level}`, "data-testid": "confidence" }, sure.words)),
      el("td", { class: "col-decision" }, this.decision(record, does)));
    if (!more.hidden) redraw(more.firstChild, recordCard(page, record));
  }

  /** Draw the line of a record whose proposal has come; one in which somebody is typing, when they have left the field. */
  showProposal(record) {
    const { row, more } = this.rows.get(record.key);
    const typedIn = [row, more].map((part) => part.querySelector(":is(input, textarea):focus")).find(Boolean);
    if (!typedIn) { this.fill(record); return; }
    // Not before the field has given what was typed; by then another text may have been read.
    typedIn.addEventListener("blur", () => queueMicrotask(() => { if (this.rows.get(record.key)?.row === row) this.fill(record); }), { once: true });
  }

  opener(record) {
    const isOpen = () => this.page.draft.selected === record.key;
    return el("button", {
      class: "opener", type: "button", "data-key": `open-${record.key}`, "data-testid": "open-record",
      "aria-expanded": String(isOpen()), "aria-label": t("{name} 的详情", { name: this.page.draft.value(record, "name") }),
      onclick: () => this.page.choose(isOpen() ? null : record.key),
    }, icon("down"));
  }

  cell(record, name) {
    const { draft, catalog, config } = this.page;
    const field = fieldOf(catalog, config.locating, name, draft.value(record, "layer"));
    return cell(field, draft.value(record, name), { isEdited: draft.isEdited(record, name), original: draft.asRead(record, name), testId: `cell-${name}`, onEdit: (value) => draft.edit(record, name, value) });
  }

  decision(record, does) {
    const { page } = this;
    const button = (words, sign, id, act, kind = "") => el("button", { class: `decide ${kind}`, type: "button", title: words, "aria-label": words, "data-testid": id, "data-key": `${id}-${record.key}`, onclick: act }, icon(sign));
    if (record.work.decision === "adopted") return [el("span", { class: "decided decided-adopted" }, t("已采纳")), button(t("撤销写入"), "undo", "undo", () => page.undo(record))];
    if (record.work.decision === "rejected") return [el("span", { class: "decided" }, t("不采纳")), button(t("恢复"), "undo", "reopen", () => page.reopen(record))];
    if (does.kind === "same") return el("span", { class: "decided" }, t("无须写入"));
    return [button(t("采纳"), "check", "adopt", () => page.adopt([record]), "decide-yes"), button(t("不采纳"), "close", "reject", () => page.reject(record))];
  }

  /** Open one record and close the others. */
  select(key) {
    for (const [each, { row, more }] of this.rows) {
      const isOpen = each === key;
      if (isOpen === !more.hidden) continue;
      if (isOpen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      more.hidden = !isOpen;
      row.querySelector(".opener")?.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) replace(more.firstChild, recordCard(this.page, this.page.draft.get(key)));
      else replace(more.firstChild);
    }
  }

  bring(key) {
    const row = this.rows.get(key)?.row;
    if (!row) return;
    const [box, frame] = [row.getBoundingClientRect(), this.node.getBoundingClientRect()];
    if (box.top >= frame.top + 32 && box.bottom <= frame.bottom - 40) return;
    this.node.scrollTop += box.top - frame.top - 48;
  }

  onScroll() {
    clearTimeout(this.timer);
    if (!this.isLeading) return;
    this.timer = setTimeout(() => {
      const top = this.node.getBoundingClientRect().top + 40;
      const found = [...this.rows].find(([, { row }]) => row.getBoundingClientRect().bottom > top);
      if (found && this.isLeading) this.page.scrolledTo(found[0]);
    }, SYNC_AFTER_MS);
  }

  /** Arrow keys go from record to record, outside of fields. */
  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.closest("input, textarea, select")) return;
    const keys = [...this.rows.keys()];
    const at = keys.indexOf(event.target.closest("[data-testid=record]")?.dataset.key ?? this.page.draft.selected ?? "");
    const next = keys[at + step];
    if (!next) return;
    event.preventDefault();
    this.page.choose(next);
    this.rows.get(next).row.querySelector(".opener").focus();
  }
}
