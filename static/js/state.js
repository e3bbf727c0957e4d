// What the reader looks at, kept in the address bar: a link restores the whole view.

import { number } from "./format.js";
import { t } from "./i18n.js";

const RESERVED = new Set("year layers feature schematic basemap ground at within buffer_m q as_of".split(" "));

/** Parameters that other programs hang on links; they say nothing to us. */
const FOREIGN = /^(utm_|from$|spm$|lang$|_$)/;
/** Longest distance of a buffer, metres; the server has the same. */
export const MOST_BUFFER_M = 100000;

/**
 * The state of the map page.
 *
 * `filters` holds one entry per filtered field: a list of values, or an interval "a/b".
 * `layers` and `ground` are null while the reader has not chosen, so that a changed default still applies.
 */
function readState(config, address = window.location.search) {
  const params = new URLSearchParams(address);
  const year = Number(params.get("year"));
  const filters = {};
  for (const name of new Set(params.keys())) if (!RESERVED.has(name) && !FOREIGN.test(name)) filters[name] = params.getAll(name);
  return {
    year: config.years.includes(year) ? year : config.year,
    layers: list(params.get("layers")),
    ground: list(params.get("ground")),
    filters,
    q: params.get("q") || "",
    within: params.get("within") || "",
    buffer_m: params.get("within") && params.get("buffer_m") !== null ? distance(params.get("buffer_m")) : null,
    schematic: params.get("schematic") !== "false",
    as_of: params.get("as_of") || "",
    basemap: params.get("basemap") || "",
    feature: params.get("feature") || "",
    at: readView(params.get("at")),
  };
}

/** What a link asks for and cannot get, while the page can still show the rest truly: a year or a layer that is not there. */
export function corrections(config, address = window.location.search) {
  const params = new URLSearchParams(address);
  const year = params.get("year");
  const known = new Set(config.layers.map((layer) => layer.id));
  const layers = (list(params.get("layers")) ?? []).filter((id) => !known.has(id));
  return [
    year !== null && !config.years.map(String).includes(year) && t("链接里的年份“{year}”不在规划期 {first}–{last} 年，已改为 {shown} 年。", { year: cut(year), first: config.years[0], last: config.years.at(-1), shown: config.year }),
    layers.length > 0 && t("链接里的图层“{layers}”不存在，已略去。", { layers: cut(layers.join(t("、"))) }),
  ].filter(Boolean);
}

/** What makes a state unanswerable: anything shown would answer another question. Null where nothing is wrong. */
export function faultOf(state, config) {
  const names = new Set(["stage", "flag", ...config.layers.flatMap((layer) => layer.fields.map((field) => field.name))]);
  const unknown = Object.keys(state.filters).find((name) => !names.has(name));
  if (unknown !== undefined) return t("链接里的筛选条件“{name}”不认识，无法按它筛选。", { name: cut(unknown) });
  if (state.within && state.buffer_m !== null && !isDistance(state.buffer_m)) return t("缓冲距离应大于 0 且不超过 {most} m，链接里是“{given}”。", { most: number(MOST_BUFFER_M), given: cut(String(state.buffer_m)) });
  return null;
}

/** Whether a number of metres can be a buffer's distance. */
export function isDistance(metres) {
  return typeof metres === "number" && metres > 0 && metres <= MOST_BUFFER_M;
}

/** A distance as a number; what is none stays as it was given, so that the page can say so. */
function distance(text) {
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text || "—";
}

function cut(text) {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function list(text) {
  return text === null ? null : text.split(",").filter(Boolean);
}

function readView(text) {
  const [lat, lng, zoom] = (text || "").split(",").map(Number);
  const isView = text && [lat, lng, zoom].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lng) <= 180 && zoom >= 0 && zoom <= 22;
  return isView ? { lat, lng, zoom } : null;
}

/** The address of a state, without what the reader has not chosen. */
function addressOf(state) {
  const params = new URLSearchParams({ year: state.year });
  if (state.layers) params.set("layers", state.layers.join(","));
  if (state.ground) params.set("ground", state.ground.join(","));
  for (const [name, values] of Object.entries(state.filters)) for (const value of values) params.append(name, value);
  for (const name of ["q", "within", "buffer_m", "basemap", "feature", "as_of"]) if (state[name]) params.set(name, state[name]);
  if (!state.schematic) params.set("schematic", "false");
  if (state.at) params.set("at", [state.at.lat.toFixed(5), state.at.lng.toFixed(5), state.at.zoom].join(","));
  const query = params.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  return window.location.pathname + (query ? `?${query}` : "");
}

/** A state that tells its listeners what changed and keeps the address bar in step. */
export class State {
  constructor(config) {
    this.listeners = [];
    this.values = readState(config);
  }

  get(name) {
    return this.values[name];
  }

  /** Change some values; listeners get the set of names that changed. */
  set(changes) {
    const changed = new Set(Object.keys(changes).filter((name) => !same(this.values[name], changes[name])));
    if (!changed.size) return;
    this.values = { ...this.values, ...changes };
    window.history.replaceState(null, "", addressOf(this.values));
    for (const listener of this.listeners) listener(changed, this.values);
  }

  onChange(listener) {
    this.listeners.push(listener);
  }
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
