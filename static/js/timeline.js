// How a feature stood year by year: stages of construction, or measured values against their target.

import { withParams } from "./api.js";
import { el, lamp } from "./dom.js";
import { number, officeTime, property } from "./format.js";
import { t } from "./i18n.js";

/** The years of the plan, each with what was reported; null for features that have no annual status. */
export function timeline(feature, year, catalog) {
  const { kind } = feature.layer.status;
  if (kind === "none") return null;
  const reported = new Map((feature.statuses || []).map((status) => [status.year, status]));
  const years = [...new Set([...catalog.config.years, ...reported.keys()])].sort();
  const write = kind === "measurement" ? measurement : construction;
  const isDemo = [...reported.values()].some((status) => status.demo);
  return el("section", { class: "timeline", "data-testid": "timeline" }, [
    el("h3", {}, [kind === "measurement" ? titleOf(feature.layer) : t("年度状态"), isDemo && el("span", { class: "demo-mark" }, t("演示数据")), ruleLink()]),
    kind === "measurement" && targetLine(feature, catalog),
    el("ol", {}, years.map((each) => row(feature, each, reported.get(each), write, each === year, catalog))),
  ]);
}

function titleOf(layer) {
  return layer.status.quantity ? t("年度监测：{quantity}", { quantity: layer.status.quantity }) : t("年度监测");
}

function row(feature, year, status, write, isCurrent, catalog) {
  const name = status ? status.lamp ?? "done" : "grey";
  const words = status ? write(feature, status, catalog) : { main: year > new Date().getFullYear() ? "—" : t("未填报"), more: [] };
  return el("li", { class: isCurrent ? "is-current" : "", "data-testid": `status-${year}`, "aria-current": isCurrent ? "date" : null }, [
    lamp(name, catalog.lampTitle(feature, name)),
    el("span", { class: "timeline-year" }, String(year)),
    el("span", { class: status ? "timeline-main" : "timeline-main is-missing" }, words.main),
    reportLink(feature, year, status, catalog),
    words.more.length > 0 && el("span", { class: "timeline-more" }, words.more.join(" · ")),
    status?.lamp_reasons?.length > 0 && why(feature, year, status),
  ]);
}

/** The way to the form of a year that has begun, for whoever may report. */
function reportLink({ layer, id, properties }, year, status, { config }) {
  if (!config.statusUrl || properties.retired_on || year > new Date().getFullYear()) return null;
  const address = [config.statusUrl, layer.id, year, encodeURIComponent(id)].join("/");
  const words = status ? t("更正填报") : t("去填报");
  return el("a", { class: "timeline-report", href: address, "aria-label": `${year} ${words}`, "data-testid": `report-${year}` }, words);
}

/** What made a lamp: each rule that decided, with its figures, and the rows that they come from. */
function why(feature, year, status) {
  const { planned_start: start, planned_finish: finish, planned_dates_assumed: assumed } = feature.properties;
  const dates = start && finish && t("{start} 至 {finish}", { start, finish });
  const rows = [
    ...status.lamp_reasons,
    dates && t("计划：{dates}", { dates: assumed ? t("{dates}（按年份推定）", { dates }) : dates }),
    status.reported_by && t("填报：{author} {day}", { author: status.reported_by, day: officeTime(status.reported_at).slice(0, 10) }),
  ];
  return el("details", { class: "timeline-more", "data-testid": `why-${year}` }, [el("summary", {}, t("为什么？")), ...rows.filter(Boolean).map((words) => el("p", {}, words))]);
}

function ruleLink() {
  return el("a", { class: "rule-link", href: withParams("/monitoring/rule", {}), "data-testid": "lamp-rule" }, t("亮灯规则"));
}

function construction(feature, status, { config }) {
  const stage = config.stages[status.stage] || t("未填报");
  const hasProgress = typeof status.progress_pct === "number";
  return {
    main: hasProgress ? t("{stage} · 形象进度 {progress}%", { stage, progress: number(status.progress_pct, 1) }) : stage,
    more: [
      typeof status.planned_progress_pct === "number" && hasProgress ? t("计划 {planned}%", { planned: number(status.planned_progress_pct, 0) }) : null,
      status.flag && status.flag !== "none" ? config.flags[status.flag] : null,
      typeof status.investment_done_cny_10k === "number" ? t("完成投资 {amount} 万元", { amount: number(status.investment_done_cny_10k) }) : null,
      typeof status.seats_delivered === "number" ? t("交付学位 {seats}", { seats: number(status.seats_delivered, 0) }) : null,
      status.note,
    ].filter(Boolean),
  };
}

function measurement(feature, status, { config }) {
  const field = measured(feature.layer);
  const value = property(status.value, field, config);
  const target = property(status.target ?? feature.properties[feature.layer.status.target], field, config);
  return {
    main: value === null ? t("未填报") : `${value} ${field.unitTitle || ""}`.trim(),
    more: [target !== null ? t("目标 {target}", { target }) : null, status.note].filter(Boolean),
  };
}

function targetLine(feature, catalog) {
  const field = measured(feature.layer);
  const { base, target } = feature.layer.status;
  // The plan's own words where it has them: base and target may be of two kinds (a sum and a growth), so nothing is drawn between them.
  const worded = (name) => name && (feature.properties[name.replace(/_value$/, "_text")] || property(feature.properties[name], field, catalog.config));
  const [from, to] = [base, target].map(worded);
  const parts = [from && t("基数：{value}", { value: from }), to && t("目标：{value}", { value: to })].filter(Boolean);
  return parts.length ? el("p", { class: "timeline-target" }, parts.map((part) => el("span", {}, part))) : null;
}

function measured(layer) {
  const { unit, unitTitle } = layer.status;
  return { name: "value", type: "number", unit, unitTitle };
}
