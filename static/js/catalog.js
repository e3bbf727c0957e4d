// What the page knows of layers before it has asked for any feature.

import { t } from "./i18n.js";
import { property } from "./format.js";

/** The layers of a page, with the few questions that several modules ask about them. */
export class Catalog {
  constructor(config) {
    this.config = config;
    this.layers = [...config.layers].sort((one, other) => one.order - other.order);
    this.byId = new Map(this.layers.map((layer) => [layer.id, layer]));
    this.plan = this.layers.filter((layer) => layer.role === "plan");
    this.reference = this.layers.filter((layer) => layer.role === "reference");
  }

  get(id) {
    return this.byId.get(id);
  }

  /** Ids of the plan layers that the reader looks at; those with features where nothing was chosen. */
  chosen(state) {
    return state.layers ?? this.plan.filter((layer) => layer.style.visible && layer.count > 0).map((layer) => layer.id);
  }

  /** Ids of the reference layers that are drawn. */
  ground(state) {
    return state.ground ?? this.reference.filter((layer) => layer.style.visible).map((layer) => layer.id);
  }

  /** The field that lists show beside a feature. */
  figureField(layer) {
    const totals = layer.fields.filter((field) => field.total);
    const preferred = LISTED_UNITS.map((unit) => totals.find((field) => field.unit === unit)).find(Boolean);
    return preferred || totals[0] || null;
  }

  /** The words of a feature's lamp: measured values meet their target or not, projects are on time or behind. */
  lampTitle(feature, name = lampOf(feature)) {
    const isMeasured = feature.layer.status.kind === "measurement";
    const measured = isMeasured && { green: t("达到目标"), yellow: t("未达目标"), done: t("已填报·无目标值") }[name];
    if (measured) return measured;
    if (name !== "done") return this.config.lamps[name] || t("没有年度状态");
    const { planned_start: start, planned_finish: finish } = feature.properties;
    return start && finish ? t("已填报·无进度数字") : t("已填报·无计划日期");
  }

  /** A field's value in words, null where unknown. */
  words(properties, field) {
    return property(properties[field.name], field, this.config);
  }

  /** How a position is known; features of reference layers say nothing of it. */
  basis(feature) {
    return feature.properties.location_basis || (feature.geometry ? "surveyed" : "unlocated");
  }
}

/** Units of the totals on top of the list, and of the figure beside a feature, in their order. */
export const HEADLINE_UNITS = ["seat", "mu", "cny_10k"];
const LISTED_UNITS = ["seat", "cny_10k", "mu"];

/** The name that identifies a feature on the page and in the address bar. */
export function keyOf(layerId, featureId) {
  return `${layerId}/${featureId}`;
}

/** Layer id and feature id of a key. */
export function partsOf(key) {
  const slash = key.indexOf("/");
  return [key.slice(0, slash), key.slice(slash + 1)];
}

/** The lamp of a feature; what is reported and can be compared with no plan has a mark of its own: `done`. */
export function lampOf({ properties, layer }) {
  if (properties.lamp) return properties.lamp;
  return properties.lamp === null && layer.status.kind !== "none" ? "done" : "none";
}

/** Whether the plan has a feature only after the year on screen. */
export function isLater(feature, year) {
  return Number(feature.properties.plan_year) > year;
}
