// The list beside the map: what is in view by layer, then what has no true position, then the ground data.

import { el, hiddenText, icon, lamp, redraw } from "./dom.js";
import { number, property } from "./format.js";
import { t } from "./i18n.js";
import { isLater, lampOf } from "./catalog.js";
import { isUnplaced } from "./data.js";

const SHOWN_AT_FIRST = { inside: 100, unplaced: 12, listed: 12 };
const MORE = 200;

/** Draws the list; asks `actions` to choose a feature, to switch a ground layer. */
export class List {
  constructor(node, catalog, actions) {
    Object.assign(this, { node, catalog, actions });
    this.extra = new Map();
    this.folded = new Set();
  }

  show(views, state) {
    this.shown = { views, state };
    const placed = views.filter((view) => view.layer.geometry && view.matched);
    const listed = views.filter((view) => !view.layer.geometry && view.matched);
    redraw(this.node,
      views.length ? placed.filter((view) => hasPlaced(view) && (!view.isListed || view.inside.length || !state.within)).map((view) => this.layerGroup(view, state)) : this.hint(this.whyEmpty()),
      views.length > 0 && !placed.length && !listed.length && this.hint(t("没有符合条件的要素。放宽筛选条件，或清除筛选。")),
      placed.some((view) => view.matched && !view.count) && placed.every((view) => !view.count) && this.hint(state.within ? t("圈选范围里没有要素。换一个范围，或清除圈选。") : t("视野里没有要素。移动或缩小地图，或点“全图”。")),
      this.unplacedGroup(placed, state),
      listed.map((view) => this.group(view.layer.id, view.layer.title, t("{count} 项", { count: number(view.matched) }), () => this.items(view.inside, "listed", view.layer.id, state))),
      this.groundGroup(state));
    this.mark(state.feature);
  }

  whyEmpty() {
    if (this.catalog.plan.some((layer) => layer.count)) return t("没有选中图层。点上面的图层按钮，把要看的图层打开。");
    return [t("库里还没有规划要素："), el("a", { href: "/locating" }, t("从规划文字读取")), " · ", el("a", { href: "/import" }, t("导入文件"))];
  }

  /** In place of a list: what is wrong with the question, and the ways out. */
  showFault(words, ways) {
    this.shown = null;
    redraw(this.node, el("div", { class: "fault", role: "alert", "data-testid": "fault" }, [
      el("strong", {}, t("没有显示任何数据")),
      el("p", {}, words),
      el("div", { class: "fault-ways" }, ways.map(({ id, title, act }, i) => el("button", { class: `btn btn-sm ${i ? "btn-quiet" : "btn-primary"}`, type: "button", "data-testid": `fault-${id}`, onclick: act }, title))),
    ]));
  }

  again() {
    this.show(this.shown.views, this.shown.state);
  }

  /** Mark the chosen feature without drawing the list anew. */
  mark(key, scroll = false) {
    for (const item of this.node.querySelectorAll(".item")) {
      const isChosen = item.dataset.key === key;
      item.setAttribute("aria-current", String(isChosen));
      if (isChosen && scroll) item.scrollIntoView({ block: "nearest" });
    }
  }

  hint(words) {
    return el("p", { class: "list-hint", "data-testid": "list-hint" }, words);
  }

  layerGroup(view, state) {
    const scope = { shown: number(view.isListed ? view.inside.length : view.count), total: number(view.matched) };
    const words = state.within ? t("圈选内 {shown} / {total}", scope) : t("视野内 {shown} / {total}", scope);
    const field = this.catalog.figureField(view.layer);
    return this.group(view.layer.id, view.layer.title, words, () => [
      !view.isListed && this.hint(t("要素太多，下面先列前 {count} 项。图上密集处按格计数，放大地图或加筛选条件后逐个显示。", { count: view.inside.length })),
      this.items(view.inside, "inside", view.layer.id, state),
    ], field && view.inside.length > 0 && unitHead(field));
  }

  unplacedGroup(views, state) {
    const groups = views.filter((view) => view.unplaced.length);
    if (!groups.length) return null;
    const count = groups.reduce((sum, view) => sum + view.unplaced.length, 0);
    return this.group("unplaced", t("待落图与示意"), t("{count} 项", { count: number(count) }), () => groups.map((view) => el("div", { class: "subgroup" }, [
      el("h3", { class: "subgroup-title" }, [view.layer.title, el("span", { class: "group-count" }, number(view.unplaced.length)), !hasPlaced(view) && this.onlyButton(view.layer.id)]),
      this.items(view.unplaced, "unplaced", `unplaced-${view.layer.id}`, state),
    ])));
  }

  group(id, title, words, content, head = null) {
    const isFolded = this.folded.has(id);
    const toggle = () => {
      this.folded[isFolded ? "delete" : "add"](id);
      this.again();
    };
    return el("section", { class: "group", "data-group": id, "data-testid": `group-${id}` }, [
      el("h2", { class: "group-line" }, [el("button", { class: "group-head", type: "button", "aria-expanded": String(!isFolded), "data-testid": `fold-${id}`, onclick: toggle }, [
        icon("down", "icon fold"), el("span", { class: "group-title" }, title), el("span", { class: "group-count" }, words),
      ]), this.onlyButton(id), head]),
      isFolded ? null : content(),
    ]);
  }

  /** Looking at one layer alone, and back; groups that are no layer have none. */
  onlyButton(id) {
    if (this.catalog.get(id)?.role !== "plan" || !this.shown) return null;
    const chosen = this.catalog.chosen(this.shown.state);
    const isOnly = chosen.length === 1 && chosen[0] === id;
    return el("button", { class: "group-only", type: "button", "data-testid": `only-${id}`, onclick: () => (isOnly ? this.actions.allLayers(true) : this.actions.onlyLayer(id)) }, isOnly ? t("看全部") : t("只看此类"));
  }

  items(features, kind, id, state) {
    const most = SHOWN_AT_FIRST[kind] + (this.extra.get(id) || 0);
    const sorted = [...features].sort(byYear);
    const more = () => { this.extra.set(id, (this.extra.get(id) || 0) + MORE); this.again(); };
    return [
      el("ul", { class: "items" }, sorted.slice(0, most).map((feature) => el("li", {}, this.item(feature, kind, state)))),
      sorted.length > most && el("button", { class: "more", type: "button", "data-testid": `more-${id}`, onclick: more }, t("再显示 {count} 项", { count: number(Math.min(MORE, sorted.length - most)) })),
    ];
  }

  item(feature, kind, state) {
    const { properties } = feature;
    const attributes = { class: `item${isLater(feature, state.year) ? " is-later" : ""}`, type: "button", "data-key": feature.key, "data-testid": "item", "data-id": feature.id, "data-layer": feature.layer.id,
      onclick: (event) => this.actions.choose(feature.key, { focus: event.detail === 0 }) };
    return el("button", attributes, [
      this.signOf(feature, kind),
      el("span", { class: "item-words" }, [el("span", { class: "item-name" }, properties.name), this.placeLine(feature, kind)]),
      this.figure(feature),
    ]);
  }

  signOf(feature, kind) {
    if (kind === "unplaced" && feature.properties.location_basis === "schematic" && isQuiet(feature)) {
      return el("span", { class: "schematic-mark", role: "img", "aria-label": this.catalog.config.bases.schematic });
    }
    return lamp(lampOf(feature), this.catalog.lampTitle(feature));
  }

  placeLine(feature, kind) {
    const words = this.place(feature, kind);
    return el("span", { class: "item-place", title: words }, words);
  }

  place(feature, kind) {
    const { plan_year: year, location_text: text, location_note: note } = feature.properties;
    const where = kind === "unplaced" ? note || text || this.catalog.config.basisExplanations[feature.properties.location_basis] : text;
    return [year, where].filter(Boolean).join(" · ");
  }

  figure(feature) {
    const field = this.catalog.figureField(feature.layer);
    const words = field && property(feature.properties[field.name], field, this.catalog.config);
    return words && el("span", { class: "item-figure" }, [words, hiddenText(field.unitTitle || "")]);
  }

  groundGroup(state) {
    const on = new Set(this.catalog.ground(state));
    return this.group("ground", t("底图资料"), "", () => el("ul", { class: "items ground" }, this.catalog.reference.map((layer) => el("li", { "data-testid": `ground-${layer.id}` }, layer.count ? this.switchFor(layer, on) : this.missing(layer)))));
  }

  switchFor(layer, on) {
    const box = el("input", { type: "checkbox", class: "form-check-input", checked: on.has(layer.id), "data-testid": `switch-${layer.id}`, onchange: () => this.actions.switchGround(layer.id) });
    return el("label", { class: "ground-row" }, [box, el("span", { class: "item-name" }, layer.title), el("span", { class: "item-figure" }, number(layer.count))]);
  }

  missing(layer) {
    return el("div", { class: "ground-row is-missing" }, [el("span", { class: "item-name" }, layer.title), el("span", { class: "badge-missing" }, t("未载入")),
      layer.emptyHint && el("p", { class: "item-place" }, layer.emptyHint)]);
  }
}

/** Whether some feature of a layer has a true place; the others stand in a group of their own. */
function hasPlaced(view) {
  return view.cells || (view.whole ? view.whole.some((feature) => !isUnplaced(feature)) : true);
}

function unitHead(field) {
  return el("span", { class: "group-unit" }, field.unitTitle);
}

function isQuiet(feature) {
  return ["grey", "none"].includes(lampOf(feature));
}

/** By plan year; those of one year, or of none, stay in the order of the plan. */
function byYear(one, other) {
  return (one.properties.plan_year || 9999) - (other.properties.plan_year || 9999);
}
