// The question of the page of catchments: the form, what was fixed or ruled out by hand, and the address that holds both.

import { el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";

const USUAL = { opening: "plan", mode: "walk" };
const node = (id) => document.getElementById(id);

/** Reads and sets the form; `years` are those that it offers, `onChange` is called after every change. */
export class Question {
  constructor(years, onChange) {
    this.years = years.map(String);
    this.form = node("question");
    this.wishes = { pin: [], ban: [] };
    this.names = new Map();
    this.form.addEventListener("change", () => onChange());
    node("year").addEventListener("input", () => this.showYear());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); onChange(); });
    this.onChange = onChange;
  }

  /** Set the form from parameters by name, lists of values. */
  set(params) {
    const first = (name) => params[name]?.[0] ?? "";
    for (const name of ["level", "method"]) {
      const chosen = this.form.querySelector(`[name="${name}"][value="${CSS.escape(first(name))}"]`);
      if (chosen) chosen.checked = true;
    }
    if (this.years.includes(first("year"))) node("year").value = first("year");
    for (const field of this.form.elements) {
      if (field.type === "checkbox") field.checked = first(field.name) === "true";
      else if (!["radio", "range", "submit"].includes(field.type) && field.name) field.value = first(field.name) || (USUAL[field.name] ?? "");
    }
    this.wishes = { pin: params.pin ?? [], ban: params.ban ?? [] };
    if (Object.keys(params).some((name) => !["level", "method", "year", "pin", "ban"].includes(name) && params[name]?.[0])) node("more").open = true;
    this.show();
  }

  /** What parameters give for a choice that does not offer it. */
  unknown(params) {
    return ["level", "method"].map((name) => [name, params[name]?.[0]]).filter(([name, given]) => given && !this.form.querySelector(`[name="${name}"][value="${CSS.escape(given)}"]`)).map(([, given]) => given);
  }

  /** Parameters of the question; what is as usual is left out. */
  get params() {
    const found = {};
    for (const [name, value] of new FormData(this.form)) if (value !== "" && USUAL[name] !== value) found[name] = value;
    if (found.method !== "capacity") for (const name of ["whole", "last", "change_price_m"]) delete found[name];
    else Object.assign(found, this.wishes);
    return found;
  }

  get bySeats() {
    return this.form.querySelector("[name=method]:checked").value === "capacity";
  }

  showYear() {
    node("year-shown").value = node("year").value;
  }

  show() {
    this.showYear();
    node("by-seats").hidden = !this.bySeats;
    const chips = [["pin", t("固定")], ["ban", t("不去")]].flatMap(([kind, words]) => this.wishes[kind].map((pair) => this.chip(kind, words, pair)));
    node("wishes").hidden = !chips.length || !this.bySeats;
    replace(node("wishes"), chips);
  }

  chip(kind, words, pair) {
    const place = pair.slice(0, pair.lastIndexOf("="));
    const school = pair.slice(pair.lastIndexOf("=") + 1);
    const name = (id) => this.names.get(id) || id;
    return el("li", { class: "chip" }, [
      el("span", {}, t("{place}：{kind} {school}", { place: name(place), kind: words, school: name(school) })),
      el("button", { class: "icon-button", type: "button", "aria-label": t("去掉"), onclick: () => this.drop(kind, pair) }, icon("close")),
    ]);
  }

  /** Fix a place to a school, or rule the school out for it. */
  wish(kind, place, school) {
    const pair = `${place}=${school}`;
    for (const each of ["pin", "ban"]) this.wishes[each] = this.wishes[each].filter((other) => other !== pair);
    if (kind === "pin") this.wishes.pin = this.wishes.pin.filter((other) => !other.startsWith(`${place}=`));
    this.wishes[kind].push(pair);
    this.onChange();
  }

  drop(kind, pair) {
    this.wishes[kind] = this.wishes[kind].filter((other) => other !== pair);
    this.onChange();
  }

  /** What places and schools are called. */
  learn(names) {
    this.names = names;
    this.show();
  }
}
