// The page of catchments: a question, its figures and its map in step, "which school from here?", scenarios.

import { getJson, RequestFailed, withParams } from "./api.js";
import { Catalog } from "./catalog.js";
import { CatchmentsMap, COLOURS } from "./catchments_map.js";
import { Question } from "./catchments_question.js";
import { ResultPanel } from "./catchments_result.js";
import { Scenarios } from "./catchments_scenarios.js";
import { WhyCard } from "./catchments_why.js";
import { replace } from "./dom.js";
import { number } from "./format.js";
import { locale, t } from "./i18n.js";
import { resultOf } from "./lines.js";
import { say, sayFailed, settle } from "./notices.js";
import { corrections } from "./state.js";
import { Work } from "./work.js";

const node = (id) => document.getElementById(id);

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new CatchmentsPage(map, config).begin();
}

class CatchmentsPage {
  constructor(map, config) {
    this.config = config;
    this.catalog = new Catalog(config);
    this.map = new CatchmentsMap(map, this.catalog, {
      onPlace: (latLng) => this.ask({ lon: latLng.lng.toFixed(6), lat: latLng.lat.toFixed(6) }), onSchool: (schoolId) => this.select(schoolId),
    });
    this.question = new Question(config.years, () => { this.scenario = null; this.load(); });
    this.result = new ResultPanel(node("result"), {
      select: (schoolId) => this.select(schoolId), bySeats: () => this.question.bySeats, askHome: (id) => this.askHome(id),
      wish: (kind, place, school) => this.question.wish(kind, place, school), renew: () => this.renew(), isRenewed: () => this.scenario?.renew === true,
      layerTitle: (id) => config.layers.find((layer) => layer.id === id)?.title ?? id,
    });
    this.why = new WhyCard(node("why"), { close: () => this.forget(), select: (schoolId) => this.select(schoolId), copy: () => this.copy() });
    this.scenarios = new Scenarios(node("comparing"), this);
    this.work = new Work(node("work"));
  }

  async begin() {
    const given = new URLSearchParams(window.location.search);
    const params = Object.fromEntries(this.config.catchments.parameters.map((name) => [name, given.getAll(name)]));
    node("place-form").addEventListener("submit", (event) => { event.preventDefault(); this.find(); });
    window.addEventListener("beforeprint", () => this.fillSlip());
    node("cancel").addEventListener("click", () => this.cancel());
    this.map.showTools(node("tools"), node("legend"));
    this.map.fitZone();
    const unknown = this.question.unknown(params).map((given) => t("链接里的“{given}”不认识，已略去。", { given: given.slice(0, 60) }));
    for (const [i, words] of [...corrections(this.config), ...unknown].entries()) sayFailed(`link-${i}`, words);
    await this.scenarios.load();
    const kept = this.scenarios.kept.find((each) => String(each.id) === given.get("scenario"));
    if (kept) this.scenario = { id: kept.id, renew: given.get("renew") === "true" };
    this.question.set(kept ? kept.question : params);
    await this.load();
    if (given.get("at")) await this.ask(Object.fromEntries(given.get("at").split(",").slice(0, 2).map((value, index) => [["lon", "lat"][index], value])));
    else if (given.get("place")) await this.ask({ q: (node("place").value = given.get("place")) });
    else if (given.get("school")) this.select(given.get("school"));
    document.body.dataset.ready = "true";
  }

  /** What the answer on show stands on: a scenario, or the form's question. */
  get asked() {
    return this.scenario ? { scenario: this.scenario.id, renew: this.scenario.renew } : this.question.params;
  }

  remember(more = {}) {
    const here = withParams(window.location.pathname, { ...this.asked, ...more });
    window.history.replaceState(null, "", here);
  }

  async load() {
    this.question.show();
    this.forget();
    this.cancelling?.abort();
    const stop = (this.cancelling = new AbortController());
    node("result").classList.add("is-old");
    this.work.begin(t("正在计算"));
    try {
      settle("result");
      const answer = await this.run(stop.signal);
      if (!stop.signal.aborted) this.show(answer);
    } catch (error) {
      if (error.name !== "AbortError") this.showNothing(error);
    } finally {
      if (this.cancelling === stop) this.work.end();
    }
  }

  async run(signal) {
    let response;
    try {
      response = await fetch(withParams("/catchments/run", this.asked), { signal, headers: { Accept: "application/x-ndjson, application/json" } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new RequestFailed(t("连不上服务器，请检查网络后重试"));
    }
    if (!response.ok) throw new RequestFailed((await response.json().catch(() => null))?.detail || t("服务器没有正常应答（{status}）", { status: response.status }), response.status);
    try {
      return await resultOf(response, (done, of) => this.work.tell(done, of));
    } catch (error) {
      if (error instanceof RequestFailed) error.isRefusal = true;
      throw error;
    }
  }

  cancel() {
    this.cancelling?.abort();
    this.work.end();
    node("result").classList.remove("is-old");
    say(t("已取消计算，显示的仍是上一次的结果"));
  }

  show(answer) {
    this.answer = answer;
    const ids = answer.schools.features.map((feature) => feature.properties.school_id);
    this.colours = new Map(ids.map((id, place) => [id, COLOURS[place % COLOURS.length]]));
    this.question.learn(new Map([...answer.schools.features.map(({ properties: each }) => [each.school_id, each.name]), ...answer.homes.features.map(({ properties: each }) => [each.demand_id, each.name])]));
    this.map.show(answer, this.colours);
    node("result").classList.remove("is-old");
    this.result.show(answer, this.colours, this.asked);
    const { streets } = answer.summary;
    node("sketch").hidden = !streets.rough;
    node("pill").textContent = streets.error_m ? t("道路误差约 {metres} m，界线只供参考", { metres: number(streets.error_m, 0) }) : "";
    this.scenarios.refresh();
  }

  /** What the printed slip says of itself. */
  fillSlip() {
    const today = new Date().toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
    replace(node("slip-foot"), [t("打印于 {day}", { day: today }), window.location.href, ...(this.answer?.summary.remarks ?? [])].join(" · "));
  }

  showNothing(error) {
    node("result").classList.remove("is-old");
    const empty = { features: [] };
    this.answer = null;
    this.map.show({ areas: empty, straight: empty, homes: empty, schools: empty }, new Map());
    node("sketch").hidden = true;
    if (error.isRefusal) this.result.refuse(error.message);
    else sayFailed("result", error.message, () => this.load());
  }

  select(schoolId) {
    this.result.select(schoolId);
    this.map.select(schoolId);
    if (schoolId) this.remember({ school: schoolId });
  }

  find() {
    const text = node("place").value.trim();
    if (text) this.ask({ q: text });
  }

  askHome(demandId) {
    const home = this.answer.homes.features.find((each) => each.properties.demand_id === demandId && each.geometry);
    if (home) this.ask({ lon: home.geometry.coordinates[0].toFixed(6), lat: home.geometry.coordinates[1].toFixed(6) });
  }

  /** Ask which school it is from a place: `lon` and `lat`, or `q`. */
  async ask(place) {
    const known = place.q ? null : L.latLng(Number(place.lat), Number(place.lon));
    if (known) this.map.ask(known);
    const asked = (this.askedPlace = place);
    settle("why");
    try {
      const answer = await getJson("/catchments/from", { ...this.asked, ...place });
      if (this.askedPlace !== asked) return;
      const here = L.latLng(answer.place.lat, answer.place.lon);
      this.map.ask(here);
      if (answer.way) this.map.showWay(answer.way, here, place.q !== undefined);
      this.remember(place.q ? { place: place.q } : { at: `${place.lon},${place.lat}` });
      this.why.show(answer);
    } catch (error) {
      sayFailed("why", error.message, error.isRefusal ? null : () => this.ask(place));
    }
  }

  forget() {
    this.askedPlace = null;
    this.why.hide();
    this.map.ask(null);
    this.remember();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(window.location.href);
      say(t("链接已复制"));
    } catch {
      say(window.location.href);
    }
  }

  async openScenario(kept) {
    this.scenario = { id: kept.id, renew: false };
    this.question.set(kept.question);
    await this.load();
    node("result").scrollIntoView({ block: "start" });
  }

  renew() {
    this.scenario.renew = !this.scenario.renew;
    this.load();
  }

  showMoves(rows) {
    this.map.showMoves(rows.map((row) => row.place));
  }
}
