// What does not fit together in the plan, each with the places that say so.

import { el, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

const ORDER = ["differs", "note", "explained", "agrees"];

/** Fill the tab of checks: findings first, then what the plan counts without naming each. */
export function showChecks(node, page) {
  const { draft } = page;
  if (draft.isEmpty) return replace(node, el("p", { class: "empty" }, t("读取文字后，这里列出各项合计是否相符。")));
  const findings = [...draft.findings].sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
  return replace(node,
    findings.length > 0 && el("ul", { class: "findings", "data-testid": "findings" }, findings.map((finding) => findingItem(page, finding))),
    draft.totals.length > 0 && el("section", { class: "totals-list" }, [el("h3", {}, t("文字里的总量和指标")), el("ul", {}, draft.totals.map((total) => totalItem(page, total)))]),
    !findings.length && !draft.totals.length && el("p", { class: "empty" }, t("文字里没有总量，无从核对。")));
}

function findingItem(page, { verdict, message, places }) {
  const title = { differs: t("不符"), note: t("留意"), explained: t("有说明"), agrees: t("相符") }[verdict];
  return el("li", { class: `finding finding-${verdict}` }, [el("p", {}, [el("span", { class: "verdict" }, title), message]), el("ul", {}, places.map((place) => el("li", {}, citation(page, place))))]);
}

function citation(page, { label, section, paragraph, span, feature }) {
  const where = [section, paragraph && t("第 {paragraph} 段", { paragraph })].filter(Boolean).join(" ");
  const words = [label, where].filter(Boolean).join(" · ");
  if (span) return el("button", { class: "link-button", type: "button", onclick: () => page.showText(span) }, words);
  if (feature) return el("a", { href: `/features/${feature}` }, words);
  return words;
}

function totalItem(page, total) {
  const value = total.value ?? total.target;
  const words = [total.year && t("{year} 年", { year: total.year }), total.subject ?? total.name, value === null || value === undefined ? t("未载明") : number(value), total.unit].filter(Boolean).join(" ");
  return el("li", {}, el("button", { class: "link-button", type: "button", onclick: () => page.showText(total.source.span) }, words));
}
