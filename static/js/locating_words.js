// What a proposal says in a few words: how sure its place is, what it does to the store.

import { errorOf, number } from "./format.js";
import { t } from "./i18n.js";

/** Moves that leave the store's position as it is, unless the planner asks for another. */
const STAYING = ["same", "within", "firm", "point", "unlocated", "none"];

/** How surely a record is placed: `level` sure, check, point, none; `words`; `more`, why. */
export function confidence(draft, record, proposal) {
  const { drawn, overlaps = [] } = record.work;
  if (drawn && overlaps.length) return { level: "check", words: t("已手工画定，压着别的地块"), more: overlaps };
  if (drawn) return { level: "drawn", words: t("已手工画定"), more: [] };
  if (!draft.value(record, "location_text")) return { level: "none", words: t("没有位置描述"), more: [] };
  if (!proposal?.place) return { level: "none", words: proposal ? t("没有道路数据") : t("正在定位…"), more: [] };
  const { properties: place } = proposal.place;
  if (place.reason) return { level: "none", words: t("定不了位"), more: [place.reason] };
  const error = place.location_accuracy_m === null ? "" : t("±{metres} m", { metres: number(errorOf(place.location_accuracy_m)) });
  if (proposal.move.kind === "point") return { level: "point", words: t("只到路口 {error}", { error }), more: place.warnings };
  if (place.warnings.length) return { level: "check", words: t("有疑点 {error}", { error }), more: place.warnings };
  return place.certain ? { level: "sure", words: t("有把握 {error}", { error }), more: [] } : { level: "check", words: t("须核对 {error}", { error }), more: [] };
}

/** What adopting a record does: `kind` new, update, same, or layerless where a layer has to be chosen first; `words`. */
export function effect(draft, record, proposal) {
  const { saved } = record.work;
  if (saved) return { kind: "", words: t("编号 {id}", { id: saved.id }) };
  if (!proposal) return { kind: "", words: "" };
  if (!proposal.match && !draft.value(record, "layer")) return { kind: "layerless", words: t("请选图层，或不采纳") };
  if (!proposal.match) return { kind: "new", words: t("新增要素") };
  const count = takenFields(record, proposal).length + (takesPosition(record, proposal) ? 1 : 0);
  const doubt = proposal.match.how === "similar" ? t("疑似库中要素") : t("库中已有");
  if (!count) return { kind: "same", words: t("{match} · 一致", { match: doubt }) };
  return { kind: "update", words: t("{match} · 更新 {count} 项", { match: doubt, count }) };
}

/** Where the store's figures come from; another text that says the same is no better source. */
const SOURCE = ["source_section", "source_paragraph"];

/** The changed fields that the planner takes over: all, but neither the source nor another name for a feature that was only taken for alike. */
export function takenFields(record, proposal) {
  const { taken = {} } = record.work;
  const byDefault = (field) => !SOURCE.includes(field) && (field !== "name" || proposal.match.how === "name");
  return proposal.changes.map((change) => change.field).filter((field) => taken[field] ?? byDefault(field));
}

/** Whether adopting a record sets its position. */
export function takesPosition(record, proposal) {
  if (record.work.drawn) return true;
  if (!proposal.place?.geometry || ["point", "none", "firm"].includes(proposal.move.kind)) return false;
  return record.work.taken?.position ?? !STAYING.includes(proposal.move.kind);
}

/** What becomes of the position, in a sentence. */
export function moveWords(proposal) {
  const { kind, moved_m: moved } = proposal.move;
  const metres = moved === null ? "" : number(moved, 0);
  return {
    set: moved === null ? t("库中没有位置，采纳后按推算位置落图。") : t("库中只是示意位置，采纳后移动 {metres} m。", { metres }),
    move: t("与库中由文字定位的位置相差 {metres} m。", { metres }),
    within: t("与库中位置相差 {metres} m，在误差之内，默认不动。", { metres }),
    same: t("与库中位置相同。"),
    firm: t("库中是实测或人工画定的位置，文字推算不改它。"),
    point: t("没有写明面积或方位，只能定到一点；请在图上画出地块，否则只登记、待落图。"),
    unlocated: t("位置定不了，采纳后列入“待落图”。"),
    none: "",
  }[kind];
}
