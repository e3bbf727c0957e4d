// Finding a feature by name, number, road or village, or a place by its coordinates.

import { getJson, Latest } from "./api.js";
import { debounce, el, icon, lamp, replace } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { keyOf, lampOf } from "./catalog.js";

const WAIT_MS = 180;
const MOST_RESULTS = 30;
const FAR_KM = 20;
const FOUND_BY_NUMBER = 2;

/** Two numbers of some length, not joined as a feature's number is (2023-1); whether they are a position, the server says. */
const MAYBE_POSITION = /\d\d.*[^\d.-].*\d\d/;

/** The search box of the header: a combobox whose list is grouped by layer. */
export class Search {
  constructor(input, list, catalog, actions) {
    Object.assign(this, { input, list, catalog, actions });
    this.latest = new Latest();
    this.options = [];
    this.active = -1;
    this.awaited = null;
    const ask = debounce(() => this.ask(), WAIT_MS);
    input.addEventListener("input", ask);
    input.addEventListener("focus", () => this.input.value.trim() && this.ask());
    input.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("pointerdown", (event) => { if (!input.parentElement.contains(event.target)) this.close(); });
  }

  async ask() {
    const text = this.input.value.trim();
    if (!text) return this.close();
    const results = await this.latest.run((signal) => Promise.all([this.features(text, signal), this.position(text, signal)])).catch((error) => [error, null]);
    if (!results || text !== this.input.value.trim()) return undefined;
    return this.show(text, ...results);
  }

  async features(text, signal) {
    const { ogc } = this.catalog.config;
    return getJson(`${ogc}/search`, { q: text, limit: MOST_RESULTS, schematic: true, year: this.actions.year() }, signal);
  }

  async position(text, signal) {
    if (!MAYBE_POSITION.test(text)) return null;
    return getJson(`${this.catalog.config.ogc}/position`, { text }, signal).catch((error) => {
      if (error.name === "AbortError") throw error;
      return null;
    });
  }

  show(text, answer, place) {
    this.options = [];
    this.list.dataset.words = text;
    if (answer instanceof Error) return this.open([el("li", { class: "search-none", role: "presentation" }, answer.message)]);
    const { features, words } = answer;
    const rows = [];
    if (place) rows.push(this.placeOption(text, place));
    for (const layer of this.catalog.layers) {
      const found = features.filter((feature) => feature.collection === layer.id).sort((one, other) => closeness(other, text) - closeness(one, text));
      if (found.length) rows.push(el("li", { class: "search-group", role: "presentation" }, layer.title), ...found.map((feature) => this.result(layer, feature, text)));
    }
    if (features.length) rows.push(this.option(el("span", { class: "search-name" }, t("清单里只看含“{text}”的", { text: words })), "", icon("search"), () => this.actions.filterBy(words)));
    if (!rows.length) rows.push(el("li", { class: "search-none", role: "presentation", "data-testid": "search-none" }, t("没有找到“{text}”。可试名称、编号、道路、村名、拼音首字母或坐标。", { text })));
    return this.open(rows);
  }

  /** Where pasted coordinates lead, and a warning where that is far from the plan's zone. */
  placeOption(text, place) {
    const [lon, lat] = place.geometry.coordinates;
    const far = kilometresOutside(this.catalog.config.zone.extent, L.latLng(lat, lon));
    place.properties.warning = far > FAR_KM ? t("离开发区约 {distance} km，请核对坐标的次序、带号和坐标系", { distance: number(far, 0) }) : "";
    const words = [t("读作：{reading}", { reading: place.properties.reading }), place.properties.warning].filter(Boolean).join(" · ");
    return this.option(el("span", { class: "search-name" }, t("前往坐标 {text}", { text })), words, icon("pin"), () => this.actions.goTo(place), null, place.properties.warning ? "is-far" : "");
  }

  result(layer, feature, text) {
    const { name, location_text: place } = feature.properties;
    const known = { ...feature, layer };
    const mark = layer.role === "plan" ? lamp(lampOf(known), this.catalog.lampTitle(known)) : icon("legend");
    const isNumber = closeness(feature, text) === FOUND_BY_NUMBER;
    const words = isNumber ? t("编号 {id}", { id: feature.id }) : place || (layer.role === "plan" ? feature.id : "");
    return this.option(el("span", { class: "search-name" }, emphasised(name, text)), words, mark, (manner) => this.actions.choose(keyOf(layer.id, feature.id), manner), feature.id);
  }

  option(title, words, mark, act, id = null, className = "") {
    const index = this.options.length;
    const choose = (manner) => { this.close(); this.input.blur(); act(manner); };
    const node = el("li", { role: "option", id: `search-option-${index}`, class: `search-option ${className}`, "aria-selected": "false", "data-testid": "search-option", "data-id": id,
      onpointerdown: (event) => event.preventDefault(), onclick: () => choose({}) }, [mark, el("span", { class: "search-words" }, [title, words && el("span", { class: "search-place" }, words)])]);
    this.options.push({ node, choose });
    return node;
  }

  open(rows) {
    replace(this.list, rows);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.activate(this.options.length ? 0 : -1);
    const isAwaited = this.awaited === this.list.dataset.words;
    this.awaited = null;
    if (isAwaited) this.chooseActive();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  activate(index) {
    this.options[this.active]?.node.setAttribute("aria-selected", "false");
    this.active = index;
    const option = this.options[index];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.node.setAttribute("aria-selected", "true");
    option.node.scrollIntoView({ block: "nearest" });
    return this.input.setAttribute("aria-activedescendant", option.node.id);
  }

  onKey(event) {
    const count = this.options.length;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.close();
    else if (this.list.hidden || !count) return;
    else if (move) this.activate((this.active + move + count) % count);
    else if (event.key === "Enter") this.chooseActive();
    else return;
    event.preventDefault();
  }

  /** Whoever types on and presses Enter at once means what the new words will find, not what the old ones did. */
  chooseActive() {
    const text = this.input.value.trim();
    if (this.list.dataset.words === text) this.options[this.active]?.choose({ focus: true });
    else this.awaited = text;
  }
}

/** A feature of just that number comes first, then those with the words in their name, then those that only mention them. */
function closeness(feature, text) {
  if ([feature.id, keyOf(feature.collection, feature.id)].includes(text)) return FOUND_BY_NUMBER;
  return Number((feature.properties.name || "").toLowerCase().includes(text.toLowerCase()));
}

/** How far a place lies outside an extent, kilometres; 0 inside. */
function kilometresOutside([west, south, east, north], place) {
  const nearest = L.latLng(Math.min(Math.max(place.lat, south), north), Math.min(Math.max(place.lng, west), east));
  return place.distanceTo(nearest) / 1000;
}

/** A name with the part that was searched for in bold. */
function emphasised(name, text) {
  const start = name.toLowerCase().indexOf(text.toLowerCase());
  if (start < 0) return name;
  return [name.slice(0, start), el("mark", {}, name.slice(start, start + text.length)), name.slice(start + text.length)];
}
