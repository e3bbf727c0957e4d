// The figures of a feature, each with the words that the plan puts round it: 约 42 亩, 1,500 万吨以上, 280 余家.
// `geo/web/figures.py` does the same for the feature's own page.

import { el } from "./dom.js";
import { CNY_10K_IN_100M, SQUARE_METRES_PER_MU, number } from "./format.js";
import { t } from "./i18n.js";

/** Fields that the panel words itself, or shows nowhere. */
const WORDED = new Set(("name plan_year planned_start planned_finish planned_dates_assumed source_section source_paragraph location_text " +
  "location_basis location_accuracy_m location_note responsible_unit responsible_officer retired_on replaced_by").split(" "));

/** Figures and facts of a feature as two lists of rows; a text that a figure carries with it is no fact of its own. */
export function rowsOf(feature, catalog) {
  const { layer, properties } = feature;
  const known = layer.fields.filter((field) => !WORDED.has(field.name) && !isUnknown(properties[field.name]));
  const { remarks, rest } = readNote(layer, properties.figures_note, catalog.config.figureNotes);
  const carried = new Set();
  const figures = known.filter(isFigure).map((field) => {
    const { names, unit, texts } = companions(field, properties);
    names.forEach((name) => carried.add(name));
    const value = catalog.words(properties, field);
    const others = texts.filter((text) => text !== value && text !== String(properties[field.name]));
    return {
      name: field.name, title: field.title, value, unit: unit || field.unitTitle,
      ...qualified(remarks.get(field.name) || qualifierField(field, properties), catalog),
      more: [inOtherWords(field, properties[field.name]), ...others],
    };
  });
  const ratios = layer.ratios.filter((ratio) => !isUnknown(properties[ratio.name]))
    .map((ratio) => ({ name: ratio.name, title: ratio.title, value: number(properties[ratio.name], ratio.decimals), unit: ratio.unitTitle, more: [t("算得")] }));
  const facts = known.filter((field) => !isFigure(field) && !isKind(field) && !carried.has(field.name) && field.name !== "figures_note")
    .map((field) => ({ name: field.name, title: field.title, value: catalog.words(properties, field) }));
  if (rest) facts.push({ name: "figures_note", title: layer.fields.find((field) => field.name === "figures_note").title, value: rest });
  return { figures: [...figures, ...ratios], facts };
}

/** A figure with its title and a mark of where it comes from: the qualifier stands where the language has it, close to the number. */
export function figure({ name, title, value, unit, place, words, remark, more }, mark = null) {
  const sign = (where) => place === where && el("span", { class: "figure-unit" }, words);
  const notes = [...more, remark].filter(Boolean);
  return el("div", { class: "figure", "data-field": name }, [
    el("dt", {}, title),
    el("dd", {}, [sign("before"), el("span", { class: "figure-value" }, value), sign("between"), unit && el("span", { class: "figure-unit" }, unit), sign("after"), notes.map((note) => el("span", { class: "figure-more" }, note)), mark]),
  ]);
}

/** Fields that say what kind of thing a feature is; they stand under its name. */
export function isKind(field) {
  return field.filter === "choice" && !WORDED.has(field.name) && Object.keys(field.values).length > 0;
}

/** What a note says of each figure, and what of it belongs to none; as `geo/model/figures_note.py` reads it. */
function readNote(layer, note, { betweenParts, afterTitle }) {
  const byTitle = new Map(layer.fields.filter(isFigure).map((field) => [field.sourceTitle, field.name]));
  const [remarks, rest] = [new Map(), []];
  for (const part of (note || "").split(betweenParts)) {
    const colon = part.indexOf(afterTitle);
    const name = byTitle.get(part.slice(0, colon));
    if (colon > 0 && name) remarks.set(name, part.slice(colon + 1));
    else if (part) rest.push(part);
  }
  return { remarks, rest: rest.join(betweenParts) };
}

/** A known qualifier goes beside the number, other words under it. */
function qualified(remark, catalog) {
  return catalog.config.figureNotes.qualifiers[remark] ?? { remark };
}

function qualifierField(field, properties) {
  return field.name.endsWith("_value") ? properties.qualifier : "";
}

/** What stands in fields beside `X_value`: its unit (`X_unit`), the plan's own words (`X_text`), its qualifier. */
function companions(field, properties) {
  if (!field.name.endsWith("_value")) return { names: [], unit: null, texts: [] };
  const stem = field.name.slice(0, -"_value".length);
  const [unit, text] = [`${stem}_unit`, `${stem}_text`];
  return { names: [unit, text, "qualifier"], unit: properties[unit], texts: [properties[text]].filter(Boolean) };
}

/** An area in 亩 also in ㎡, money from one 亿 on also in 亿; nothing for other figures. */
function inOtherWords({ unit }, value) {
  if (unit === "mu") return t("{area} ㎡", { area: number(value * SQUARE_METRES_PER_MU, 0) });
  return unit === "cny_10k" && value >= CNY_10K_IN_100M ? t("{amount} 亿元", { amount: number(value / CNY_10K_IN_100M, 4) }) : "";
}

function isFigure(field) {
  return field.type === "integer" || field.type === "number";
}

function isUnknown(value) {
  return value === null || value === undefined || value === "";
}
