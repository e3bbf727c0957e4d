// One record opened: every field, what the store has, what would change, how its place was found.

import { el, icon } from "./dom.js";
import { errorOf, number, property } from "./format.js";
import { t } from "./i18n.js";
import { fieldOf, input } from "./locating_cells.js";
import { confidence, moveWords, takenFields, takesPosition } from "./locating_words.js";

/** The opened part of a record's line. */
export function recordCard(page, record) {
  const proposal = page.proposals.get(record.key);
  return el("div", { class: "record-card", "data-testid": "record-card" }, [
    fields(page, record),
    proposal && place(page, record, proposal),
    proposal && store(page, record, proposal),
    foot(page, record, proposal),
  ]);
}

function fields(page, record) {
  const { draft, catalog, config } = page;
  const layer = draft.value(record, "layer");
  const names = ["location_text", ...config.locating.figures.map((figure) => figure.name)];
  const shown = names.map((name) => fieldOf(catalog, config.locating, name, layer)).filter((field) => field.name === "location_text" || field.inLayer || draft.value(record, field.name) !== null);
  return el("div", { class: "card-fields" }, [layerField(page, record, layer), ...shown.map((field) => oneField(page, record, field))]);
}

function layerField({ draft, catalog }, record, layer) {
  const values = Object.fromEntries(catalog.plan.filter((each) => each.geometry).map((each) => [each.id, each.title]));
  const field = { name: "layer", title: t("图层"), type: "text", values };
  const node = input(field, layer, { "data-testid": "field-layer", "data-key": `layer-${record.key}` }, (value) => draft.edit(record, "layer", value));
  return labelled(field, node, draft.isEdited(record, "layer"));
}

function oneField({ draft }, record, field) {
  const { name } = field;
  const value = draft.value(record, name);
  const node = input(field, value, { "data-testid": `field-${name}`, "data-key": `${name}-${record.key}` }, (given) => { if (given !== undefined) draft.edit(record, name, given); });
  const isEdited = draft.isEdited(record, name);
  const original = draft.asRead(record, name);
  const notes = [
    isEdited && el("button", { class: "link-button", type: "button", onclick: () => draft.edit(record, name, original) }, t("改回原文“{value}”", { value: original ?? "—" })),
    record.read.qualifiers?.[name]?.length && el("span", {}, t("原文带“{words}”", { words: record.read.qualifiers[name].join(t("、")) })),
    !field.inLayer && name !== "location_text" && el("span", {}, t("这个图层没有此字段，不写入")),
  ].filter(Boolean);
  return labelled(field, node, isEdited, notes);
}

function labelled(field, node, isEdited, notes = []) {
  const unit = field.unitTitle ? ` (${field.unitTitle})` : "";
  return el("div", { class: `card-field-row${field.long ? " is-long" : ""}${isEdited ? " is-edited" : ""}` }, [el("span", { class: "card-label", "aria-hidden": "true" }, `${field.title}${unit}`), node, notes.length > 0 && el("span", { class: "card-notes" }, notes)]);
}

function place(page, record, proposal) {
  const sure = confidence(page.draft, record, proposal);
  const found = proposal.place?.properties;
  const lines = [...sure.more, ...(found?.assumptions ?? [])];
  const candidates = (found?.candidates ?? []).map((candidate) => el("li", {}, el("button", { class: "link-button", type: "button", onclick: () => page.showPoint(candidate.crossing) }, t("可能的路口：{how}", { how: candidate.how }))));
  return el("section", { class: "card-part", "data-testid": "card-place" }, [
    el("h4", {}, [t("位置"), el("span", { class: `sure sure-${sure.level}` }, sure.words)]),
    lines.length > 0 && el("ul", { class: "card-lines" }, lines.map((words) => el("li", {}, words))),
    candidates.length > 0 && el("ul", { class: "card-lines" }, candidates),
    !record.work.drawn && moveWords(proposal) && el("p", {}, moveWords(proposal)),
    record.work.drawn && el("p", {}, [t("采纳后位置依据为“人工落图”。"), el("button", { class: "link-button", type: "button", "data-testid": "drop-drawn", onclick: () => page.draft.change(record, { drawn: null }, "drawn") }, t("改用推算位置"))]),
  ]);
}

function store(page, record, proposal) {
  const { match } = proposal;
  const twin = page.twinOf(record);
  const target = el("select", { class: "form-select", "aria-label": t("库中要素"), "data-testid": "target", "data-key": `target-${record.key}` }, [
    match && el("option", { value: `${match.layer}/${match.id}` }, `${match.feature.properties.name} · ${match.id}`),
    el("option", { value: "new" }, t("作为新要素")),
    record.work.target && el("option", { value: "" }, t("由系统比对")),
  ]);
  target.value = match ? `${match.layer}/${match.id}` : "new";
  target.addEventListener("change", () => page.draft.change(record, { target: target.value || null }, "target"));
  return el("section", { class: "card-part", "data-testid": "card-store" }, [
    el("h4", {}, [t("与库比对"), match && el("span", { class: "how" }, how(match.how))]),
    target,
    twin && el("p", { class: "card-caution", "data-testid": "twin" }, t("与记录“{name}”是同一个项目，只能采纳其中一条。", { name: page.draft.value(twin, "name") })),
    match ? changes(page, record, proposal) : el("p", {}, t("采纳后新增一个要素，编号由系统给出，以后不变。")),
  ]);
}

function how(kind) {
  return { name: t("名称相同"), source: t("规划段落相同、名称相近"), similar: t("名称相近，请核对"), chosen: t("由您选定") }[kind];
}

function changes(page, record, proposal) {
  const layer = page.catalog.get(proposal.match.layer);
  const taken = new Set(takenFields(record, proposal));
  const rows = proposal.changes.map((change) => {
    const field = layer.fields.find((each) => each.name === change.field);
    const words = (value) => property(value, field, page.config) ?? "—";
    return changeRow(page, record, change.field, field.title, taken.has(change.field), words(change.before), words(change.after));
  });
  const canMove = proposal.place?.geometry && ["set", "move", "within"].includes(proposal.move.kind) && !record.work.drawn;
  if (canMove) rows.push(changeRow(page, record, "position", t("图上位置"), takesPosition(record, proposal), basisWords(page, proposal.match.feature.properties), basisWords(page, proposal.place.properties)));
  if (!rows.length) return el("p", {}, t("各项数字与库中一致。"));
  const heads = [t("采用"), t("项目"), t("库中"), t("规划文字")].map((title) => el("th", { scope: "col" }, title));
  return el("table", { class: "changes", "data-testid": "changes" }, [el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)]);
}

function basisWords(page, { location_basis: basis, location_accuracy_m: metres }) {
  const error = typeof metres === "number" ? t("±{metres} m", { metres: number(errorOf(metres)) }) : "";
  return [page.config.bases[basis] ?? "—", error].filter(Boolean).join(" ");
}

function changeRow(page, record, name, title, isTaken, before, after) {
  const box = el("input", { type: "checkbox", class: "form-check-input", "aria-label": t("采用：{title}", { title }), "data-testid": `take-${name}`, "data-key": `take-${name}-${record.key}` });
  box.checked = isTaken;
  box.addEventListener("change", () => page.draft.change(record, { taken: { ...record.work.taken, [name]: box.checked } }, "taken"));
  return el("tr", { "data-field": name }, [el("td", {}, box), el("th", { scope: "row" }, title), el("td", { class: "before" }, before), el("td", { class: "after" }, after)]);
}

function foot(page, record, proposal) {
  const { source } = record.read;
  const { saved, decision } = record.work;
  const key = saved && `${saved.layer}/${encodeURIComponent(saved.id)}`;
  const draw = (words, sign, id, mode) => el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": id, onclick: () => page.draw(record, mode) }, [icon(sign), words]);
  return el("footer", { class: "card-foot" }, [
    el("p", { class: "card-source" }, source.section ? t("出处：{section} 第 {paragraph} 段", source) : t("出处：正文第 {paragraph} 段", source)),
    !decision && el("div", { class: "card-actions" }, [
      draw(t("单击放置"), "pin", "place-record", "place"), draw(t("画边界"), "polygon", "draw-record", "draw"),
      (record.work.drawn || proposal?.place?.geometry) && draw(t("调整位置"), "edit", "edit-record", "edit"),
      el("button", { class: "btn btn-sm btn-quiet", type: "button", "data-testid": "copy-link", onclick: () => page.copyLink(record) }, [icon("link"), t("链接")]),
    ]),
    saved && el("div", { class: "card-actions" }, [
      el("a", { class: "btn btn-sm btn-quiet", href: `/features/${key}`, "data-testid": "open-saved" }, [icon("page"), t("详情页")]),
      el("a", { class: "btn btn-sm btn-quiet", href: `/?feature=${encodeURIComponent(`${saved.layer}/${saved.id}`)}` }, [icon("extent"), t("在地图页看")]),
    ]),
  ]);
}
