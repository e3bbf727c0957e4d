// What the store has without a true position: the list of what is to be placed, with reasons, and placing it by hand.

import { getJson } from "./api.js";
import { keyOf, partsOf } from "./catalog.js";
import { el, icon, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { say, sayFailed, settle } from "./notices.js";
import { keep, kept } from "./stored.js";

const DRAWN = "locating drawn";
const BASES = ["unlocated", "schematic"];
const MOST_LISTED = 1000;

export class Unplaced {
  constructor(node, page) {
    Object.assign(this, { node, page, features: [], placed: new Map(), selected: null });
  }

  get count() {
    return this.features.length;
  }

  async load() {
    const { catalog, config } = this.page;
    try {
      const layers = catalog.plan.filter((layer) => layer.geometry);
      const answers = await Promise.all(layers.map((layer) => getJson(`${config.ogc}/collections/${layer.id}/items`, { location_basis: BASES, schematic: true, limit: MOST_LISTED })));
      this.features = answers.flatMap((answer, index) => answer.features.map((feature) => Object.assign(feature, { layer: layers[index], key: keyOf(layers[index].id, feature.id) })));
      settle("unplaced");
    } catch (error) {
      sayFailed("unplaced", error.message, () => this.load());
    }
    this.show();
  }

  /** What was placed by hand here stays on the map, unless it has been taken back since. */
  justPlaced() {
    const listed = new Set(this.features.map((feature) => feature.key));
    return [...this.placed.values()].filter((feature) => !listed.has(feature.key));
  }

  show() {
    const { page } = this;
    page.map.showContext([...this.features, ...this.justPlaced()], this.selected);
    page.showFoot();
    if (!this.features.length) return replace(this.node, el("p", { class: "empty" }, t("没有待落图的要素。采纳记录以后，没有位置的列在这里。")));
    const groups = page.catalog.plan.map((layer) => [layer, this.features.filter((feature) => feature.layer === layer)]).filter(([, features]) => features.length);
    const hint = el("p", { class: "tab-hint" }, t("这些要素没有可靠的位置。选一项，在图上单击放置或画出边界；保存后位置依据为“人工落图”，并记下您的名字。"));
    return replace(this.node, hint, groups.map(([layer, features]) => el("section", { class: "unplaced-group" }, [el("h3", {}, [layer.title, el("span", { class: "group-count" }, number(features.length))]), el("ul", {}, features.map((feature) => this.item(feature)))])));
  }

  item(feature) {
    const isOpen = feature.key === this.selected;
    const { name, location_text: text, location_note: note, location_basis: basis, land_area_mu: areaMu } = feature.properties;
    const head = el("button", { class: "unplaced-head", type: "button", "aria-expanded": String(isOpen), "data-testid": "unplaced", "data-key": feature.key, onclick: () => this.choose(isOpen ? null : feature.key) }, [
      el("span", { class: "item-words" }, [el("span", { class: "item-name" }, name), el("span", { class: "item-place" }, [text || t("规划没有写位置"), areaMu && t(" · {area} 亩", { area: number(areaMu) })])]),
      el("span", { class: "badge-basis" }, this.page.config.bases[basis]),
    ]);
    return el("li", { class: isOpen ? "is-open" : null }, [head, isOpen && this.body(feature, note)]);
  }

  body(feature, note) {
    const act = (words, sign, id, mode, kind = "btn-quiet") => el("button", { class: `btn btn-sm ${kind}`, type: "button", "data-testid": id, onclick: () => this.place(feature, mode) }, [icon(sign), words]);
    return el("div", { class: "unplaced-body" }, [
      el("p", {}, [el("strong", {}, t("原因")), " ", note || t("规划没有写明位置，或没有查到")]),
      el("div", { class: "card-actions" }, [
        act(t("单击放置"), "pin", "place-feature", "place", "btn-primary"),
        feature.layer.geometry !== "Point" && act(t("画边界"), "polygon", "draw-feature", "draw"),
        feature.geometry && act(t("从示意位置改起"), "edit", "edit-feature", "edit"),
        el("a", { class: "btn btn-sm btn-quiet", href: `/features/${feature.layer.id}/${encodeURIComponent(feature.id)}` }, [icon("page"), t("详情页")]),
      ]),
    ]);
  }

  choose(key) {
    const feature = this.features.find((each) => each.key === key);
    this.selected = feature ? key : null;
    this.show();
    this.page.address("feature", this.selected);
    if (!feature) return;
    this.page.choose(null);
    this.node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView({ block: "nearest" });
    if (feature.geometry) this.page.map.bring({ geometry: feature.geometry });
  }

  /** Take up what was drawn here and could not be written, since nobody was signed in any more. */
  async takeUp() {
    const drawn = await kept(DRAWN);
    const feature = this.features.find((each) => each.key === drawn?.key);
    if (!feature) return;
    this.page.tabs.show("unplaced");
    this.choose(feature.key);
    say(t("登录前画的已放回图上，还没有保存。"));
    this.place(feature, "edit", drawn.geometry);
  }

  /** What was drawn stays on the map, and in this browser, until it is written or given up. */
  async place(feature, mode, drawn = null) {
    const { page } = this;
    page.panes.show("map");
    if (mode === "place" && feature.geometry) page.map.centre(feature);
    const { name, land_area_mu: areaMu } = feature.properties;
    const geometry = await page.shape({ title: name, areaMu: areaMu ?? null, isPoint: feature.layer.geometry === "Point", geometry: drawn ?? feature.geometry, mode, finish: t("保存位置") });
    await keep(DRAWN, geometry && { key: feature.key, geometry });
    if (!geometry) return;
    const [layer, id] = partsOf(feature.key);
    if (!await page.saving.place({ layer, id, revision: feature.properties.revision, geometry }, name)) { this.place(feature, "edit", geometry); return; }
    await keep(DRAWN, null);
    this.placed.set(feature.key, { ...feature, geometry, properties: { ...feature.properties, location_basis: "placed" } });
    await page.refresh();
  }
}
