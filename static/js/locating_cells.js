// Cells that a planner corrects where they stand: a value that becomes a field when it is clicked.

import { el, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

const NUMBER = /^[+-]?\d+(\.\d+)?$/;
const SAME_DIGITS = /[\s,_]/g;
const LARGEST = 1e12;

/** What a field is called, how it is written and read. */
export function fieldOf(catalog, config, name, layerId) {
  if (name === "name") return { name, title: t("名称"), type: "text" };
  if (name === "location_text") return { name, title: t("位置描述"), type: "text", long: true };
  const { fields, title } = config.figures.find((figure) => figure.name === name);
  const own = layerId && fields[layerId];
  const [id, field] = own ? [layerId, own] : Object.entries(fields).find(([, each]) => each) ?? [];
  const found = catalog.get(id)?.fields.find((each) => each.name === field);
  return { ...(found ?? { title, type: "text" }), name, inLayer: Boolean(own) };
}

/** A value as people read it. */
export function shown(value, field) {
  if (value === null || value === undefined || value === "") return "—";
  if (field.values?.[value] !== undefined) return field.values[value];
  if (typeof value === "number" && field.name !== "plan_year") return number(value, 4);
  return String(value);
}

/**
 * What somebody typed, as the field has it.
 *
 * @returns {{value: *, fault: string|null}}
 */
function readValue(text, field) {
  const given = text.normalize("NFKC").trim();
  if (!given) return { value: null, fault: field.name === "name" ? t("名称不能为空") : null };
  if (field.type !== "integer" && field.type !== "number") return { value: text.trim(), fault: null };
  const digits = given.replace(SAME_DIGITS, "");
  if (!NUMBER.test(digits)) return { value: null, fault: t("{field}应为数字", { field: field.title }) };
  const value = Number(digits);
  if (value < 0 || value > LARGEST) return { value: null, fault: t("{field}应在 0 和 {most} 之间", { field: field.title, most: number(LARGEST, 0) }) };
  if (field.type === "integer" && !Number.isInteger(value)) return { value: null, fault: t("{field}应为整数", { field: field.title }) };
  return { value, fault: null };
}

/** The field in which a value is typed; `done` gets the new value, or undefined where nothing is to change. */
export function input(field, value, attributes, done) {
  const common = { "aria-label": field.title, ...attributes };
  if (field.values && Object.keys(field.values).length) return choice(field, value, common, done);
  const node = field.long ? el("textarea", { rows: "2", spellcheck: "false", ...common, class: "form-control" })
    : el("input", { type: "text", spellcheck: "false", autocomplete: "off", inputmode: field.type === "text" ? null : "decimal", ...common, class: "form-control" });
  node.value = value ?? "";
  let settled = false;
  const finish = (isKept) => {
    if (settled) return;
    const { value: given, fault } = isKept ? readValue(node.value, field) : { value: undefined, fault: null };
    node.setCustomValidity(fault ?? "");
    node.classList.toggle("is-invalid", Boolean(fault));
    node.title = fault ?? "";
    if (fault) return;
    settled = true;
    done(given === value ? undefined : given, fault);
    settled = false;
  };
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); finish(true); }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); node.value = value ?? ""; finish(false); }
  });
  node.addEventListener("blur", () => finish(true));
  return node;
}

function choice(field, value, attributes, done) {
  const options = [["", "—"], ...Object.entries(field.values)].map(([each, title]) => el("option", { value: each }, title));
  const node = el("select", { ...attributes, class: "form-select" }, options);
  node.value = value ?? "";
  node.addEventListener("change", () => done(node.value || null));
  return node;
}

/** A value in the table; a click or Enter turns it into its input. */
export function cell(field, value, { isEdited, original, testId, onEdit }) {
  const holder = el("div", { class: `cell${field.type === "text" ? "" : " cell-number"}` });
  const show = (focus = false) => {
    const words = shown(value, field);
    const button = el("button", { class: `cell-value${isEdited ? " is-edited" : ""}`, type: "button", "data-testid": testId, title: isEdited ? t("原文读作：{value}", { value: shown(original, field) }) : null,
      "aria-label": t("{field}：{value}，修改", { field: field.title, value: words }), onclick: (event) => { event.stopPropagation(); edit(); } }, words);
    replace(holder, button);
    if (focus) button.focus();
  };
  const edit = () => {
    const node = input(field, value, { "data-testid": `${testId}-input` }, (given) => { if (given === undefined) show(true); else onEdit(given); });
    replace(holder, node);
    node.addEventListener("click", (event) => event.stopPropagation());
    node.focus();
    node.select?.();
  };
  show();
  return holder;
}
