// All that is known of one feature: how surely it is placed, every figure with its unit, how it stood year by year.

import { getJson, Latest, withParams } from "./api.js";
import { el, icon, replace } from "./dom.js";
import { accuracyOf } from "./ground.js";
import { figure, isKind, rowsOf } from "./figures.js";
import { errorOf, number } from "./format.js";
import { locale, t } from "./i18n.js";
import { say, sayFailed, settle } from "./notices.js";
import { keyOf, partsOf } from "./catalog.js";
import { boundsOf } from "./data.js";
import { exportMenu } from "./export_menu.js";
import { sayingMark } from "./sayings.js";
import { timeline } from "./timeline.js";

/** The panel that shows one feature. */
export class Details {
  constructor(node, catalog, actions) {
    Object.assign(this, { node, catalog, actions });
    this.latest = new Latest();
  }

  /** Give the details the keyboard. */
  focus() {
    this.node.querySelector(".details-body")?.focus({ preventScroll: true });
  }

  /** Load a feature and show it; gives the feature, null when there is none to show, undefined when a newer one overtook it. */
  async open(key, year) {
    const [layerId, featureId] = partsOf(key);
    const layer = this.catalog.get(layerId);
    if (!layer) {
      sayFailed("details", t("链接里的要素“{key}”不存在。", { key: key.slice(0, 60) }));
      return null;
    }
    const address = `${this.catalog.config.ogc}/collections/${layerId}/items/${encodeURIComponent(featureId)}`;
    try {
      const feature = await this.latest.run((signal) => getJson(address, { year, schematic: true }, signal));
      if (!feature) return undefined;
      settle("details");
      Object.assign(feature, { layer, key: keyOf(layerId, feature.id), bounds: feature.geometry && boundsOf(feature.geometry) });
      this.show(feature, year);
      return feature;
    } catch (error) {
      sayFailed("details", error.message, () => this.actions.choose(key));
      return null;
    }
  }

  show(feature, year) {
    const { figures, facts } = rowsOf(feature, this.catalog);
    const mark = (name, title) => sayingMark(feature, name, title, this.catalog.config.ogc);
    const body = el("div", { class: "details-body", tabindex: "0", role: "group", "aria-label": feature.properties.name }, [
      this.head(feature), this.basis(feature, mark), this.figures(figures, mark), this.facts(feature, facts, mark), timeline(feature, year, this.catalog), this.source(feature),
    ]);
    replace(this.node, body, this.foot(feature));
  }

  head(feature) {
    const { properties, layer } = feature;
    const kinds = layer.fields.filter(isKind).map((field) => this.catalog.words(properties, field));
    const parts = [layer.title, ...kinds, properties.plan_year && t("计划 {year} 年", { year: properties.plan_year }), properties.source_section && t("规划纲要 {section}", { section: properties.source_section })];
    return el("header", { class: "details-head" }, [
      el("h2", { id: "details-title", "data-testid": "details-title" }, properties.name),
      el("p", { class: "details-sub" }, parts.filter(Boolean).map((part) => el("span", {}, part))),
      properties.retired_on && el("p", { class: "basis basis-unlocated" }, t("已于 {date} 停用", { date: properties.retired_on })),
      el("button", { class: "icon-button details-close", type: "button", "aria-label": t("关闭详情"), "data-testid": "details-close", onclick: () => this.actions.close() }, icon("close")),
    ]);
  }

  /** The basis of the position, in words, above every figure. */
  basis(feature, mark) {
    const { bases, basisExplanations } = this.catalog.config;
    const { location_basis: basis, location_text: text, location_note: note } = feature.properties;
    if (!basis || !feature.layer.geometry) return null;
    return el("div", { class: `basis basis-${basis}`, "data-testid": "basis" }, [
      el("p", { class: "basis-title" }, text ? t("{basis}：{place}", { basis: bases[basis], place: text }) : bases[basis]),
      el("p", {}, [accuracyWords(feature), basisExplanations[basis], note].filter(Boolean).map(sentence).join(locale.startsWith("zh") ? "" : " ")),
      mark(feature.geometry ? "geometry" : "location_basis", t("位置")),
    ]);
  }

  figures(figures, mark) {
    return figures.length > 0 && el("dl", { class: "figures", "data-testid": "figures" }, figures.map((each) => figure(each, mark(each.name, each.title))));
  }

  facts(feature, facts, mark) {
    const rows = [...facts.map(({ name, title, value }) => [name, title, value]), ...this.planFacts(feature).filter(([, , value]) => value)];
    return rows.length > 0 && el("dl", { class: "facts", "data-testid": "facts" }, rows.flatMap(([name, title, value]) => [el("dt", {}, title), el("dd", { "data-field": name }, [value, mark(name, title)])]));
  }

  planFacts({ layer, properties }) {
    const isPlan = layer.role === "plan";
    const { planned_start: start, planned_finish: finish } = properties;
    const dates = start && finish && t("{start} 至 {finish}", { start, finish });
    return [
      ["planned_dates", t("计划起止"), dates && properties.planned_dates_assumed ? t("{dates}（按年份推定）", { dates }) : dates],
      ["progress_curve", t("进度曲线"), properties.progress_curve],
      ["responsible_unit", t("责任单位"), isPlan && (properties.responsible_unit || t("未填"))],
      ["responsible_officer", t("责任人"), isPlan && (properties.responsible_officer || t("未填"))],
      ["replaced_by", t("替代要素"), properties.replaced_by],
    ];
  }

  source(feature) {
    const { source_section: section, source_paragraph: paragraph } = feature.properties;
    const words = section ? t("出处：{source} {section} 第 {paragraph} 段", { source: feature.layer.source, section, paragraph: paragraph ?? "—" }) : t("出处：{source}", { source: feature.layer.source });
    return el("p", { class: "details-source", "data-testid": "source" }, [words, el("br"), t("编号 {id} · 修订 {revision}", { id: feature.key, revision: feature.properties.revision ?? "—" }), el("br"), reportError(feature.key)]);
  }

  foot(feature) {
    const page = `${this.catalog.config.featureUrl}/${feature.key.split("/").map(encodeURIComponent).join("/")}`;
    return el("div", { class: "details-foot" }, [
      exportMenu(t("导出"), () => this.actions.exportOne(feature)),
      el("a", { class: "btn btn-quiet", href: withParams(page, { year: this.actions.year() }), "data-testid": "open-page" }, [icon("page"), t("详情页")]),
      smallAction("link", t("链接"), "copy-link", () => copy(window.location.href)),
      smallAction("print", t("打印"), "print", () => window.print()),
    ]);
  }
}

/** The way to say what is wrong in a record. */
function reportError(key) {
  return el("a", { href: `/corrections/new?feature=${encodeURIComponent(key)}`, "data-testid": "report-error" }, t("这条记录有误？告诉我们"));
}

/** How far off a position may be, in words. */
function accuracyWords(feature) {
  const { location_basis: basis } = feature.properties;
  const accuracy = accuracyOf(feature);
  if (accuracy !== null) return t("位置误差约 {accuracy} m", { accuracy: number(errorOf(accuracy)) });
  return basis === "located" || basis === "placed" ? t("位置误差未知") : null;
}

/** A button whose words give way to its icon where the language is long. */
function smallAction(name, words, id, onclick) {
  return el("button", { class: "btn btn-quiet", type: "button", "aria-label": words, title: words, "data-testid": id, onclick }, [icon(name), el("span", { class: "short-word" }, words)]);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(t("链接已复制，打开它会看到同样的视图"));
  } catch {
    say(t("浏览器不让复制，请从地址栏复制链接"));
  }
}

function sentence(words) {
  return t("{words}。", { words });
}
