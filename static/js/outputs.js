// What leaves the page: what a file holds, what a printed sheet says of itself.

import { t } from "./i18n.js";
import { number } from "./format.js";
import { bboxOf } from "./data.js";

/**
 * The file of what is on screen. Rows are what the list shows; shapes of illustrative positions come only when asked for, and
 * leaving them out takes no row away.
 */
export function describeExport(catalog, state, views, bounds) {
  const { year, filters, q, within, buffer_m: distance, schematic } = state;
  const layers = catalog.chosen(state);
  const count = sum(views, (view) => view.matched);
  const inScope = sum(views, (view) => (view.layer.geometry ? view.count : 0));
  const illustrative = sum(views, (view) => view.schematic.count);
  const scope = within ? { within, buffer_m: distance, match_schematic: schematic } : {};
  const note = within
    ? t("{layers} 个图层，圈选范围内 {count} 项，其中示意位置 {schematic} 项，状态截至 {year} 年底。", { layers: layers.length, count: number(inScope), schematic: number(illustrative), year })
    : t("{layers} 个图层，符合筛选的 {count} 项，状态截至 {year} 年底。", { layers: layers.length, count: number(count), year });
  const inView = { words: t("只要视野内的 {count} 项", { count: number(inScope) }), params: { bbox: bboxOf(bounds), match_schematic: schematic } };
  const view = { layers: layers.join(","), year, q, ...filters, within, buffer_m: within ? distance : null, bbox: bboxOf(bounds), schematic: String(schematic) };
  return {
    address: catalog.config.exportUrl, params: { layers: layers.join(","), year, q, ...filters, ...scope }, note,
    picture: { address: catalog.config.pictureUrl, params: view },
    options: [...(within ? [] : [inView]), { words: t("带上示意位置的图形"), params: { schematic: true } }],
  };
}

/** The file of one feature. */
export function describeOne(catalog, feature, year) {
  return { address: catalog.config.exportUrl, params: { layers: feature.layer.id, feature_id: feature.id, year }, note: feature.properties.name };
}

/** The words around a printed map. */
export function describeSheet(catalog, state, views, remark) {
  const { zone, demo, figureNotes } = catalog.config;
  const layers = views.filter((view) => view.count && view.layer.geometry).map((view) => t("{layer} {count} 项", { layer: view.layer.title, count: number(view.count) }));
  const sources = new Set([...views.map((view) => view.layer), ...catalog.reference.filter((layer) => layer.count)].flatMap((layer) => layer.source.split(figureNotes.betweenParts)));
  const sourceWords = [...sources].join(t("；"));
  return {
    title: t("{zone} 规划一张图", { zone: zone.title }),
    lines: [zone.plan, [t("状态截至 {year} 年底", { year: state.year }), ...layers, state.q && t("含“{words}”", { words: state.q })].filter(Boolean).join(" · ")],
    notes: [t("资料来源：{sources}", { sources: sourceWords }), remark, demo ? t("含演示数据：状态为合成，不是真实填报") : ""].filter(Boolean),
  };
}

function sum(views, of) {
  return views.reduce((total, view) => total + of(view), 0);
}
