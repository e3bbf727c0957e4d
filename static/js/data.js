// The features on the page: small layers are loaded whole and then follow the map without a request,
// large ones are asked for by view, and counted in cells where a view holds too many to draw.

import { getJson } from "./api.js";
import { keyOf } from "./catalog.js";

export const MOST_DRAWN = 1000;
const CELLS = 24;
const LISTED_OF_MANY = 100;
const UNPLACED = ["schematic", "unlocated"];
const CACHED_ANSWERS = 120;

/**
 * What the map and the list show of one layer.
 *
 * @typedef {Object} LayerView
 * @property {Object} layer
 * @property {Object[]} drawn - features to draw
 * @property {Object[]} inside - features in scope (the view, or the reader's selection) whose place is known
 * @property {Object[]} unplaced - features that have a schematic position or none
 * @property {number} count - how many are in scope, drawn or not
 * @property {number} matched - how many match the filters at all
 * @property {Object<string, number|null>} totals - of what is in scope
 * @property {Object[]|null} cells - counts by cell where there are too many to draw
 */

export class Data {
  constructor(catalog) {
    this.catalog = catalog;
    this.answers = new Map();
  }

  /** Views of the chosen layers for a state and the visible bounds. */
  async views(state, bounds, signal) {
    const layers = this.catalog.chosen(state).map((id) => this.catalog.get(id)).filter(Boolean);
    return Promise.all(layers.map((layer) => this.view(layer, state, bounds, signal)));
  }

  /** @returns {Promise<LayerView>} */
  async view(layer, state, bounds, signal) {
    const params = filterParams(layer, state);
    if (!params || !layer.count) return emptyView(layer);
    const matched = await this.matched(layer, params, signal);
    const whole = matched <= MOST_DRAWN ? await this.whole(layer, params, signal) : null;
    if (!layer.geometry) return listView(layer, whole || (await this.first(layer, params, signal)), matched, state);
    const [part, many] = await Promise.all([
      this.scope(layer, params, whole, state, bounds, signal),
      whole || layer.role !== "plan" ? [] : this.unplacedOfMany(layer, params, signal),
    ]);
    const unplaced = whole ? unplacedOf(whole, part, state) : many;
    const drawn = (whole || part.features).filter((feature) => isDrawn(feature, state));
    return { layer, drawn, inside: part.features.filter((feature) => !isUnplaced(feature)), unplaced, matched, ...part };
  }

  /** What is in view, or in the reader's selection; small layers know it without asking. */
  scope(layer, params, whole, state, bounds, signal) {
    if (whole && !state.within) return localPart(layer, whole, bounds, state.schematic);
    const place = state.within ? { within: state.within, buffer_m: state.buffer_m } : { bbox: bboxOf(bounds) };
    return this.part(layer, { ...params, ...place, schematic: state.schematic }, whole !== null, signal);
  }

  async matched(layer, params, signal) {
    if (layer.count <= MOST_DRAWN) return (await this.whole(layer, params, signal)).length;
    if (Object.keys(params).length === 1) return layer.count;
    return (await this.items(layer, { ...params, limit: 1 }, signal)).numberMatched;
  }

  async whole(layer, params, signal) {
    return (await this.items(layer, { ...params, schematic: true, limit: MOST_DRAWN }, signal)).features;
  }

  async first(layer, params, signal) {
    return (await this.items(layer, { ...params, limit: LISTED_OF_MANY }, signal)).features;
  }

  /** Features of a place; where they are too many to draw, the first of them, and cells with true counts. */
  async part(layer, params, isFew, signal) {
    if (!isFew) {
      const summary = (await this.summary(layer, { ...params, cells: CELLS }, signal)).collections[layer.id];
      if (summary.count > MOST_DRAWN) {
        const { features } = await this.items(layer, { ...params, limit: LISTED_OF_MANY }, signal);
        return { features, count: summary.count, totals: summary.totals, cells: summary.cells };
      }
    }
    const { features } = await this.items(layer, { ...params, limit: MOST_DRAWN }, signal);
    return { features, count: features.length, totals: totalsOf(layer, features), cells: null };
  }

  async unplacedOfMany(layer, params, signal) {
    return (await this.items(layer, { ...params, location_basis: UNPLACED, limit: LISTED_OF_MANY }, signal)).features;
  }

  async items(layer, params, signal) {
    const answer = await this.ask(`${this.catalog.config.ogc}/collections/${layer.id}/items`, params, signal);
    for (const feature of answer.features) prepare(feature, layer);
    return answer;
  }

  summary(layer, params, signal) {
    return this.ask(`${this.catalog.config.ogc}/summary`, { collections: layer.id, ...params }, signal);
  }

  /** One question, asked once: answers are kept while the page is open. */
  async ask(address, params, signal) {
    const key = address + JSON.stringify(params);
    if (!this.answers.has(key)) {
      const answer = await getJson(address, params, signal);
      if (this.answers.size >= CACHED_ANSWERS) this.answers.delete(this.answers.keys().next().value);
      this.answers.set(key, answer);
    }
    signal?.throwIfAborted();
    return this.answers.get(key);
  }
}

/** Parameters that a layer's features must meet; null where the layer lacks a filtered field, so that nothing matches. */
export function filterParams(layer, state) {
  const known = new Set(layer.fields.map((field) => field.name));
  if (layer.status.kind !== "none") ["stage", "flag"].forEach((name) => known.add(name));
  if (!Object.keys(state.filters).every((name) => known.has(name))) return null;
  return { year: state.year, ...(state.q ? { q: state.q } : {}), ...state.filters };
}

/** Whether a feature's true place is unknown. */
export function isUnplaced(feature) {
  return feature.layer.role === "plan" && (!feature.geometry || UNPLACED.includes(feature.properties.location_basis));
}

/** Features without a true place: those on the map that are in scope, and those that cannot be on it. */
function unplacedOf(features, part, state) {
  const inScope = new Set(part.features.map((feature) => feature.key));
  const isOnMap = (feature) => feature.geometry && state.schematic;
  return features.filter((feature) => isUnplaced(feature) && (isOnMap(feature) ? inScope.has(feature.key) : !state.within));
}

export function bboxOf(bounds) {
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((degrees) => degrees.toFixed(5)).join(",");
}

function isDrawn(feature, state) {
  return feature.geometry && (state.schematic || !isUnplaced(feature));
}

function prepare(feature, layer) {
  feature.layer = layer;
  feature.key = keyOf(layer.id, feature.id);
  feature.bounds = feature.geometry ? boundsOf(feature.geometry) : null;
}

/** Bounds of a GeoJSON geometry. */
export function boundsOf(geometry) {
  const bounds = L.latLngBounds([]);
  const visit = (part) => (typeof part[0] === "number" ? bounds.extend([part[1], part[0]]) : part.forEach(visit));
  visit(geometry.coordinates);
  return bounds;
}

function localPart(layer, features, bounds, schematic) {
  const inside = features.filter((feature) => feature.bounds && bounds.intersects(feature.bounds) && (schematic || !isUnplaced(feature)));
  return { features: inside, count: inside.length, totals: totalsOf(layer, inside), cells: null };
}

function listView(layer, features, matched, state) {
  const inside = state.within ? [] : features;
  return { layer, drawn: [], inside, unplaced: [], count: inside.length && matched, matched, totals: totalsOf(layer, inside), cells: null };
}

function emptyView(layer) {
  return { layer, drawn: [], inside: [], unplaced: [], count: 0, matched: 0, totals: {}, cells: null };
}

function totalsOf(layer, features) {
  const totals = {};
  for (const field of layer.fields.filter((each) => each.total)) {
    const known = features.map((feature) => feature.properties[field.name]).filter((value) => value !== null && value !== undefined);
    totals[field.name] = known.length ? known.reduce((sum, value) => sum + value, 0) : null;
  }
  return totals;
}
