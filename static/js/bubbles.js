// Counts in place of features, where a view holds too many of them to draw.

import { el } from "./dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

const SPACING_PX = 68;
const [SMALLEST_PX, LARGEST_PX] = [13, 28];

/** Draws the counts of layer views that have cells. */
export class Bubbles {
  constructor(map, labels) {
    Object.assign(this, { map, labels });
    this.group = L.layerGroup().addTo(map);
  }

  show(views) {
    this.group.clearLayers();
    const obstacles = [];
    for (const { layer, cells } of views) {
      const merged = this.merge(cells);
      const most = Math.max(...merged.map((cell) => cell.count));
      for (const cell of merged) {
        const radius = SMALLEST_PX + (LARGEST_PX - SMALLEST_PX) * Math.sqrt(cell.count / most);
        this.group.addLayer(this.bubble(layer, cell, radius));
        obstacles.push({ text: "", priority: 0, anchor: L.latLng(cell.lat, cell.lon), gap: radius });
      }
    }
    this.labels.set("bubbles", obstacles);
  }

  /** Neighbouring cells become one where their circles would overlap; counts stay true. */
  merge(cells) {
    const merged = new Map();
    for (const { lat, lon, count } of cells) {
      const { x, y } = this.map.project([lat, lon]);
      const key = `${Math.floor(x / SPACING_PX)} ${Math.floor(y / SPACING_PX)}`;
      const sum = merged.get(key) || { lat: 0, lon: 0, count: 0 };
      merged.set(key, { lat: sum.lat + lat * count, lon: sum.lon + lon * count, count: sum.count + count });
    }
    return [...merged.values()].map(({ lat, lon, count }) => ({ lat: lat / count, lon: lon / count, count }));
  }

  bubble(layer, { lat, lon, count }, radius) {
    const face = el("span", {}, number(count));
    const icon = L.divIcon({ html: face, className: "bubble-marker", iconSize: [2 * radius, 2 * radius] });
    const title = t("{layer} {count} 项，单击放大", { layer: layer.title, count: number(count) });
    return L.marker([lat, lon], { icon, title, keyboard: false }).on("click", () => this.map.setView([lat, lon], this.map.getZoom() + 2));
  }
}
