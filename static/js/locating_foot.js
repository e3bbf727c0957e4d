// The foot of the records: how far the planner is, and the decisions about all at once.

import { el, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { effect } from "./locating_words.js";

export function showFoot(node, page) {
  const { draft, tabs } = page;
  node.hidden = draft.isEmpty || tabs.shown !== "records" || !draft.records.length;
  if (node.hidden) return;
  const counted = { new: 0, update: 0, same: 0, layerless: 0, adopted: 0, rejected: 0 };
  for (const record of draft.records) counted[record.work.decision || effect(draft, record, page.proposals.get(record.key)).kind] += 1;
  const parts = [
    ["new", t("新增 {count}", { count: number(counted.new) })],
    ["update", t("更新 {count}", { count: number(counted.update) })],
    ["same", t("一致 {count}", { count: number(counted.same) })],
    ["layerless", t("待选图层 {count}", { count: number(counted.layerless) })],
    ["adopted", t("已采纳 {count}", { count: number(counted.adopted) })],
    ["rejected", t("不采纳 {count}", { count: number(counted.rejected) })],
  ];
  const open = page.openRecords();
  replace(node,
    el("p", { class: "foot-counts", "data-testid": "counts" }, parts.filter(([kind]) => counted[kind]).map(([kind, words]) => el("span", { class: `count-${kind}` }, words))),
    page.config.locating.mayAdopt ? null : el("p", { class: "foot-hint", "data-testid": "sign-in-hint" }, el("a", { href: `${page.config.locating.signInUrl}?next=/locating` }, t("可以试读试改，登录后才能写入"))),
    el("div", { class: "foot-actions" }, [
      open.length > 0 && el("button", { class: "btn btn-quiet btn-sm", type: "button", "data-testid": "reject-all", onclick: () => page.rejectAll() }, t("其余不采纳")),
      el("button", { class: "btn btn-primary", type: "button", "data-testid": "adopt-all", disabled: !open.length, onclick: () => page.adopt(open) }, open.length ? t("采纳全部 {count} 条", { count: number(open.length) }) : t("没有要采纳的")),
    ]));
}
