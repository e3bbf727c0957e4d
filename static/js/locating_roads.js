// Better roads: what they would move, from where to where, and the planner's yes.

import { keyOf } from "./catalog.js";
import { el, icon, redraw } from "./dom.js";
import { errorOf, length, number } from "./format.js";
import { t } from "./i18n.js";
import { resultOf } from "./lines.js";
import { say, sayFailed, settle } from "./notices.js";
import { responseTo } from "./send.js";

const FORMATS = ".gpkg,.zip,.geojson,.json,.geojsonl,.fgb,.parquet,.kml,.kmz,.dxf,.csv,.tsv,.pbf,.osm";

export class Roads {
  constructor(node, page) {
    Object.assign(this, { node, page, found: null, file: null, off: new Set(), selected: null });
    this.show();
  }

  show() {
    redraw(this.node, this.found ? this.result() : this.form());
  }

  form() {
    const input = el("input", { id: "roads-file", class: "visually-hidden", type: "file", accept: FORMATS, "data-testid": "roads-file" });
    input.addEventListener("change", () => { if (input.files[0]) this.tryFile(input.files[0]); });
    return el("div", { class: "roads-form" }, [
      el("p", {}, t("有了更好的道路数据，可以把“由文字定位”“示意”和“待落图”的要素重新定位。先列出每一项从哪里移到哪里，您同意后才写入；实测界址和人工落图的位置不动。")),
      el("div", { class: "paste-actions" }, [
        el("label", { class: "btn btn-primary upload", for: "roads-file" }, [icon("upload"), el("span", {}, t("选择道路文件…"))]), input,
        el("button", { class: "btn btn-quiet", type: "button", "data-testid": "own-roads", onclick: () => this.tryFile(null) }, t("用库中现有道路试算")),
      ]),
      el("p", { class: "paste-note" }, t("GeoPackage、打包成 zip 的 Shapefile、GeoJSON 或 OpenStreetMap（.osm.pbf），最多 {megabytes} MB。", { megabytes: this.page.config.locating.largestRoads / 2 ** 20 })),
    ]);
  }

  tryFile(file) {
    const { page } = this;
    if (file && file.size > page.config.locating.largestRoads) { sayFailed("roads", t("文件太大，最多 {megabytes} MB。", { megabytes: page.config.locating.largestRoads / 2 ** 20 }), null); return; }
    if (page.saving.mayWrite()) this.ask(file);
  }

  async ask(file) {
    const { page } = this;
    page.work.begin(t("正在按道路重新定位"));
    try {
      this.found = await this.send(page.config.locating.roadsUrl, file, []);
      settle("roads");
      // What leaves a doubt waits for a tick of its own.
      const doubtful = this.found.proposals.filter((each) => !each.certain).map((each) => keyOf(each.layer, each.id));
      Object.assign(this, { file, off: new Set(doubtful), selected: null });
      this.show();
      this.showMoves();
      if (this.moves.length) page.map.frame(this.moves.map((move) => move.after));
    } catch (error) {
      page.saving.failed("roads", error, () => this.ask(file));
    } finally {
      page.work.end();
    }
  }

  async send(address, file, fields) {
    const form = new FormData();
    if (file) form.append("file", file, file.name);
    for (const [name, value] of fields) form.append(name, value);
    return resultOf(await responseTo(address, form), (done, of) => this.page.work.tell(done, of));
  }

  get moves() {
    return (this.found?.proposals ?? []).map((each) => ({ ...each, key: keyOf(each.layer, each.id), isChosen: !this.off.has(keyOf(each.layer, each.id)) }));
  }

  /** The map shows the moves while their tab is open. */
  showMoves() {
    const isShown = this.page.tabs?.shown === "roads";
    this.page.map.showMoves(isShown ? this.moves : [], this.selected);
  }

  result() {
    const { network, warnings, kept, unchanged, staying } = this.found;
    const { moves } = this;
    const chosen = moves.filter((move) => move.isChosen);
    const name = network.file ? `${network.file} · ${network.layer}` : t("库中现有道路");
    const counts = { moves: number(moves.length), unchanged: number(unchanged), staying: number(staying.length), kept: number(kept) };
    return el("div", { class: "roads-result", "data-testid": "roads-result" }, [
      el("header", { class: "roads-head" }, [
        el("p", {}, [el("strong", {}, name), " ", t("可移动 {moves} 项，位置不变 {unchanged} 项，定不了或不更准 {staying} 项；实测和人工落图的 {kept} 项不动。", counts)]),
        el("button", { class: "btn btn-sm btn-quiet", type: "button", onclick: () => this.forget() }, t("换道路")),
      ]),
      warnings.map((words) => el("p", { class: "move-warning" }, words)),
      moves.length > 0 && this.table(moves),
      staying.length > 0 && el("details", { class: "roads-staying" }, [el("summary", {}, t("不动的 {count} 项和原因", { count: number(staying.length) })), el("ul", {}, staying.map((each) => el("li", {}, [el("strong", {}, each.name), " ", each.reason])))]),
      moves.length > 0 && el("footer", { class: "roads-foot" }, el("button", { class: "btn btn-primary", type: "button", "data-testid": "apply-roads", disabled: !chosen.length, onclick: () => this.apply(chosen) }, t("更新 {count} 项的位置", { count: number(chosen.length) }))),
    ]);
  }

  table(moves) {
    const { bases } = this.page.config;
    const sure = ({ location_basis: basis, location_accuracy_m: metres }) => el("span", {}, [bases[basis], metres === null ? "" : t(" ±{metres} m", { metres: number(errorOf(metres)) })]);
    const heads = [t("更新"), t("名称"), t("现在"), t("更新后"), t("移动")].map((title, index) => el("th", { scope: "col", class: index === 4 ? "number" : null }, title));
    const rows = moves.map((move) => {
      const box = el("input", { type: "checkbox", class: "form-check-input", "aria-label": t("更新“{name}”", { name: move.name }), "data-key": `move-${move.key}` });
      box.checked = move.isChosen;
      box.addEventListener("change", () => { if (box.checked) this.off.delete(move.key); else this.off.add(move.key); this.show(); this.showMoves(); });
      const warnings = move.certain || move.warnings.length ? move.warnings : [t("须核对")];
      return el("tr", { "aria-current": move.key === this.selected ? "true" : null, "data-testid": "move" }, [
        el("td", {}, box),
        el("td", {}, [
          el("button", { class: "link-button", type: "button", "data-key": `show-${move.key}`, onclick: () => this.choose(move.key) }, move.name),
          el("span", { class: "item-place" }, move.location_text),
          warnings.map((words) => el("span", { class: "move-warning" }, words)),
        ]),
        el("td", {}, sure(move.before.properties)), el("td", {}, sure(move.after.properties)),
        el("td", { class: "number" }, move.moved_m === null ? "—" : length(move.moved_m)),
      ]);
    });
    return el("table", { class: "moves", "data-testid": "moves" }, [el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)]);
  }

  choose(key) {
    const move = this.moves.find((each) => each.key === key);
    if (!move) return;
    this.selected = key;
    this.page.panes.show("map");
    this.page.map.bringMove(move);
    this.show();
    this.showMoves();
  }

  forget() {
    Object.assign(this, { found: null, file: null });
    this.show();
    this.showMoves();
  }

  /** The planner's yes. */
  async apply(chosen) {
    const { page } = this;
    page.work.begin(t("正在更新位置"));
    try {
      const fields = [["version", this.found.version], ["feature", chosen.map((move) => `${move.key}:${move.seen}`).join("\n")]];
      const { change_set: changeSet, count } = await this.send(page.config.locating.applyRoadsUrl, this.file, fields);
      settle("roads");
      this.forget();
      if (changeSet === null) say(t("没有要更新的位置"));
      else page.saving.offerUndo(t("已更新 {count} 项的位置", { count: number(count) }), () => page.saving.takeBack(changeSet));
      await page.refresh();
    } catch (error) {
      page.saving.failed("roads", error, () => this.apply(chosen));
    } finally {
      page.work.end();
    }
  }
}
