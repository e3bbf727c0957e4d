// Large layers on the map: vector tiles painted on one canvas, counts in bubbles where features crowd.
// Loaded only when a layer is large.

import { Bubbles } from "./bubbles.js";
import { RequestFailed } from "./api.js";
import { sayFailed } from "./notices.js";
import { EXTENT, TileSource } from "./tile_source.js";
import { paintMarker, paintShape, styleOf } from "./tile_painting.js";

const SMALLEST_OUTLINE_PX = 11;
const MARKER_REACH_PX = 8;
const LINE_REACH_PX = 5;
const TILE_PX = 256;

/** A canvas that moves with the map and is painted anew when the map has come to rest. */
const Canvas = L.Renderer.extend({
  options: { pane: "tiles", padding: 0.25 },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.dataset.testid = "tiles";
  },

  _destroyContainer() {
    this._container.remove();
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const [size, ratio] = [this._bounds.getSize(), window.devicePixelRatio || 1];
    L.DomUtil.setPosition(this._container, this._bounds.min);
    Object.assign(this._container, { width: size.x * ratio, height: size.y * ratio });
    Object.assign(this._container.style, { width: `${size.x}px`, height: `${size.y}px` });
    this.context = this._container.getContext("2d");
    this.context.scale(ratio, ratio);
    this.context.translate(-this._bounds.min.x, -this._bounds.min.y);
    this.fire("update");
  },

  /** Begin a picture: an empty canvas in layer pixels. */
  begin() {
    const { min } = this._bounds;
    const size = this._bounds.getSize();
    this.context.clearRect(min.x, min.y, size.x, size.y);
    return this.context;
  },
});

/** Shows layers by tiles; knows what lies under the pointer. */
export class TilesOnMap {
  /**
   * @param {L.Map} map
   * @param {Catalog} catalog
   * @param {Labels} labels
   * @param {Object} actions - `choose(feature)`, `hover(feature or null, latLng)`, `painted()`
   */
  constructor(map, catalog, labels, actions) {
    Object.assign(this, { map, catalog, actions, entries: new Map() });
    map.createPane("tiles").style.zIndex = 395;
    this.bubbles = new Bubbles(map, labels);
    this.canvas = new Canvas().addTo(map);
    this.canvas.on("update", () => this.follow());
    map.on("click", (event) => this.onClick(event));
    map.on("mousemove", (event) => this.onMove(event));
    map.getContainer().addEventListener("mouseleave", () => this.hover(null));
  }

  /** Show layers by tiles: each a layer and the parameters of its tiles. */
  show(layers, year) {
    this.year = year;
    for (const [id, entry] of this.entries) if (!layers.some(({ layer }) => layer.id === id)) this.close(id, entry);
    for (const { layer, question } of layers) this.open(layer, question);
    this.follow();
  }

  close(id, entry) {
    entry.source.close();
    this.entries.delete(id);
  }

  /** What was shown stays until the answers to a new question are there. */
  open(layer, question) {
    const old = this.entries.get(layer.id);
    const name = JSON.stringify(question);
    if (old?.name === name) return;
    old?.source.close();
    const address = `${this.catalog.config.ogc}/collections/${layer.id}/tiles/WebMercatorQuad`;
    const source = new TileSource(address, layer, question, () => this.paintSoon(), (error) => this.fail(layer, error));
    this.entries.set(layer.id, { name, source, shown: old?.shown ?? [], isOld: Boolean(old) });
  }

  /** A refused question is said in place of the list, which asks the same. */
  fail(layer, error) {
    if (!(error instanceof RequestFailed) || !error.isRefusal) sayFailed(`tiles-${layer.id}`, error.message, () => this.follow());
  }

  /** Ask for what the view needs, and paint what is there. */
  follow() {
    if (!this.entries.size && !this.painted) return;
    for (const { source } of this.entries.values()) source.ask(this.map.getBounds(), this.map.getZoom());
    this.paintSoon();
  }

  paintSoon() {
    this.asked ??= requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.asked = null;
    if (this.map._animatingZoom) return;
    const context = this.canvas.begin();
    this.markers = [];
    for (const entry of this.entries.values()) {
      this.choose(entry);
      for (const tile of entry.shown) this.paintTile(context, tile);
    }
    for (const { feature, x, y } of this.markers) paintMarker(context, styleOf(feature, this.year), x, y);
    this.bubbles.show([...this.entries.values()].map(({ source, shown }) => ({ layer: source.layer, cells: this.cellsOf(shown) })).filter(({ cells }) => cells.length));
    this.painted = this.entries.size > 0;
    this.actions.painted();
  }

  /** Until every tile of a new zoom or question is there, what was shown stays: nothing is counted twice. */
  choose(entry) {
    const now = entry.source.shown();
    const isSameZoom = !entry.isOld && entry.shown.every(({ z }) => z === entry.source.wanted[0]?.z);
    if (!entry.source.isWhole() && entry.shown.length && !isSameZoom) return;
    Object.assign(entry, { shown: now, isOld: entry.isOld && !entry.source.isWhole() });
  }

  paintTile(context, tile) {
    const at = this.placeOf(tile);
    const features = new Map(tile.features.map((feature) => [feature.number, feature]));
    context.save();
    context.beginPath();
    context.rect(Math.round(at.dx), Math.round(at.dy), Math.round(at.dx + at.width) - Math.round(at.dx), Math.round(at.dy + at.width) - Math.round(at.dy));
    context.clip();
    for (const feature of tile.features) if (isOutlined(feature, at)) paintShape(context, feature, styleOf(feature, this.year), at);
    context.restore();
    for (const { x, y, number } of tile.points) {
      const feature = features.get(number);
      if (feature) this.markers.push({ feature, x: at.dx + x * at.scale, y: at.dy + y * at.scale, size: isOutlined(feature, at) ? sizeOf(feature.box) * at.scale : 0 });
    }
  }

  /** Where a tile lies: its corner and size in layer pixels, and the size of its units. */
  placeOf({ z, x, y }) {
    const width = TILE_PX * 2 ** (this.map.getZoom() - z);
    const origin = this.map.getPixelOrigin();
    return { dx: x * width - origin.x, dy: y * width - origin.y, width, scale: width / EXTENT };
  }

  /** The counts of tiles in which features are not shown one by one. */
  cellsOf(tiles) {
    return tiles.filter((tile) => !tile.features.length).flatMap((tile) => {
      const at = this.placeOf(tile);
      return tile.points.map(({ x, y, count }) => {
        const { lat, lng } = this.map.layerPointToLatLng([at.dx + x * at.scale, at.dy + y * at.scale]);
        return { lat, lon: lng, count };
      });
    });
  }

  /** The features whose markers lie in view, each once, with where they lie and how large they are drawn, in pixels. */
  inView() {
    const view = L.bounds(this.map.containerPointToLayerPoint([0, 0]), this.map.containerPointToLayerPoint(this.map.getSize()));
    return (this.markers ?? []).filter((marker) => view.contains(L.point(marker.x, marker.y)))
      .map(({ feature, x, y, size }) => ({ feature, size, latLng: this.map.layerPointToLatLng([x, y]) }));
  }

  /** Bounds of all that is shown in view, one by one. */
  bounds() {
    const cells = [...this.entries.values()].flatMap(({ shown }) => this.cellsOf(shown)).map(({ lat, lon }) => L.latLng(lat, lon));
    return [...cells, ...this.inView().map(({ latLng }) => latLng)].map((latLng) => L.latLngBounds([latLng]));
  }

  /** The feature under a point of the map: the nearest marker, else the smallest shape. */
  find({ x, y }) {
    const near = (this.markers ?? []).map((marker) => ({ feature: marker.feature, distance: Math.hypot(marker.x - x, marker.y - y) })).filter(({ distance }) => distance <= MARKER_REACH_PX);
    if (near.length) return near.reduce((one, other) => (other.distance < one.distance ? other : one)).feature;
    const under = [...this.entries.values()].flatMap(({ shown }) => shown).flatMap((tile) => {
      const at = this.placeOf(tile);
      const [u, v, reach] = [(x - at.dx) / at.scale, (y - at.dy) / at.scale, LINE_REACH_PX / at.scale];
      if (u < 0 || v < 0 || u >= EXTENT || v >= EXTENT) return [];
      return tile.features.filter((feature) => isOutlined(feature, at) && meets(feature, u, v, reach));
    });
    return under.sort((one, other) => areaOf(one.box) - areaOf(other.box))[0] ?? null;
  }

  /** Whether there is nothing to point at, or a drawing tool has the pointer. */
  isIdle() {
    return !this.entries.size || this.map.getContainer().classList.contains("is-drawing");
  }

  onClick(event) {
    const feature = this.isIdle() ? null : this.find(event.layerPoint);
    if (feature) this.actions.choose(feature);
  }

  onMove(event) {
    if (this.isIdle()) return;
    this.pointer = event;
    this.looking ??= requestAnimationFrame(() => {
      this.looking = null;
      this.hover(this.find(this.pointer.layerPoint), this.pointer.latlng);
    });
  }

  hover(feature, latLng) {
    this.map.getContainer().classList.toggle("is-over-feature", Boolean(feature));
    this.actions.hover(feature, latLng);
  }
}

function isOutlined({ kind, box }, { scale }) {
  return kind !== "Point" && sizeOf(box) * scale >= SMALLEST_OUTLINE_PX;
}

function sizeOf(box) {
  return Math.max(box[2] - box[0], box[3] - box[1]);
}

function areaOf(box) {
  return (box[2] - box[0]) * (box[3] - box[1]);
}

/** Whether a shape lies under a point, in units of the tile. */
function meets({ kind, parts, box }, x, y, reach) {
  if (x < box[0] - reach || y < box[1] - reach || x > box[2] + reach || y > box[3] + reach) return false;
  return kind === "Polygon" ? parts.reduce((inside, ring) => inside !== isWithin(ring, x, y), false) : parts.some((line) => isNear(line, x, y, reach));
}

/** By the even-odd rule. */
function isWithin(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[j], ring[j + 1]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

function isNear(line, x, y, reach) {
  const point = L.point(x, y);
  for (let i = 2; i < line.length; i += 2) {
    if (L.LineUtil.pointToSegmentDistance(point, L.point(line[i - 2], line[i - 1]), L.point(line[i], line[i + 1])) <= reach) return true;
  }
  return false;
}
