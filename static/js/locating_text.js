// The plan's text with the records marked in it. Marks are made of text nodes only.

import { el, replace } from "./dom.js";
import { t } from "./i18n.js";

const SYNC_AFTER_MS = 120;
const TOP_PX = 24;

/** Shows the text that was read, marks records, their figures and totals, and tells what is clicked or scrolled to. */
export class PlanText {
  /**
   * @param {HTMLElement} node
   * @param {{choose: (key: string) => void, scrolledTo: (key: string) => void}} act
   */
  constructor(node, act) {
    Object.assign(this, { node, act, marks: new Map(), isLeading: false });
    node.addEventListener("click", (event) => this.onClick(event));
    node.addEventListener("keydown", (event) => { if (event.key === "Enter") this.onClick(event); });
    for (const type of ["pointerenter", "focusin", "touchstart"]) node.addEventListener(type, () => { this.isLeading = true; }, { passive: true });
    for (const type of ["pointerleave", "focusout"]) node.addEventListener(type, () => { this.isLeading = false; });
    node.addEventListener("scroll", () => this.onScroll(), { passive: true });
  }

  show(draft) {
    this.marks.clear();
    const spans = spansOf(draft);
    let start = 0;
    let next = 0;
    const paragraphs = draft.text.split("\n").map((line, index) => {
      const end = start + line.length;
      while (next < spans.length && spans[next].end <= start) next += 1;
      const inside = [];
      for (let i = next; i < spans.length && spans[i].start < end; i += 1) inside.push(spans[i]);
      const paragraph = line.trim() ? el("p", { "data-number": index + 1 }, this.pieces(draft, line, start, inside)) : null;
      start = end + 1;
      return paragraph;
    });
    replace(this.node, paragraphs);
    this.node.scrollTop = 0;
  }

  /** A line with its marks; spans that run over its ends are cut. */
  pieces(draft, line, start, spans) {
    const made = [];
    let at = 0;
    for (const span of spans) {
      const [from, to] = [Math.max(span.start - start, at), Math.min(span.end - start, line.length)];
      if (to <= from) continue;
      made.push(line.slice(at, from), this.mark(draft, span, line.slice(from, to), start + from));
      at = to;
    }
    return [...made, line.slice(at)];
  }

  mark(draft, { key, parts, title }, text, start) {
    if (!key) return el("span", { class: "total-mark", title }, text);
    const node = el("mark", { class: "record-mark", "data-key": key, role: "button", tabindex: "-1", "aria-label": t("记录 {key}", { key }) }, partsOf(text, start, parts));
    if (!this.marks.has(key)) this.marks.set(key, []);
    this.marks.get(key).push(node);
    return node;
  }

  onClick(event) {
    const mark = event.target.closest("[data-key]");
    if (mark && !window.getSelection().toString()) this.act.choose(mark.dataset.key);
  }

  /** The reader scrolls here: the table follows. */
  onScroll() {
    clearTimeout(this.timer);
    if (!this.isLeading) return;
    this.timer = setTimeout(() => {
      const top = this.node.getBoundingClientRect().top + TOP_PX;
      const found = [...this.marks].find(([, [mark]]) => mark.getBoundingClientRect().bottom > top);
      if (found && this.isLeading) this.act.scrolledTo(found[0]);
    }, SYNC_AFTER_MS);
  }

  /** Emphasise one record. */
  select(key) {
    for (const [each, nodes] of this.marks) for (const [index, node] of nodes.entries()) {
      node.classList.toggle("is-selected", each === key);
      node.setAttribute("tabindex", each === key && index === 0 ? "0" : "-1");
    }
  }

  /** How a record was decided shows in its mark too. */
  decide(key, decision) {
    for (const node of this.marks.get(key) ?? []) node.dataset.decision = decision ?? "";
  }

  /** Bring a record, or a place in the text, into view. */
  bring(key) {
    this.toView(this.marks.get(key)?.[0]);
  }

  bringSpan([start], draft) {
    const number = draft.text.slice(0, start).split("\n").length;
    const paragraph = this.node.querySelector(`p[data-number="${number}"]`);
    this.toView(paragraph);
    paragraph?.classList.add("is-cited");
    setTimeout(() => paragraph?.classList.remove("is-cited"), 2400);
  }

  toView(target) {
    if (!target) return;
    const [box, frame] = [target.getBoundingClientRect(), this.node.getBoundingClientRect()];
    if (box.top >= frame.top + TOP_PX && box.bottom <= frame.bottom - TOP_PX) return;
    this.node.scrollTop += box.top - frame.top - Math.min(frame.height / 3, 160);
  }
}

/** What is marked, in the text's order and without overlaps. */
function spansOf(draft) {
  const records = draft.records.map((record) => ({ key: record.key, start: record.read.source.span[0], end: record.read.source.span[1], parts: Object.entries(record.read.spans).map(([field, [start, end]]) => ({ field, start, end })) }));
  const totals = draft.totals.map((total) => ({ start: total.source.span[0], end: total.source.span[1], title: t("总量：{subject} {value}", { subject: total.subject ?? total.name ?? "", value: total.value ?? total.target ?? "" }) }));
  return [...records, ...totals].sort((one, other) => one.start - other.start || other.end - one.end);
}

/** The text of a mark with the name, the place and each figure told apart. */
function partsOf(text, start, parts) {
  const made = [];
  let at = 0;
  for (const part of [...parts].sort((one, other) => one.start - other.start)) {
    const [from, to] = [part.start - start, part.end - start];
    if (from < at || to > text.length || to <= from) continue;
    made.push(text.slice(at, from), el("span", { class: `part part-${part.field === "name" || part.field === "location_text" ? part.field : "figure"}` }, text.slice(from, to)));
    at = to;
  }
  return [...made, text.slice(at)];
}
