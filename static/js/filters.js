// Which layers and which features: chips for layers, then one button for each field that offers a filter.

import { el, icon, onceReleased, redraw, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { closeOpen, disclosure } from "./disclosure.js";

const FIRST = ["plan_year", "stage"];
const MOST_IN_SIGHT = 5;
/** Filters that every layer has and few need: always behind the button. */
const SELDOM = new Set(["responsible_unit", "responsible_officer"]);

/**
 * Chips that switch layers on and off, with what each holds under the filters, switched off or not.
 *
 * @param {Map<string, number>|null} counts - matching features by layer; null where that is not known
 * @param {{switchLayer: Function, onlyLayer: Function, allLayers: Function}} actions
 */
export function showChips(node, catalog, state, counts, { switchLayer, onlyLayer, allLayers }) {
  const chosen = new Set(catalog.chosen(state));
  const isAll = catalog.plan.every((layer) => chosen.has(layer.id) || !layer.count);
  redraw(node,
    el("button", { class: "chip chip-all", type: "button", "aria-pressed": String(isAll), "data-testid": "all-layers", title: isAll ? t("全部关闭") : t("全部打开"), onclick: () => allLayers(!isAll) }, t("全部")),
    catalog.plan.map((layer) => {
      const act = (event) => (event.detail > 1 ? onlyLayer(layer.id) : switchLayer(layer.id));
      const attributes = { class: "chip", type: "button", "aria-pressed": String(chosen.has(layer.id)), title: t("{description}（单击开关，双击只看此类）", { description: layer.description || layer.title }), "data-testid": `layer-${layer.id}`, onclick: act };
      return el("button", attributes, [layer.title, counts && el("span", { class: "chip-count" }, number(counts.get(layer.id) ?? layer.count))]);
    }));
}

/** One button for each filter of the chosen layers. */
export class Facets {
  constructor(node, catalog, state) {
    Object.assign(this, { node, catalog, state });
  }

  show(views) {
    this.views = views;
    onceReleased(this.node, () => this.draw());
  }

  draw() {
    const values = this.state.values;
    const facets = this.facets(values);
    const opened = this.node.querySelector("[aria-expanded=true]")?.dataset.testid;
    const focused = document.activeElement?.dataset.testid;
    closeOpen(this.node);
    const isFiltered = Object.keys(values.filters).length > 0 || values.q;
    redraw(this.node,
      values.q && this.searchChip(values.q),
      this.buttons(facets, values.filters),
      isFiltered && el("button", { class: "facet-clear", type: "button", "data-testid": "clear-filters", onclick: () => this.state.set({ filters: {}, q: "" }) }, t("清除筛选")));
    this.reopen(opened, focused);
  }

  /** New figures must not close a filter that the reader is still setting. */
  reopen(opened, focused) {
    if (!opened) return;
    this.node.querySelector(`[data-testid="${opened}"]`)?.click();
    if (focused) this.node.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  }

  /** Fields with a filter, of the chosen layers and of those that are filtered already; the stage comes from the status. */
  facets(values) {
    const layers = this.catalog.chosen(values).map((id) => this.catalog.get(id)).filter(Boolean);
    const facets = new Map();
    for (const layer of [...layers, ...this.catalog.plan.filter((each) => each.fields.some((field) => values.filters[field.name]))]) {
      for (const field of layer.fields.filter((each) => each.filter)) facets.set(field.name, merged(facets.get(field.name), field));
      if (layer.status.kind === "construction" && !facets.has("stage")) facets.set("stage", { name: "stage", title: t("阶段"), filter: "choice", values: this.catalog.config.stages });
    }
    return [...facets.values()].sort((one, other) => rank(one) - rank(other));
  }

  /** A few filters in sight, the ones in use among them; the others behind one button. */
  buttons(facets, filters) {
    const usual = facets.filter((facet) => !SELDOM.has(facet.name));
    const first = usual.length <= MOST_IN_SIGHT ? usual.map((facet) => facet.name) : [...FIRST, usual.find((facet) => facet.unit === "cny_10k")?.name];
    const names = new Set([...Object.keys(filters), ...first]);
    const [near, far] = [facets.filter((facet) => names.has(facet.name)), facets.filter((facet) => !names.has(facet.name))];
    return [near.map((facet) => this.button(facet, filters[facet.name])), far.length > 0 && this.more(far)];
  }

  more(facets) {
    const panel = el("div", { class: "facet-panel facet-more", role: "group", "aria-label": t("更多筛选") });
    const button = el("button", { class: "facet", type: "button", "data-testid": "filter-more" }, [t("更多筛选"), icon("down")]);
    disclosure(button, panel, () => replace(panel, facets.map((facet) => el("details", {}, [
      el("summary", {}, facet.title), facet.filter === "range" ? this.range(facet) : this.choices(facet),
    ]))));
    return el("div", { class: "facet-holder" }, [button, panel]);
  }

  searchChip(words) {
    return el("button", { class: "facet is-on", type: "button", "data-testid": "search-chip", onclick: () => this.state.set({ q: "" }) }, [t("含“{words}”", { words }), icon("close")]);
  }

  button(facet, chosen) {
    const panel = el("div", { class: "facet-panel", role: "group", "aria-label": facet.title });
    const words = chosen ? t("{field}：{values}", { field: facet.title, values: this.chosenWords(facet, chosen) }) : facet.title;
    const button = el("button", { class: `facet${chosen ? " is-on" : ""}`, type: "button", "data-testid": `filter-${facet.name}` }, [words, icon("down")]);
    disclosure(button, panel, () => replace(panel, facet.filter === "range" ? this.range(facet) : this.choices(facet)));
    return el("div", { class: "facet-holder" }, [button, panel]);
  }

  chosenWords(facet, chosen) {
    if (facet.filter !== "range") return chosen.map((value) => this.choiceTitle(facet, value)).join(t("、"));
    const [least, most] = ends(chosen);
    if (!most) return t("≥ {least}", { least });
    return least ? t("{least}–{most}", { least, most }) : t("≤ {most}", { most });
  }

  choiceTitle(facet, value) {
    return facet.values?.[value] ?? value;
  }

  choices(facet) {
    const chosen = new Set(this.state.get("filters")[facet.name] || []);
    const values = this.values(facet);
    if (!values.length) return el("p", { class: "choice-none" }, t("图上的要素都没有填这一项。"));
    return values.map((value) => {
      const change = (event) => {
        chosen[event.target.checked ? "add" : "delete"](value);
        this.apply(facet, [...chosen]);
      };
      return el("label", { class: "choice" }, [
        el("input", { type: "checkbox", class: "form-check-input", checked: chosen.has(value), value, onchange: change, "data-testid": `choice-${value}` }), this.choiceTitle(facet, value),
      ]);
    });
  }

  /** The values on offer: the field's own list, the plan's years, else what the loaded features hold. */
  values(facet) {
    const own = Object.keys(facet.values || {});
    if (own.length) return own;
    if (facet.name === "plan_year") return this.catalog.config.years.map(String);
    const features = this.views.flatMap((view) => [...view.inside, ...view.unplaced]);
    const found = features.map((feature) => feature.properties[facet.name]).filter((value) => value !== null && value !== undefined).map(String);
    return [...new Set([...found, ...(this.state.get("filters")[facet.name] || [])])].sort((one, other) => one.localeCompare(other, "zh-CN", { numeric: true }));
  }

  range(facet) {
    const [least, most] = ends(this.state.get("filters")[facet.name] || ["../.."]);
    const input = (value, label) => el("input", { type: "number", class: "form-control form-control-sm", min: 0, step: "any", value, "aria-label": label, placeholder: label });
    const [from, to] = [input(least, t("最小")), input(most, t("最大"))];
    const apply = (event) => {
      event.preventDefault();
      closeOpen();
      this.apply(facet, from.value || to.value ? [`${from.value || ".."}/${to.value || ".."}`] : []);
    };
    return el("form", { class: "range", onsubmit: apply }, [
      el("div", { class: "range-ends" }, [from, el("span", {}, "–"), to, el("span", { class: "unit" }, facet.unitTitle)]),
      el("button", { class: "btn btn-sm btn-primary", type: "submit" }, t("应用")),
    ]);
  }

  apply(facet, values) {
    const filters = { ...this.state.get("filters") };
    if (values.length) filters[facet.name] = values;
    else delete filters[facet.name];
    this.state.set({ filters });
  }
}

/** Layers may use one name for fields with different lists of values: the filter offers them all. */
function merged(one, other) {
  return one ? { ...one, values: { ...one.values, ...other.values } } : other;
}

function ends(values) {
  return values[0].split("/").map((end) => (end === ".." ? "" : end));
}

function rank(facet) {
  return FIRST.indexOf(facet.name) + 1 || (facet.filter === "choice" ? 3 : 4);
}
