// Giving a feature its place: drawn, moved or taken from a file; old and new beside each other until the form is sent.

import { Catalog } from "./catalog.js";
import { el, replace } from "./dom.js";
import { SQUARE_METRES_PER_MU, number } from "./format.js";
import { t } from "./i18n.js";
import { LocatingMap } from "./locating_map.js";
import { prepareMeasuring } from "./measure.js";
import { sayFailed, settle } from "./notices.js";
import { send } from "./send.js";
import { areaOf } from "./shapes.js";
import { Shaping } from "./shaping.js";
import { middle } from "./symbols.js";
import { ToolCard } from "./tool_card.js";

const KEY = "place";
const node = (id) => document.getElementById(id);

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new PlacePage(map, config).begin();
}

class PlacePage {
  constructor(map, config) {
    const nothing = () => {};
    Object.assign(this, { place: config.place, form: node("place"), files: node("boundary-file") });
    this.map = new LocatingMap(map, new Catalog(config), { choose: nothing, chooseFeature: nothing, chooseMove: nothing });
    this.shaping = new Shaping(map, new ToolCard(node("tool-card")), () => this.map.roadLines());
    this.after = this.place.drawn ? JSON.parse(this.place.drawn) : null;
  }

  async begin() {
    this.map.showTools(node("tools"));
    for (const button of document.querySelectorAll("[data-act]")) {
      button.hidden = button.dataset.act === "edit" && !this.shown;
      button.addEventListener("click", () => this.draw(button.dataset.act));
    }
    this.files.addEventListener("change", () => this.take(this.files.files[0]));
    await prepareMeasuring();
    if (this.shown) this.show();
    else this.map.fitZone();
    try {
      await this.map.showGround();
    } catch (error) {
      sayFailed("ground", error.message, () => this.map.showGround());
    }
    document.body.dataset.ready = "true";
  }

  /** What the map shows as the feature's place: the new one, else the present one. */
  get shown() {
    return this.after ?? this.place.geometry;
  }

  async draw(mode) {
    const { name, areaMu, isPoint } = this.place;
    const typed = Number(this.form.elements.land_area_mu?.value) || null;
    try {
      const drawn = await this.shaping.start({ title: name, areaMu: areaMu ?? typed, isPoint, geometry: this.shown, mode, finish: t("用这个位置") });
      if (drawn) this.set(drawn);
    } catch {
      sayFailed("tool", t("工具没有载入，请重试。"), () => this.draw(mode));
    }
  }

  /** Look at the shapes of a file; nothing is written. */
  async take(file) {
    if (!file) return;
    const body = new FormData();
    body.append("file", file);
    body.append("crs", node("boundary-crs").value);
    try {
      const { boundaries, remarks, file: name } = await send(this.place.boundaryUrl, body);
      settle("boundary");
      this.choose(boundaries, remarks, name);
    } catch (error) {
      this.hideChoice();
      sayFailed("boundary", error.message, null);
    }
    this.files.value = "";
  }

  choose(boundaries, remarks, name) {
    const pick = (each) => {
      this.set(each.geometry, each);
      const { _source: source } = this.form.elements;
      if (!source.value) source.value = name;
    };
    const words = (each) => [each.name, each.areaMu && t("{area} 亩", { area: number(each.areaMu, 2) }), each.fault].filter(Boolean).join(" · ");
    const list = boundaries.map((each, index) => el("label", { class: "take" }, [el("input", { class: "form-check-input", type: "radio", name: "_boundary", disabled: Boolean(each.fault), "data-testid": `boundary-${index + 1}`, onchange: () => pick(each) }), el("span", {}, words(each))]));
    replace(node("boundary-choice"), el("p", { class: "hint" }, boundaries.length > 1 ? t("{file} 里有 {count} 个图形，选一个：", { file: name, count: boundaries.length }) : t("{file} 里的图形：", { file: name })), list, remarks.map((each) => el("p", { class: "hint" }, each)));
    node("boundary-choice").hidden = false;
    if (boundaries.length === 1 && !boundaries[0].fault) list[0].querySelector("input").click();
  }

  hideChoice() {
    node("boundary-choice").hidden = true;
  }

  /** A new place, with the figures that the server computed if it did. */
  set(geometry, figures = null) {
    Object.assign(this, { after: geometry, figures });
    this.form.elements._geometry.value = JSON.stringify(geometry);
    document.querySelector("[data-act=edit]").hidden = false;
    this.show();
  }

  show() {
    const { place, after } = this;
    const feature = (geometry) => ({ type: "Feature", geometry, properties: {} });
    const move = { key: KEY, name: place.name, before: feature(place.geometry), after: feature(this.shown), isChosen: true };
    this.map.showMoves([move], after ? KEY : null);
    this.map.bringMove(move);
    const words = (geometry, areaMu) => (!geometry ? t("没有位置") : geometry.type === "Point" ? t("一个点") : t("{area} 亩", { area: number(areaMu ?? muOf(geometry), 2) }));
    replace(node("place-before"), words(place.geometry));
    replace(node("place-after"), after ? words(after, this.figures?.areaMu) : t("还没有改"));
    const movedM = after && place.geometry ? this.figures?.movedM ?? middle(feature(place.geometry)).distanceTo(middle(feature(after))) : null;
    replace(node("place-moved"), movedM === null ? "—" : t("{metres} m", { metres: number(movedM, 0) }));
  }
}

function muOf(geometry) {
  return areaOf(L.GeoJSON.geometryToLayer({ type: "Feature", geometry }).getLatLngs()) / SQUARE_METRES_PER_MU;
}
