// The page of locating: text, records and map in step, and what the planner decides about them.

import { Latest } from "./api.js";
import { Catalog } from "./catalog.js";
import { debounce, el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";
import { resultOf } from "./lines.js";
import { showChecks } from "./locating_checks.js";
import { Draft } from "./locating_draft.js";
import { LocatingMap } from "./locating_map.js";
import { takePlans } from "./locating_reading.js";
import { Records } from "./locating_records.js";
import { Roads } from "./locating_roads.js";
import { Saving } from "./locating_saving.js";
import { effect } from "./locating_words.js";
import { PlanText } from "./locating_text.js";
import { Unplaced } from "./locating_unplaced.js";
import { showFoot } from "./locating_foot.js";
import { say, sayFailed, settle } from "./notices.js";
import { Panes } from "./panes.js";
import { responseTo, send } from "./send.js";
import { Shaping } from "./shaping.js";
import { isPhone } from "./sheet.js";
import { Tabs } from "./tabs.js";
import { ToolCard } from "./tool_card.js";
import { Work } from "./work.js";

const PROPOSE_AFTER_MS = 400;
const CHANGES_PROPOSALS = ["name", "layer", "location_text", "land_area_mu", "target"];

const node = (id) => document.getElementById(id);

/** Entry point; Folium's script calls it with the Leaflet map and the page's configuration. */
export function start(map, config) {
  new LocatingPage(map, config).begin();
}

class LocatingPage {
  constructor(map, config) {
    Object.assign(this, { config, catalog: new Catalog(config), proposals: new Map(), latest: new Latest() });
    this.draft = new Draft(config.locating.figures);
    this.panes = new Panes(node("main"), node("pane-switch"));
    this.work = new Work(node("work"));
    this.map = new LocatingMap(map, this.catalog, { choose: (key) => this.choose(key), chooseFeature: (key) => { this.tabs.show("unplaced"); this.unplaced.choose(key); }, chooseMove: (key) => this.roads.choose(key) });
    this.shaping = new Shaping(map, new ToolCard(node("tool-card")), () => this.map.roadLines());
    this.text = new PlanText(node("text"), { choose: (key) => this.choose(key), scrolledTo: (key) => this.records.bring(key) });
    this.records = new Records(node("tab-records"), this);
    this.saving = new Saving(this);
    this.unplaced = new Unplaced(node("tab-unplaced"), this);
    this.roads = new Roads(node("tab-roads"), this);
    this.tabs = new Tabs(node("tabs"), [["records", t("记录")], ["checks", t("核对")], ["unplaced", t("待落图")], ["roads", t("道路更新")]].map(([name, title]) => ({ name, title, panel: node(`tab-${name}`) })), () => this.showTab());
    this.proposeSoon = debounce(() => this.propose(), PROPOSE_AFTER_MS);
    this.draft.onChange((record, field) => this.onChange(record, field));
  }

  async begin() {
    const { draft } = this;
    this.map.fitZone();
    takePlans(node("paste"), node("pane-text"), this.config.locating, (reading, name) => this.take(reading, name));
    node("start-over").addEventListener("click", () => this.startOver());
    await draft.restore();
    const asked = new URLSearchParams(window.location.search);  // choosing writes the address anew
    const wanted = asked.get("record");
    if (draft.get(wanted)) draft.selected = wanted;
    this.showDraft();
    this.map.showTools(node("tools"));
    await Promise.all([this.showGround(), this.unplaced.load(), this.propose()]);
    this.choose(draft.selected);
    const feature = asked.get("feature");
    if (feature) { this.tabs.show("unplaced"); this.unplaced.choose(feature); }
    if (feature || asked.get("tab")) this.panes.show("records");  // of a phone, before what is taken up shows the map
    await this.unplaced.takeUp();
    if (asked.get("tab") === "roads") { this.tabs.show("roads"); this.roads.tryFile(null); }  // roads were just imported
    document.body.dataset.ready = "true";
  }

  async showGround() {
    try {
      node("pill").textContent = await this.map.showGround();
    } catch (error) {
      sayFailed("ground", error.message, () => this.showGround());
    }
  }

  async take(reading, sourceName) {
    await this.draft.begin(reading, sourceName);
    this.proposals.clear();
    this.showDraft();
    this.panes.show("records");
    node("announcement").textContent = t("读出 {count} 条记录", { count: this.draft.records.length });
    this.map.framed = false;
    await this.propose();
  }

  async startOver() {
    const open = this.draft.records.filter((record) => Object.keys(record.work).length && !record.work.decision).length;
    if (open && !node("start-over").dataset.sure) {
      node("start-over").dataset.sure = "yes";
      node("start-over").replaceChildren(t("放弃 {count} 条未写入的修改？", { count: open }));
      return;
    }
    await this.draft.clear();
    this.proposals.clear();
    this.shaping.stop();
    this.showDraft();
    this.map.show([]);
    node("paste-text").focus();
  }

  showDraft() {
    const { draft } = this;
    const button = node("start-over");
    delete button.dataset.sure;
    replace(button, t("换一份"));
    button.hidden = draft.isEmpty;
    node("paste").hidden = !draft.isEmpty;
    node("text").hidden = draft.isEmpty;
    node("source-name").textContent = draft.sourceName;
    this.text.show(draft);
    for (const record of draft.records) this.text.decide(record.key, record.work.decision);
    this.records.show();
    showChecks(node("tab-checks"), this);
    this.showFoot();
  }

  showTab() {
    this.showFoot();
    this.roads.showMoves();
  }

  showFoot() {
    if (!this.tabs) return;
    this.tabs.count("records", this.draft.records.length);
    this.tabs.count("checks", this.draft.findings.filter((finding) => finding.verdict === "differs").length);
    this.tabs.count("unplaced", this.unplaced.count);
    node("switch-count").textContent = this.draft.records.length || "";
    showFoot(node("records-foot"), this);
  }

  /** Ask where all records go and what they change. */
  async propose() {
    const { draft, config } = this;
    if (draft.isEmpty || !draft.records.length) return;
    this.work.begin(t("正在定位并与库比对"));
    try {
      const found = await this.latest.run(async (signal) => {
        const response = await responseTo(config.locating.proposeUrl, { projects: draft.records.map((record) => draft.project(record)) }, { signal });
        return resultOf(response, (done, of) => this.work.tell(done, of));
      });
      if (!found) return;
      settle("propose");
      this.proposals = new Map(found.proposals.map((proposal) => [proposal.key, proposal]));
      if (found.missing) say(found.missing);
      this.showProposals();
      this.work.end();
    } catch (error) {
      this.work.end();
      sayFailed("propose", error.message, () => this.propose());
    }
  }

  /** After something was written: what the store has now. */
  async refresh() {
    await Promise.all([this.unplaced.load(), this.propose()]);
  }

  showProposals() {
    for (const record of this.draft.records) this.records.showProposal(record);
    this.showPlaces();
    this.showFoot();
  }

  showPlaces() {
    const places = this.draft.records.map((record) => this.placeOf(record)).filter((place) => place.geometry);
    this.map.show(places);
    if (!this.map.framed && places.length) { this.map.frame(places); this.map.framed = true; }
  }

  placeOf(record) {
    const proposal = this.proposals.get(record.key);
    const { drawn, decision } = record.work;
    const before = proposal?.match?.feature;
    return { key: record.key, name: this.draft.value(record, "name"), geometry: drawn ?? proposal?.place?.geometry ?? null, isDrawn: Boolean(drawn), decision,
      accuracy: drawn ? null : proposal?.place?.properties.location_accuracy_m ?? null, before: before?.geometry ? before : null };
  }

  onChange(record, field) {
    this.records.fill(record);
    this.text.decide(record.key, record.work.decision);
    this.showPlaces();
    this.showFoot();
    if (field && (CHANGES_PROPOSALS.includes(field) || field in record.read.figures)) this.proposeSoon();
  }

  /** Choose a record, or none; text, table and map bring it into view. */
  choose(key) {
    const { draft } = this;
    const record = draft.get(key);
    draft.select(record ? key : null);
    this.text.select(record ? key : null);
    this.records.select(record ? key : null);
    this.map.select(record ? key : null);
    this.showMapCard(record);
    this.address("record", record ? key : null);
    if (!record) return;
    if (this.tabs.shown !== "records") this.tabs.show("records");
    this.text.bring(key);
    this.records.bring(key);
    this.map.bring(this.placeOf(record));
    if (isPhone() && node("main").dataset.shown === "text") this.panes.show("records");
  }

  scrolledTo(key) {
    this.text.bring(key);
  }

  /** On phones the map says which record it shows. */
  showMapCard(record) {
    const card = node("map-card");
    card.hidden = !record;
    if (!record) return;
    const keys = [...this.draft.byKey.keys()];
    const step = (by) => this.choose(keys[(keys.indexOf(record.key) + by + keys.length) % keys.length]);
    const button = (words, sign, act) => el("button", { class: "icon-button", type: "button", "aria-label": words, onclick: act }, icon(sign));
    replace(card, button(t("上一条"), "left", () => step(-1)), el("button", { class: "map-card-words", type: "button", onclick: () => this.panes.show("records") }, this.draft.value(record, "name")), button(t("下一条"), "right", () => step(1)));
  }

  showPoint(position) {
    this.panes.show("map");
    this.map.showPoint(position);
  }

  /** Place or shape a record by hand; it counts as placed when it is adopted. */
  async draw(record, mode) {
    const proposal = this.proposals.get(record.key);
    const layer = this.catalog.get(proposal?.match?.layer ?? this.draft.value(record, "layer"));
    this.panes.show("map");
    const geometry = record.work.drawn ?? proposal?.place?.geometry ?? null;
    const drawn = await this.shape({ title: this.draft.value(record, "name"), areaMu: this.draft.value(record, "land_area_mu"), isPoint: layer?.geometry === "Point", geometry, mode, finish: t("用这个位置") });
    if (!drawn) return;
    this.draft.change(record, { drawn, overlaps: [] }, "drawn");
    const overlaps = await this.overlaps(record, drawn);
    if (overlaps.length && record.work.drawn === drawn) this.draft.change(record, { overlaps }, "drawn");
  }

  /** On which parcels of the store a drawn one lies; nothing where that cannot be asked now, it is told when written. */
  async overlaps(record, geometry) {
    const match = this.proposals.get(record.key)?.match;
    try {
      return (await send(this.config.locating.overlapsUrl, { geometry, layer: match?.layer ?? null, id: match?.id ?? null })).doubts;
    } catch {
      return [];
    }
  }

  /** Let the reader shape something; the map shows nothing else of it meanwhile. */
  async shape(task) {
    try {
      return await this.shaping.start(task);
    } catch {
      sayFailed("tool", t("工具没有载入，请重试。"), () => this.shape(task));
      return null;
    }
  }

  adopt(records) { return this.saving.adopt(records); }

  undo(record) { return this.saving.undo(record); }

  reject(record) { this.draft.change(record, { decision: "rejected" }); }

  /** Records that are undecided and would write something. */
  openRecords() {
    const aims = new Set(this.draft.records.filter((record) => record.work.decision === "adopted").map((record) => this.aimOf(record)));
    return this.draft.records.filter((record) => {
      if (record.work.decision || !["new", "update"].includes(effect(this.draft, record, this.proposals.get(record.key)).kind)) return false;
      const aim = this.aimOf(record);
      return !aims.has(aim) && aims.add(aim);
    });
  }

  /** What a record would write to: a feature of the store, or a new one of its name. */
  aimOf(record) {
    const match = this.proposals.get(record.key)?.match;
    if (match) return `${match.layer}/${match.id}`;
    return record.work.target === "new" ? `${record.key} new` : `${this.draft.value(record, "layer")} ${this.draft.value(record, "name")}`;
  }

  /** An earlier record that means the same; only one of the two can be adopted. */
  twinOf(record) {
    const aim = this.aimOf(record);
    const { records } = this.draft;
    return records.slice(0, records.indexOf(record)).find((each) => each.work.decision !== "rejected" && this.aimOf(each) === aim);
  }

  rejectAll() {
    for (const record of this.draft.records) if (!record.work.decision) this.reject(record);
  }

  /** Show a place in the text. */
  showText(span) {
    this.panes.show("text");
    this.text.bringSpan(span, this.draft);
  }

  reopen(record) { this.draft.change(record, { decision: null }); }

  async copyLink(record) {
    const address = new URL(window.location.href);
    address.search = new URLSearchParams({ record: record.key });
    try {
      await navigator.clipboard.writeText(address.href);
      say(t("已复制这条记录的链接（文字和修改只存在本机浏览器里）"));
    } catch {
      say(t("浏览器不让复制，链接是：{address}", { address: address.href }));
    }
  }

  /** Keep what is chosen in the address bar. */
  address(name, value) {
    const params = new URLSearchParams(window.location.search);
    params.delete("record");
    params.delete("feature");
    if (value) params.set(name, value);
    const query = params.toString().replaceAll("%2F", "/");
    window.history.replaceState(null, "", window.location.pathname + (query ? `?${query}` : ""));
  }
}
