// Vector tiles of one question about a layer: fetched for a view, decoded, kept while the page is open.

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";
import { getBytes } from "./api.js";
import { keyOf } from "./catalog.js";

export const EXTENT = 4096;
const [DEEPEST, KEPT_TILES] = [18, 64];
const TILE_PX = 256;

/**
 * A tile as it is drawn.
 *
 * @typedef {Object} ReadTile
 * @property {number} z
 * @property {number} x
 * @property {number} y
 * @property {TileFeature[]} features - those that reach into the tile
 * @property {Object[]} points - `x`, `y` in units of the tile, `count`, and the number of the feature where it is one
 *
 * @typedef {Object} TileFeature
 * @property {number} number - the same in every tile
 * @property {string} key
 * @property {Object} layer
 * @property {Object} properties
 * @property {string} kind - Point, LineString or Polygon
 * @property {Int16Array[]} parts - x and y in turns, units of the tile
 * @property {number[]} box - west, north, east, south in units of the tile
 */
export class TileSource {
  /**
   * @param {string} address - of the layer's tile set
   * @param {Object} layer
   * @param {Object} question - parameters of each tile
   * @param {() => void} onChange - called when a tile has come
   * @param {(error: Error) => void} onFail
   */
  constructor(address, layer, question, onChange, onFail) {
    Object.assign(this, { address, layer, question, onChange, onFail });
    this.tiles = new Map();
    this.aborting = new AbortController();
  }

  close() {
    this.aborting.abort();
  }

  /** Ask for the tiles of a view that are not there yet; tells which they are, and whether all have come. */
  ask(bounds, zoom) {
    this.wanted = tilesOf(bounds, zoom);
    for (const where of this.wanted) if (!this.tiles.has(nameOf(where))) this.load(where);
    return this.isWhole();
  }

  isWhole() {
    return this.wanted.every((where) => this.tiles.get(nameOf(where)));
  }

  /** What is there of the view asked for last. */
  shown() {
    return this.wanted.map((where) => this.tiles.get(nameOf(where))).filter(Boolean);
  }

  async load(where) {
    const name = nameOf(where);
    this.tiles.set(name, null);
    try {
      const bytes = await getBytes(`${this.address}/${name}`, this.question, this.aborting.signal);
      this.keep(name, readTile(this.layer, where, bytes));
      this.onChange();
    } catch (error) {
      this.tiles.delete(name);
      if (error.name !== "AbortError") this.onFail(error);
    }
  }

  keep(name, tile) {
    this.tiles.delete(name);
    this.tiles.set(name, tile);
    const needed = new Set(this.wanted.map(nameOf));
    for (const old of this.tiles.keys()) {
      if (this.tiles.size <= KEPT_TILES) break;
      if (!needed.has(old)) this.tiles.delete(old);
    }
  }
}

function nameOf({ z, x, y }) {
  return `${z}/${y}/${x}`;
}

/** The tiles of a view: each 512 pixels wide or a little less or more. */
function tilesOf(bounds, zoom) {
  const z = Math.min(Math.max(Math.round(zoom) - 1, 0), DEEPEST);
  const most = 2 ** z - 1;
  const cell = (latLng) => L.CRS.EPSG3857.latLngToPoint(latLng, z).divideBy(TILE_PX).floor();
  const [first, last] = [cell(bounds.getNorthWest()), cell(bounds.getSouthEast())];
  const tiles = [];
  for (let y = Math.max(first.y, 0); y <= Math.min(last.y, most); y += 1) {
    for (let x = Math.max(first.x, 0); x <= Math.min(last.x, most); x += 1) tiles.push({ z, x, y });
  }
  return tiles;
}

/** @returns {ReadTile} */
function readTile(layer, where, bytes) {
  const { layers } = new VectorTile(new PbfReader(bytes));
  const features = each(layers[layer.id]).map((feature) => readFeature(layer, feature));
  const points = each(layers[`${layer.id}_counts`]).map((point) => {
    const [[{ x, y }]] = point.loadGeometry();
    return { x, y, count: point.properties.count, number: point.id };
  });
  return { ...where, features, points };
}

function each(layer) {
  return layer ? Array.from({ length: layer.length }, (_, i) => layer.feature(i)) : [];
}

/** @returns {TileFeature} */
function readFeature(layer, feature) {
  const { properties } = feature;
  // A tile leaves out what is null; a lamp that is null means: reported, and nothing to compare with.
  if (layer.status.kind !== "none") properties.lamp ??= null;
  const parts = feature.loadGeometry().map((points) => Int16Array.from(points.flatMap(({ x, y }) => [x, y])));
  return { number: feature.id, key: keyOf(layer.id, properties.feature_id), layer, properties, kind: [null, "Point", "LineString", "Polygon"][feature.type], parts, box: boxOf(parts) };
}

function boxOf(parts) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const part of parts) for (let i = 0; i < part.length; i += 2) {
    box[0] = Math.min(box[0], part[i]);
    box[1] = Math.min(box[1], part[i + 1]);
    box[2] = Math.max(box[2], part[i]);
    box[3] = Math.max(box[3], part[i + 1]);
  }
  return box;
}
