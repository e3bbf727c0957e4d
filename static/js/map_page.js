// The map page: puts the modules together and keeps list, map, details and address bar in step.

import { Latest } from "./api.js";
import { Catalog } from "./catalog.js";
import { Data, boundsOf } from "./data.js";
import { Details } from "./details.js";
import { debounce, el, replace } from "./dom.js";
import { exportMenu } from "./export_menu.js";
import { FeaturesOnMap } from "./features_on_map.js";
import { Facets, showChips } from "./filters.js";
import { Ground } from "./ground.js";
import { t } from "./i18n.js";
import { Labels } from "./labels.js";
import { showLegend } from "./legend.js";
import { List } from "./list.js";
import { showControls } from "./map_controls.js";
import { Measure } from "./measure.js";
import { sayFailed } from "./notices.js";
import { describeExport, describeOne, describeSheet } from "./outputs.js";
import { Places, showPointer } from "./position.js";
import { fillSheet, filledPart, fitToPaper, layOut } from "./print.js";
import { Search } from "./search.js";
import { Selection } from "./selection.js";
import { PEEK_PX, Sheet, isPhone } from "./sheet.js";
import { State, corrections, faultOf } from "./state.js";
import { ToolCard } from "./tool_card.js";
import { showTotals } from "./totals.js";

const SETTLE_MS = 80;
const CLOSE_ZOOM = 15;
const ASKS_ANEW = ["year", "layers", "filters", "q", "within", "buffer_m", "schematic", "ground", "at"];
const CHANGES_LEGEND = ["year", "layers", "schematic", "ground", "basemap"];

const node = (id) => document.getElementById(id);

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new MapPage(map, config).begin();
}

class MapPage {
  constructor(map, config) {
    Object.assign(this, { map, config, views: [] });
    this.catalog = new Catalog(config);
    this.linked = window.location.search;
    this.state = new State(config);
    this.data = new Data(this.catalog, true);
    this.latest = new Latest();
    this.refresh = debounce(() => this.load(), SETTLE_MS);
    this.makeMap();
    this.makePanels();
  }

  makeMap() {
    const { map, catalog } = this;
    map.attributionControl.remove();
    map.setMinZoom(9).setMaxZoom(19);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 140 }).addTo(map);
    this.labels = new Labels(map);
    this.ground = new Ground(map, catalog, this.labels, (key) => this.selection.takeFeature(key));
    this.features = new FeaturesOnMap(map, catalog, this.labels, (key, manner) => this.choose(key, manner));
    this.places = new Places(map);
    const card = new ToolCard(node("tool-card"));
    this.measure = new Measure(map, card);
    this.selection = new Selection(map, card, node("selection-bar"), catalog, this.state);
    showPointer(map, node("pointer"));
    showControls(node("tools"), map, {
      fullExtent: () => this.fit(extentOf(this.config)),
      locate: () => this.places.locate(),
      select: (mode) => { this.clearMap(); return this.selection.start(mode); },
      measure: (kind) => { this.clearMap(); return this.measure.start(kind); },
    });
  }

  /** A tool needs the map: end the other one, and on phones lower the sheets. */
  clearMap() {
    this.measure.stop();
    this.selection.stop();
    this.panelSheet.set("peek");
    this.detailsSheet.set("peek");
  }

  makePanels() {
    const actions = { choose: (key, manner) => this.choose(key, { show: true, ...manner }), close: () => this.leaveDetails(), year: () => this.state.get("year"),
      exportOne: (feature) => describeOne(this.catalog, feature, this.state.get("year")), switchLayer: (id) => this.switchLayer(id),
      onlyLayer: (id) => this.state.set({ layers: [id] }), allLayers: (on) => this.state.set({ layers: on ? null : [] }), switchGround: (id) => this.switchGround(id), goTo: (place) => this.places.goTo(place),
      filterBy: (q) => this.state.set({ q }), chooseBasemap: (basemap) => this.state.set({ basemap }) };
    this.actions = actions;
    this.list = new List(node("list"), this.catalog, actions);
    this.facets = new Facets(node("facets"), this.catalog, this.state);
    this.details = new Details(node("details-content"), this.catalog, actions);
    this.panelSheet = new Sheet(node("panel"), node("panel-handle"));
    this.detailsSheet = new Sheet(node("details"), node("details-handle"), "half");
    this.search = new Search(node("search"), node("search-list"), this.catalog, { ...actions, choose: (key, manner) => this.choose(key, { fly: true, ...manner }) });
    replace(node("panel-foot"), exportMenu(t("导出所见"), () => describeExport(this.catalog, this.state.values, this.views, this.visibleBounds())),
      el("button", { class: "btn btn-quiet", type: "button", "data-testid": "print-map", onclick: () => window.print() }, t("打印地图")));
    for (const radio of document.querySelectorAll("input[name=year]")) radio.addEventListener("change", () => this.state.set({ year: Number(radio.value) }));
  }

  begin() {
    const { map, state } = this;
    const [at, feature] = [state.get("at"), state.get("feature")];
    if (feature) this.makeRoom();
    if (at) map.setView([at.lat, at.lng], at.zoom, { animate: false });
    else this.fit(extentOf(this.config));
    state.onChange((changed) => this.onChange(changed));
    map.on("moveend", () => this.onMove());
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) this.escape(); });
    new ResizeObserver(() => map.invalidateSize({ pan: false, debounceMoveend: true })).observe(map.getContainer());
    window.addEventListener("beforeprint", () => { node("legend").open = true; document.querySelector(".legend-more").open = true; fillSheet(describeSheet(this.catalog, this.state.values, this.views, node("pill").textContent)); });
    fitToPaper(map, this.labels, () => layOut(map, filledPart(map.getBounds(), this.boundsOfContent()), !node("details").hidden));
    node("legend").open = !isPhone();
    this.showYear();
    this.showLegend();
    this.showBasemap();
    this.showSelection();
    this.load();
    for (const [i, words] of corrections(this.config, this.linked).entries()) sayFailed(`link-${i}`, words);
    if (feature) this.openDetails({ show: !at });
  }

  onMove() {
    const { lat, lng } = this.map.getCenter();
    this.state.set({ at: { lat: round(lat), lng: round(lng), zoom: this.map.getZoom() } });
  }

  onChange(changed) {
    const has = (names) => names.some((name) => changed.has(name));
    if (has(ASKS_ANEW)) this.refresh();
    if (has(CHANGES_LEGEND)) this.showLegend();
    if (changed.has("basemap")) this.showBasemap();
    if (changed.has("year")) this.showYear();
    if (has(["within", "buffer_m"])) this.showSelection();
    if (has(["feature", "year"])) this.openDetails(changed.has("feature") ? this.manner ?? {} : {});
  }

  /** Ask for what is in view and show it everywhere; an older answer never overtakes a newer one. */
  async load() {
    const state = this.state.values;
    const bounds = this.visibleBounds();
    const fault = faultOf(state, this.config);
    if (fault) return this.showFault(fault);
    const tiled = this.data.tiledAtOnce(state);
    if (tiled) this.features.showTiles(tiled, state);
    try {
      const found = await this.latest.run((signal) => Promise.all([
        this.data.views(state, bounds, signal), this.data.counts(state, signal), this.ground.show(state, bounds, signal)]));
      return found && this.show(found[0], found[1], state);
    } catch (error) {
      return this.showFault(error.message, error.isRefusal ? [] : [{ id: "retry", title: t("重试"), act: () => this.load() }]);
    }
  }

  show(views, counts, state, isFaulty = false) {
    this.views = views;
    for (const button of node("panel-foot").querySelectorAll("button")) button.disabled = isFaulty;
    const inside = views.flatMap((view) => [...view.inside, ...view.unplaced]).map((feature) => feature.key);
    this.features.show(views, state, state.within ? new Set(inside) : null);
    showChips(node("chips"), this.catalog, state, counts, this.actions);
    this.facets.show(views);
    showTotals(node("totals"), views, state);
    this.list.show(views, state);
    this.showPill(state);
    document.body.dataset.ready = "true";
  }

  /** A question that has no answer shows none: no feature of another question stays on the map, in the list or in the totals. */
  showFault(words, ways = []) {
    const state = this.state.values;
    this.latest.run(() => null);
    this.show([], null, state, true);
    replace(node("totals"), el("p", { class: "totals-note totals-waiting" }, t("没有数据")));
    const isFiltered = Object.keys(state.filters).length > 0 || state.q;
    this.list.showFault(words, [
      ...ways,
      state.within && { id: "clear-area", title: t("清除圈选"), act: () => this.selection.clear() },
      isFiltered && { id: "clear-filters", title: t("清除筛选"), act: () => this.state.set({ filters: {}, q: "" }) },
      { id: "start-anew", title: t("从头开始"), act: () => window.location.assign(window.location.pathname) },
    ].filter(Boolean));
  }

  showPill(state) {
    const hasSchematic = state.schematic && this.views.some((view) => (view.tiles ? view.schematic.count > 0 : view.drawn.some((feature) => feature.properties.location_basis === "schematic")));
    const parts = [this.ground.accuracyNote(), hasSchematic && t("斜纹为示意位置，不能量算")];
    node("pill").textContent = parts.filter(Boolean).join(" · ");
  }

  showYear() {
    const radio = document.querySelector(`input[name=year][value="${this.state.get("year")}"]`);
    if (radio) radio.checked = true;
  }

  showLegend() {
    showLegend(node("legend-content"), this.catalog, this.state, this.actions);
  }

  showBasemap() {
    this.basemap?.remove();
    const chosen = this.config.basemaps.find((basemap) => basemap.id === this.state.get("basemap"));
    this.basemap = chosen && L.tileLayer(chosen.url, { maxZoom: 19 }).addTo(this.map);
    node("review-number").textContent = chosen ? [chosen.title, chosen.review_number].filter(Boolean).join(" ") : "";
  }

  async showSelection() {
    await this.selection.show(this.state.values);
    const bounds = this.selection.bounds();
    if (bounds) this.panelSheet.set("half");
    if (bounds && !this.boundsAbove(this.covered()).contains(bounds)) this.fit(bounds);
  }

  switchLayer(id) {
    const on = this.catalog.chosen(this.state.values);
    const wanted = on.includes(id) ? on.filter((each) => each !== id) : [...on, id];
    this.state.set({ layers: this.catalog.plan.map((layer) => layer.id).filter((each) => wanted.includes(each)) });
  }

  switchGround(id) {
    const on = this.catalog.ground(this.state.values);
    this.state.set({ ground: on.includes(id) ? on.filter((each) => each !== id) : [...on, id] });
  }

  /** Choose a feature; `show` moves the map only when it is out of sight, `fly` goes close to it, `focus` gives the details the keyboard. */
  choose(key, manner = {}) {
    if (this.selection.takeFeature(key)) return;
    this.manner = manner;
    if (this.state.get("feature") === key) this.openDetails(manner);
    else this.state.set({ feature: key });
  }

  async openDetails(manner) {
    const key = this.state.get("feature");
    this.list.mark(key, true);
    if (!key) return this.closeDetails();
    const feature = await this.details.open(key, this.state.get("year"));
    if (feature === undefined || key !== this.state.get("feature")) return undefined;
    if (!feature) return this.closeDetails();
    this.makeRoom();
    this.features.select(feature);
    if (manner.focus) this.details.focus();
    node("announcement").textContent = t("已打开详情：{name}", { name: feature.properties.name });
    return this.bringIntoView(feature, manner);
  }

  /** Close the details, and give the keyboard back to the list. */
  leaveDetails() {
    const key = this.state.get("feature");
    this.state.set({ feature: "" });
    document.querySelector(`.item[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  escape() {
    if (this.state.get("feature") && !this.selection.drawing && !this.measure.drawing) this.leaveDetails();
  }

  /** Show the place of the details; the map keeps what is left. */
  makeRoom() {
    if (node("details").hidden || this.detailsSheet.height === "peek") this.detailsSheet.set("half");
    node("details").hidden = false;
    document.body.classList.add("has-details");
    this.map.invalidateSize({ pan: false });
  }

  closeDetails() {
    node("details").hidden = true;
    document.body.classList.remove("has-details");
    this.features.select(null);
    this.map.invalidateSize({ pan: false });
  }

  bringIntoView(feature, { fly = false, show = false }) {
    if (!feature.bounds) return;
    const bounds = boundsOf(feature.geometry);
    if (fly) this.fit(bounds, Math.max(this.map.getZoom(), CLOSE_ZOOM));
    else if ((show || isPhone()) && !this.boundsAbove(this.covered()).pad(-0.05).contains(bounds)) this.fit(bounds, this.map.getZoom());
  }

  /** Fit bounds into the part of the map that no sheet covers. */
  fit(bounds, maxZoom = 19) {
    this.map.fitBounds(bounds, { maxZoom, paddingTopLeft: [16, isPhone() ? 56 : 48], paddingBottomRight: [16, 16 + this.covered()], animate: false });
  }

  /** Bounds of all that is drawn, one by one. */
  boundsOfContent() {
    const drawn = this.views.flatMap((view) => view.drawn.map((feature) => feature.bounds));
    return [...drawn, ...this.features.boundsOfTiles(), ...this.ground.bounds(), this.selection.bounds()].filter(Boolean);
  }

  /** Height of the map that a phone's sheet covers, in pixels. */
  covered() {
    if (!isPhone()) return 0;
    const area = this.map.getContainer().getBoundingClientRect();
    const sheets = [node("panel"), node("details")].filter((sheet) => !sheet.hidden).map((sheet) => area.bottom - sheet.getBoundingClientRect().top);
    return Math.min(Math.max(...sheets, 0), area.height * 0.6);
  }

  /** What counts as in view: on phones the map above the sheet at rest, so that pulling it up to read changes nothing. */
  visibleBounds() {
    return this.boundsAbove(isPhone() ? PEEK_PX : 0);
  }

  boundsAbove(coveredPx) {
    const size = this.map.getSize();
    const corners = [[0, 0], [size.x, size.y - coveredPx]].map((point) => this.map.containerPointToLatLng(point));
    return L.latLngBounds(corners);
  }
}

function extentOf({ zone }) {
  const [west, south, east, north] = zone.extent;
  return [[south, west], [north, east]];
}

function round(degrees) {
  return Math.round(degrees * 1e5) / 1e5;
}
