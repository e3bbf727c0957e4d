// Where things are: the pointer's coordinates, the reader's own place, a place gone to.

import { el, icon } from "./dom.js";
import { number, position } from "./format.js";
import { t } from "./i18n.js";
import { say } from "./notices.js";

const CLOSE_ZOOM = 16;
const HERE = "#1f6fb5";

/** Write the pointer's coordinates into a node. */
export function showPointer(map, node) {
  map.on("mousemove", (event) => { node.textContent = position(event.latlng); });
  map.on("mouseout", () => { node.textContent = ""; });
}

/** Marks on the map that are no features: where the reader is, where the coordinates lead. */
export class Places {
  constructor(map) {
    this.map = map;
    this.marks = L.layerGroup().addTo(map);
    this.here = L.layerGroup().addTo(map);
  }

  /** Go to a GeoJSON point and mark it until the mark is closed. */
  goTo({ geometry, properties }) {
    const [lng, lat] = geometry.coordinates;
    this.marks.clearLayers();
    const marker = L.marker([lat, lng], { icon: L.divIcon({ html: icon("pin", "pin"), className: "pin-marker", iconSize: [32, 32], iconAnchor: [16, 30] }), alt: t("坐标位置"), keyboard: true });
    const remove = el("button", { class: "btn btn-sm btn-quiet", type: "button", onclick: () => this.marks.clearLayers() }, t("移除标记"));
    marker.bindPopup(el("div", { class: "place", "data-testid": "place" }, [el("strong", {}, position({ lat, lng })), el("p", {}, properties.reading), properties.warning && el("p", { class: "place-warning" }, properties.warning), remove]), { offset: [0, -22], className: "map-popup" });
    this.marks.addLayer(marker);
    this.map.setView([lat, lng], Math.max(this.map.getZoom(), CLOSE_ZOOM), { animate: false });
    marker.openPopup();
  }

  /** Ask the browser where the reader is and show it with its accuracy. */
  locate() {
    this.map.once("locationfound", ({ latlng, accuracy }) => this.showHere(latlng, accuracy));
    this.map.once("locationerror", () => say(t("没有取得你的位置：请在浏览器里允许定位。")));
    this.map.locate({ setView: true, maxZoom: CLOSE_ZOOM, enableHighAccuracy: true, timeout: 15000 });
  }

  showHere(latLng, accuracy) {
    this.here.clearLayers();
    this.here.addLayer(L.circle(latLng, { radius: accuracy, color: HERE, weight: 1, fillOpacity: 0.08, interactive: false }));
    this.here.addLayer(L.circleMarker(latLng, { radius: 6, color: "#ffffff", weight: 2, fillColor: HERE, fillOpacity: 1 }).bindTooltip(el("span", {}, t("你在这里，误差约 {accuracy} m", { accuracy: number(accuracy, 0) }))));
  }
}
