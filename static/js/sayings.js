// Who says what stands in a field: a mark beside it opens to who, when and from what, asked for when it is first opened.

import { getJson } from "./api.js";
import { el, replace } from "./dom.js";
import { officeTime } from "./format.js";
import { locale, t } from "./i18n.js";

/** Rows that stand for several fields, and the field whose change speaks for them. */
const SET_WITH = { planned_dates: "planned_start" };

/** The mark beside a value; null where the row is no field of the layer, such as a computed figure. */
export function sayingMark(feature, name, title, ogc) {
  const field = SET_WITH[name] ?? name;
  if (field !== "geometry" && !feature.layer.fields.some((each) => each.name === field)) return null;
  const words = el("p", {}, t("正在查…"));
  const open = (event) => event.target.open && tell(feature, field, words, ogc);
  return el("details", { class: "says", "data-testid": `says-${name}`, ontoggle: open }, [
    el("summary", { "aria-label": t("“{title}”的来历", { title }), title: t("谁、何时、依据什么") }), words,
  ]);
}

async function tell(feature, field, node, ogc) {
  try {
    feature.history ??= getJson(`${ogc}/collections/${feature.layer.id}/versions/${encodeURIComponent(feature.id)}`);
    const version = (await feature.history).versions.findLast((each) => each.fields.includes(field));
    replace(node, ...(version ? said(version, feature) : [t("日志里没有记载")]));
  } catch (error) {
    feature.history = undefined;
    replace(node, error.message);
  }
}

function said(version, feature) {
  const basis = version.source || (version.author ? "" : feature.layer.source);
  const journal = `/journal?${new URLSearchParams({ layer: feature.layer.id, feature: feature.id })}#entry-${version.seq}`;
  const parts = [
    [version.author ?? t("程序"), officeTime(version.at)].join(" · "),
    basis && t("依据：{basis}", { basis }),
    version.cause,
  ];
  return [...parts.filter(Boolean).flatMap((part) => [part, el("br")]), el("a", { href: journal, lang: locale }, t("日志第 {seq} 行", { seq: version.seq }))];
}
