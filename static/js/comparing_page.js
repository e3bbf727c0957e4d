// Two years side by side: two maps that move together, each with the status of its year.

import { Latest, withParams } from "./api.js";
import { askAtOnce } from "./asking.js";
import { Catalog, lampOf } from "./catalog.js";
import { Data } from "./data.js";
import { debounce, el, lamp, replace } from "./dom.js";
import { FeaturesOnMap } from "./features_on_map.js";
import { Ground } from "./ground.js";
import { t } from "./i18n.js";
import { Labels } from "./labels.js";
import { sayFailed, settle } from "./notices.js";

const SETTLE_MS = 80;

/** Entry point; Folium's script calls it with the left Leaflet map and the page's configuration. */
export function start(map, config) {
  askAtOnce();
  const right = L.map("map-right", { zoomControl: false, zoomSnap: map.options.zoomSnap });
  new ComparingPage([map, right], config).begin();
}

class ComparingPage {
  constructor(maps, config) {
    this.config = config;
    this.catalog = new Catalog(config);
    this.data = new Data(this.catalog);
    this.latest = new Latest();
    this.keys = config.keys && new Set(config.keys);
    this.sides = maps.map((map, i) => new Side(map, this.catalog, [config.left, config.right][i], (key) => this.choose(key)));
    this.refresh = debounce(() => this.load(), SETTLE_MS);
  }

  begin() {
    const [left, right] = this.sides.map((side) => side.map);
    const [west, south, east, north] = this.config.zone.extent;
    for (const map of [left, right]) map.fitBounds([[south, west], [north, east]], { animate: false });
    follow(left, right);
    follow(right, left);
    left.on("moveend", this.refresh);
    this.load();
  }

  async load() {
    const bounds = this.sides[0].map.getBounds();
    const state = { layers: this.config.chosen, ground: null, filters: {}, q: "", within: "", buffer_m: null, schematic: true };
    try {
      const found = await this.latest.run((signal) => Promise.all(this.sides.map((side) => this.data.views({ ...state, year: side.year }, bounds, signal))));
      if (!found) return;
      this.sides.forEach((side, i) => side.show(this.narrowed(found[i]), state));
      await Promise.all(this.sides.map((side) => side.ground.show(state, bounds)));
      settle("comparing");
      document.body.dataset.ready = "true";
    } catch (error) {
      sayFailed("comparing", error.message, () => this.load());
    }
  }

  /** Only what the filter takes; counts of cells know no filter, so they give way. */
  narrowed(views) {
    if (!this.keys) return views;
    return views.map((view) => ({ ...view, cells: null, drawn: view.drawn.filter((feature) => this.keys.has(feature.key)) }));
  }

  choose(key) {
    const found = this.sides.map((side) => side.select(key));
    const feature = found.find(Boolean);
    const address = withParams(`${this.config.featureUrl}/${key.split("/").map(encodeURIComponent).join("/")}`, { year: this.config.right });
    replace(document.getElementById("chosen-feature"), el("strong", {}, feature.properties.name), ...found.map((each, i) => this.words(each, this.sides[i].year)),
      el("a", { href: address, "data-testid": "chosen-page" }, t("详情页")));
  }

  words(feature, year) {
    if (!feature) return el("span", {}, t("{year} 年：没有显示", { year }));
    const title = this.catalog.lampTitle(feature);
    const { stage } = feature.properties;
    const stageWords = stage && stage !== "not_reported" ? this.config.stages[stage] : null;
    return el("span", { class: "lamp-words" }, [lamp(lampOf(feature), title), [t("{year} 年", { year }), title, stageWords].filter(Boolean).join(" · ")]);
  }
}

/** One of the maps and its year. */
class Side {
  constructor(map, catalog, year, onChoose) {
    Object.assign(this, { map, year });
    map.attributionControl.remove();
    map.setMinZoom(9).setMaxZoom(19);
    map.scrollWheelZoom.enable();
    L.control.zoom({ position: "topleft", zoomInTitle: t("放大"), zoomOutTitle: t("缩小") }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomright", maxWidth: 120 }).addTo(map);
    this.labels = new Labels(map);
    this.ground = new Ground(map, catalog, this.labels, () => false);
    this.features = new FeaturesOnMap(map, catalog, this.labels, onChoose);
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
  }

  show(views, state) {
    this.shown = new Map(views.flatMap((view) => view.drawn).map((feature) => [feature.key, feature]));
    this.features.show(views, { ...state, year: this.year }, null);
  }

  /** Emphasise a feature; gives it as it stands in this year. */
  select(key) {
    const feature = this.shown.get(key);
    this.features.select(feature ?? null);
    return feature;
  }
}

/** Let one map go where the other goes. */
function follow(leader, follower) {
  leader.on("move zoomend", () => {
    const [center, zoom] = [leader.getCenter(), leader.getZoom()];
    if (follower.getZoom() !== zoom || follower.getCenter().distanceTo(center) > 0.5) follower.setView(center, zoom, { animate: false });
  });
}
