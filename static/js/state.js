// What the reader looks at, kept in the address bar: a link restores the whole view.

const RESERVED = new Set("year layers feature schematic basemap ground at within buffer_m q as_of".split(" "));

/**
 * The state of the map page.
 *
 * `filters` holds one entry per filtered field: a list of values, or an interval "a/b".
 * `layers` and `ground` are null while the reader has not chosen, so that a changed default still applies.
 */
export function readState(config, address = window.location.search) {
  const params = new URLSearchParams(address);
  const year = Number(params.get("year"));
  const filters = {};
  for (const name of new Set(params.keys())) if (!RESERVED.has(name)) filters[name] = params.getAll(name);
  return {
    year: config.years.includes(year) ? year : config.year,
    layers: list(params.get("layers")),
    ground: list(params.get("ground")),
    filters: knownFilters(filters, config),
    q: params.get("q") || "",
    within: params.get("within") || "",
    buffer_m: positive(params.get("buffer_m")),
    schematic: params.get("schematic") !== "false",
    as_of: params.get("as_of") || "",
    basemap: params.get("basemap") || "",
    feature: params.get("feature") || "",
    at: readView(params.get("at")),
  };
}

function list(text) {
  return text === null ? null : text.split(",").filter(Boolean);
}

function positive(text) {
  const value = Number(text);
  return value > 0 && Number.isFinite(value) ? value : null;
}

function knownFilters(filters, config) {
  const names = new Set(["stage", "flag", ...config.layers.flatMap((layer) => layer.fields.map((field) => field.name))]);
  return Object.fromEntries(Object.entries(filters).filter(([name]) => names.has(name)));
}

function readView(text) {
  const [lat, lng, zoom] = (text || "").split(",").map(Number);
  return text && [lat, lng, zoom].every(Number.isFinite) ? { lat, lng, zoom } : null;
}

/** The address of a state, without what the reader has not chosen. */
export function addressOf(state) {
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
