// The features on the page: small layers are loaded whole and then follow the map without a request,
// large ones are drawn from vector tiles and listed by view, or counted in cells where a view holds too many to draw.

import { getJson } from "./api.js";
import { keyOf } from "./catalog.js";

export const MOST_DRAWN = 1000;
const CELLS = 24;
const LISTED_OF_MANY = 100;
const UNPLACED = ["schematic", "unlocated"];
const CACHED_ANSWERS = 120;
const NOTHING = { count: 0, totals: {}, missing: {} };

/**
 * What the map and the list show of one layer.
 *
 * @typedef {Object} LayerView
 * @property {Object} layer
 * @property {Object[]} drawn - features to draw
 * @property {Object[]} inside - features in scope (the view, or the reader's selection) whose place is known
 * @property {Object[]} unplaced - features that have a schematic position or none
 * @property {number} matched - how many match the filters at all
 * @property {number} count - how many are in scope, drawn or not
 * @property {Sum} all - of what matches the filters, wherever it is
 * @property {Sum} known - of what is in scope and whose place is known
 * @property {Sum} schematic - of what is in scope by a schematic position only
 * @property {Object[]|null} whole - every matching feature, where they are few enough to be loaded
 * @property {Object[]|null} cells - counts by cell where there are too many to draw
 * @property {Object|null} tiles - parameters of the tiles that draw it
 * @property {boolean} isListed - whether `inside` holds all that is in scope
 *
 * @typedef {Object} Sum
 * @property {number} count
 * @property {Object<string, number|null>} totals - by field; null where no feature states a figure
 * @property {Object<string, number>} missing - by field: how many features do not state it; without a field where that is not known
 */

export class Data {
  /**
   * @param {Catalog} catalog
   * @param {boolean} tiled - whether large layers are drawn from tiles
   */
  constructor(catalog, tiled = false) {
    Object.assign(this, { catalog, tiled });
    this.answers = new Map();
  }

  /** Views of the chosen layers for a state and the visible bounds. */
  async views(state, bounds, signal) {
    const layers = this.catalog.chosen(state).map((id) => this.catalog.get(id)).filter(Boolean);
    return Promise.all(layers.map((layer) => this.view(layer, state, bounds, signal)));
  }

  /** What tiles will show, as far as it is known without asking: layers that are large and not filtered. */
  tiledAtOnce(state) {
    if (Object.keys(state.filters).length || state.q) return null;
    const layers = this.catalog.chosen(state).map((id) => this.catalog.get(id)).filter((layer) => layer?.geometry && layer.count > MOST_DRAWN);
    return layers.map((layer) => ({ layer, tiles: tilesOf(filterParams(layer, state), state) }));
  }

  /** How many features of each plan layer match, of those that are switched off too. */
  async counts(state, signal) {
    const layers = this.catalog.plan.filter((layer) => layer.count);
    const found = await Promise.all(layers.map((layer) => {
      const params = filterParams(layer, state);
      return params ? this.matched(layer, params, signal) : 0;
    }));
    return new Map(layers.map((layer, i) => [layer.id, found[i]]));
  }

  /** @returns {Promise<LayerView>} */
  async view(layer, state, bounds, signal) {
    const params = filterParams(layer, state);
    if (!params || !layer.count) return emptyView(layer);
    const matched = await this.matched(layer, params, signal);
    const whole = matched <= MOST_DRAWN ? await this.whole(layer, params, signal) : null;
    const all = whole ? sumOf(layer, whole) : await this.sum(layer, params, signal);
    if (!layer.geometry) return listView(layer, whole || (await this.first(layer, params, signal)), all, state);
    const isTiled = this.tiled && !whole;
    const [part, many] = await Promise.all([
      isTiled ? this.listed(layer, { ...params, ...placeOf(state, bounds) }, state.schematic, signal) : this.scope(layer, params, whole, state, bounds, signal),
      whole || layer.role !== "plan" ? [] : this.unplacedOfMany(layer, params, signal),
    ]);
    const unplaced = whole ? unplacedOf(whole, part, state) : many;
    const drawn = isTiled ? [] : (whole || part.features).filter((feature) => isDrawn(feature, state));
    const inside = part.features.filter((feature) => !isUnplaced(feature));
    return { layer, drawn, inside, unplaced, matched, whole, all, count: part.known.count + part.schematic.count, known: part.known, schematic: part.schematic, cells: part.cells, isListed: part.isListed, tiles: isTiled ? tilesOf(params, state) : null };
  }

  /** What is in view, or in the reader's selection; small layers know it without asking. */
  scope(layer, params, whole, state, bounds, signal) {
    if (whole && !state.within) return localPart(layer, whole, bounds, state.schematic);
    return this.part(layer, { ...params, ...placeOf(state, bounds) }, state.schematic, whole !== null, signal);
  }

  /** The first features of a place for the list, and the sums of all of them: tiles show where they are. */
  async listed(layer, params, schematic, signal) {
    const [{ features }, summary] = await Promise.all([
      this.items(layer, { ...params, schematic, limit: LISTED_OF_MANY }, signal), this.summary(layer, { ...params, schematic }, signal)]);
    const all = asSum(summary.collections[layer.id]);
    if (all.count <= features.length) return partOf(layer, features);
    const unsure = schematic ? await this.schematicSum(layer, params, signal) : NOTHING;
    return { features, known: difference(all, unsure), schematic: unsure, cells: null, isListed: false };
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
  async part(layer, params, schematic, isFew, signal) {
    if (!isFew) {
      const summary = (await this.summary(layer, { ...params, schematic, cells: CELLS }, signal)).collections[layer.id];
      if (summary.count > MOST_DRAWN) {
        const [{ features }, drawn] = await Promise.all([
          this.items(layer, { ...params, schematic, limit: LISTED_OF_MANY }, signal),
          schematic ? this.schematicSum(layer, params, signal) : NOTHING,
        ]);
        return { features, known: difference(asSum(summary), drawn), schematic: drawn, cells: summary.cells, isListed: false };
      }
    }
    const { features } = await this.items(layer, { ...params, schematic, limit: MOST_DRAWN }, signal);
    return partOf(layer, features);
  }

  /** The sums of what a question finds; the server does not say how many figures are missing. */
  async sum(layer, params, signal) {
    return asSum((await this.summary(layer, params, signal)).collections[layer.id]);
  }

  /** The sums of what is in a place by a schematic position only. */
  async schematicSum(layer, params, signal) {
    const isAsked = !params.location_basis || params.location_basis.includes("schematic");
    return layer.role === "plan" && isAsked ? this.sum(layer, { ...params, location_basis: "schematic", schematic: true }, signal) : NOTHING;
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
function filterParams(layer, state) {
  const known = new Set(layer.fields.map((field) => field.name));
  if (layer.status.kind !== "none") ["stage", "flag"].forEach((name) => known.add(name));
  if (!Object.keys(state.filters).every((name) => known.has(name))) return null;
  return { year: state.year, ...(state.q ? { q: state.q } : {}), ...state.filters };
}

/** The place that a state asks about: the reader's selection, else the view. */
function placeOf(state, bounds) {
  return state.within ? { within: state.within, buffer_m: state.buffer_m } : { bbox: bboxOf(bounds) };
}

/** Parameters of a layer's tiles. */
function tilesOf(params, { schematic, within, buffer_m: distance }) {
  return { ...params, schematic, within, buffer_m: distance };
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
  return partOf(layer, features.filter((feature) => feature.bounds && bounds.intersects(feature.bounds) && (schematic || !isUnplaced(feature))));
}

/** Features in scope and their sums: known places and schematic ones are never added up together. */
function partOf(layer, features) {
  return { features, known: sumOf(layer, features.filter((feature) => !isUnplaced(feature))), schematic: sumOf(layer, features.filter(isUnplaced)), cells: null, isListed: true };
}

function listView(layer, features, all, state) {
  const inside = state.within ? [] : features;
  return { ...emptyView(layer), inside, whole: features.length === all.count ? features : null, matched: all.count, count: inside.length && all.count, all };
}

function emptyView(layer) {
  return { layer, drawn: [], inside: [], unplaced: [], matched: 0, count: 0, all: NOTHING, known: NOTHING, schematic: NOTHING, whole: [], cells: null, isListed: true, tiles: null };
}

/** Count and totals of features, and how many of them do not state a figure. */
function sumOf(layer, features) {
  const [totals, missing] = [{}, {}];
  for (const field of layer.fields.filter((each) => each.total)) {
    const known = features.map((feature) => feature.properties[field.name]).filter((value) => value !== null && value !== undefined);
    totals[field.name] = known.length ? known.reduce((sum, value) => sum + value, 0) : null;
    missing[field.name] = features.length - known.length;
  }
  return { count: features.length, totals, missing };
}

function asSum({ count, totals }) {
  return { count, totals, missing: {} };
}

function difference(all, part) {
  const rest = Object.entries(all.totals).map(([name, value]) => [name, value === null ? null : value - (part.totals[name] ?? 0)]);
  return { count: all.count - part.count, totals: Object.fromEntries(rest), missing: {} };
}
