// The figures on top: how much is in view or in the reader's selection, and how much of it the plan wants by the year.

import { el, replace } from "./dom.js";
import { number, total } from "./format.js";
import { t } from "./i18n.js";
import { HEADLINE_UNITS, isLater } from "./catalog.js";

const MOST_LARGE_SIGNS = 22;

/** Show the totals of some layer views. */
export function showTotals(node, views, state) {
  const counted = views.filter((view) => view.layer.geometry);
  const count = sum(counted.map((view) => view.count));
  const figures = [{ name: "count", value: number(count), unit: t("项") }];
  for (const unit of HEADLINE_UNITS) {
    const field = headlineField(counted, unit);
    if (field) figures.push({ name: field.name, ...totalOf(counted, field) });
  }
  const isDense = figures.map((each) => each.value).join("").length > MOST_LARGE_SIGNS;
  replace(node,
    el("div", { class: `totals-figures${isDense ? " is-dense" : ""}` }, figures.map(figure)),
    el("p", { class: "totals-note" }, note(counted, state)));
}

function figure({ name, value, unit }) {
  return el("div", { class: "total", "data-field": name }, [el("span", { class: "total-value" }, value), el("span", { class: "total-unit" }, unit)]);
}

function headlineField(views, unit) {
  return views.flatMap((view) => view.layer.fields).find((field) => field.total && field.unit === unit);
}

function totalOf(views, field) {
  const known = views.map((view) => view.totals[field.name]).filter((value) => value !== null && value !== undefined);
  return known.length ? total(sum(known), field) : { value: "—", unit: field.unitTitle };
}

/** What the totals count: where, how much of it has no true position, how much the plan wants by the year. */
function note(views, state) {
  const scope = state.within ? t("圈选内") : t("视野内");
  if (views.some((view) => view.cells)) return scope;
  const schematic = state.schematic ? views.flatMap((view) => view.unplaced).filter((feature) => feature.geometry) : [];
  const dated = [...views.flatMap((view) => view.inside), ...schematic].filter((feature) => feature.properties.plan_year);
  const due = dated.filter((feature) => !isLater(feature, state.year));
  return [
    scope,
    schematic.length > 0 && t("其中示意位置 {count} 项", { count: number(schematic.length) }),
    dated.length > 0 && t("到 {year} 年底应完成 {due} / {dated} 项", { dated: number(dated.length), due: number(due.length), year: state.year }),
  ].filter(Boolean).join(" · ");
}

function sum(values) {
  return values.reduce((one, other) => one + other, 0);
}
