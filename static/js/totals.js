// The figures on top: how much the plan holds, how much of it is known to lie in view or in the reader's area, and, never added
// to it, how much is there by a schematic position only.

import { el, replace } from "./dom.js";
import { CNY_10K_IN_100M, number } from "./format.js";
import { t } from "./i18n.js";
import { isUnplaced } from "./data.js";
import { HEADLINE_UNITS, isLater } from "./catalog.js";

const MOST_LARGE_SIGNS = 21;
const MOST_UNIT_SIGNS = 14;

/** Show the totals of some layer views. */
export function showTotals(node, views, state) {
  const placed = views.filter((view) => view.layer.geometry);
  const counted = placed.length ? placed : views;
  const columns = [{ name: "count", unit: t("项"), of: countOf }, ...HEADLINE_UNITS.map((unit) => columnOf(counted, unit)).filter(Boolean)];
  const rows = rowsOf(counted, state).map((row) => ({ ...row, words: columns.map((column) => column.of(counted, row.name)) }));
  const units = columns.map((column) => column.unit).join("");
  const isDense = units.length > MOST_UNIT_SIGNS || Math.max(...rows.map((row) => row.words.join("").length)) > MOST_LARGE_SIGNS;
  replace(node,
    el("table", { class: `totals-table${isDense ? " is-dense" : ""}` }, [
      el("thead", {}, el("tr", {}, [el("td"), ...columns.map(({ name, unit, title }) => el("th", { scope: "col", "data-unit": name, title }, unit))])),
      el("tbody", {}, rows.map((row, i) => el("tr", { class: `totals-${row.name}${i === 0 ? " is-main" : ""}`, "data-row": row.name, title: row.title }, [
        el("th", { scope: "row" }, row.label),
        ...row.words.map((words, j) => el("td", { "data-field": columns[j].name }, words)),
      ]))),
    ]),
    el("p", { class: "totals-note" }, note(views, counted, columns, state, rows[0].name)));
}

/** The question at hand comes first: the whole plan, or the area that the reader marked. */
function rowsOf(views, state) {
  const isFiltered = Object.keys(state.filters).length > 0 || state.q;
  const all = { name: "all", label: isFiltered ? t("符合筛选") : t("规划总计"), title: t("所选图层的全部项目，不论位置是否已知") };
  const known = { name: "known", label: state.within ? t("圈选内") : t("视野内"), title: t("只计位置已知的项目（实测、人工落图、由文字定位）") };
  const schematic = { name: "schematic", label: t("另有示意"), title: t("只有示意位置的项目，不计入上一行") };
  const place = [known, ...(state.schematic && views.some(hasUnplaced) ? [schematic] : [])];
  if (!views.some((view) => view.layer.geometry)) return [all];
  return state.within ? [...place, all] : [all, ...place];
}

/** The row stays while the map moves, also where nothing is drawn in view. */
function hasUnplaced(view) {
  return view.unplaced.length > 0 || (view.whole ?? []).some(isUnplaced);
}

function countOf(views, row) {
  return number(sum(views.map((view) => view[row].count)));
}

/**
 * The figure of a unit that the first layer has; only fields of its name are added up, since 万元 of investment and of income are
 * different things. One unit of all rows alike, so that they can be compared: money from one 亿 on is written in 亿.
 */
function columnOf(views, unit) {
  const field = views.flatMap((view) => view.layer.fields).find((each) => each.total && each.unit === unit);
  if (!field || totalOf(views, "all", field.name) === null) return null;
  const isLarge = unit === "cny_10k" && totalOf(views, "all", field.name) >= CNY_10K_IN_100M;
  const write = (value) => (value === null ? "—" : isLarge ? number(value / CNY_10K_IN_100M, 4) : number(value));
  return { name: field.name, title: field.title, unit: isLarge ? t("亿元") : field.unitTitle, of: (counted, row) => write(totalOf(counted, row, field.name)) };
}

function totalOf(views, row, name) {
  const known = views.map((view) => view[row].totals[name]).filter((value) => value !== null && value !== undefined);
  return known.length ? sum(known) : null;
}

/** What the first row leaves out, and how much the plan wants by the year. */
function note(shown, views, columns, state, row) {
  const features = views.flatMap((view) => (row === "all" ? view.whole ?? [] : view.inside));
  const others = row === "all" ? sum(shown.filter((view) => !views.includes(view)).map((view) => view.all.count)) : 0;
  const dated = views.some((view) => !view.whole) ? [] : features.filter((feature) => feature.properties.plan_year);
  const due = dated.filter((feature) => !isLater(feature, state.year));
  const gaps = columns.map((column) => gap(views, column, row)).filter(Boolean);
  return [
    dated.length > 0 && t("到 {year} 年底应完成 {due} / {dated} 项", { dated: number(dated.length), due: number(due.length), year: state.year }),
    others > 0 && t("不落图的另有 {count} 项", { count: number(others) }),
    ...gaps,
    !state.schematic && t("示意位置未显示，未计入视野"),
  ].filter(Boolean).join(" · ");
}

/** How many features of the row have this figure in their layer and do not state it. */
function gap(views, { name, title }, row) {
  const count = sum(views.map((view) => view[row].missing[name] ?? 0));
  return count > 0 && t("{field}缺 {count} 项", { field: title, count: number(count) });
}

function sum(values) {
  return values.reduce((one, other) => one + other, 0);
}
