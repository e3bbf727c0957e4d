// Parcels before they go to the bureau: findings in a list and on the map in step, and the package to take away.

import { Catalog } from "./catalog.js";
import { el, icon, replace } from "./dom.js";
import { Ground } from "./ground.js";
import { t } from "./i18n.js";
import { Labels } from "./labels.js";
import { makeFile } from "./making.js";

const node = (id) => document.getElementById(id);
const PARCEL = { color: "#0b6e6b", weight: 2, fillColor: "#0b6e6b", fillOpacity: 0.12, interactive: false };
const FOUND = { color: "#a1281f", weight: 2, fillColor: "#a1281f", fillOpacity: 0.3, radius: 6 };
const CHOSEN = { weight: 4, fillOpacity: 0.5 };
/** Findings drawn at most; the list has all. */
const MOST_DRAWN = 2000;
const CLOSEST = 18;
/** Where the map stands below the list, as in `submitting.css`. */
const NARROW = "(max-width: 767px)";

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new SubmittingPage(map, config).begin();
}

class SubmittingPage {
  constructor(map, config) {
    Object.assign(this, { map, config, catalog: new Catalog(config) });
    map.attributionControl.remove();
    map.setMinZoom(9).setMaxZoom(20);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
    this.labels = new Labels(map);
    this.ground = new Ground(map, this.catalog, this.labels, () => false);
    for (const [name, z] of [["parcels", 390], ["found", 400]]) map.createPane(name).style.zIndex = z;
    this.renderers = Object.fromEntries(["parcels", "found"].map((pane) => [pane, L.svg({ pane, padding: 0.5 })]));
    this.marks = new Map();
    map.on("moveend", () => this.ground.show({ ground: null }, map.getBounds()));
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
  }

  begin() {
    this.showTools();
    this.draw();
    this.fit();
    for (const button of document.querySelectorAll("[data-finding]")) button.addEventListener("click", () => this.select(Number(button.dataset.finding), true));
    node("package").addEventListener("click", () => this.take());
    document.body.dataset.ready = "true";
  }

  showTools() {
    const button = (name, words, act) => el("button", { class: "tool", type: "button", title: words, "aria-label": words, onclick: act }, icon(name));
    replace(node("tools"), el("div", { class: "tool-group" }, [button("plus", t("放大"), () => this.map.zoomIn()), button("minus", t("缩小"), () => this.map.zoomOut())]),
      el("div", { class: "tool-group" }, button("extent", t("全图"), () => this.fit())));
  }

  draw() {
    this.parcels = L.featureGroup(this.config.shapes.map((feature) => this.shape(feature, "parcels", PARCEL))).addTo(this.map);
    this.labels.set("parcels", this.config.shapes.map((feature) => ({
      text: feature.properties.name, kind: "feature", priority: 5, anchor: L.GeoJSON.geometryToLayer(feature).getBounds().getCenter(), gap: 10,
    })));
    const found = (this.config.check?.findings ?? []).slice(0, MOST_DRAWN);
    found.forEach((finding, index) => {
      if (!finding.geometry) return;
      const mark = this.shape({ type: "Feature", geometry: finding.geometry }, "found", FOUND).addTo(this.map);
      mark.on("click", (event) => { L.DomEvent.stop(event); this.select(index, false); });
      this.marks.set(index, mark);
    });
  }

  shape(feature, pane, style) {
    const options = { pane, renderer: this.renderers[pane] };
    return L.GeoJSON.geometryToLayer(feature, { ...options, pointToLayer: (_, latLng) => L.circleMarker(latLng, options) }).setStyle(style);
  }

  /** All parcels, or the zone where there is none. */
  fit() {
    const [west, south, east, north] = this.config.zone.extent;
    const bounds = this.config.shapes.length ? this.parcels.getBounds().pad(0.1) : [[south, west], [north, east]];
    this.map.fitBounds(bounds, { maxZoom: CLOSEST, animate: false });
  }

  /** Show one finding, on the map where it came from the list and in the list where it came from the map. */
  select(index, fromList) {
    for (const button of document.querySelectorAll("[data-finding]")) {
      const isChosen = Number(button.dataset.finding) === index;
      button.setAttribute("aria-pressed", String(isChosen));
      if (isChosen && !fromList) button.scrollIntoView({ block: "nearest" });
    }
    for (const [each, mark] of this.marks) mark.setStyle(each === index ? CHOSEN : FOUND);
    const mark = this.marks.get(index);
    if (fromList && mark) {
      if (window.matchMedia(NARROW).matches) document.querySelector(".submitting-map").scrollIntoView({ block: "start" });
      const bounds = mark.getBounds?.() ?? L.latLngBounds([mark.getLatLng()]);
      this.map.fitBounds(bounds.pad(0.5), { maxZoom: CLOSEST, animate: false });
    }
  }

  take() {
    const form = node("submit-form");
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    return makeFile(`${form.dataset.file}?${query}`, { state: node("package-state"), button: node("package"), form });
  }
}
