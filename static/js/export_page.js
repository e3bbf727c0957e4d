// The export page: every choice changes the link, and says at once what the file will hold, or why there can be none.

import { Latest, RequestFailed, getJson, withParams } from "./api.js";
import { el, replace } from "./dom.js";
import { waitInLine } from "./downloads.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

const config = JSON.parse(document.getElementById("config").textContent);
const form = document.getElementById("export-form");
const count = document.getElementById("export-count");
const fault = document.getElementById("export-fault");
const link = document.getElementById("export-link");
const picture = document.getElementById("picture-link");
const latest = new Latest();
const counting = new Latest();
const metresOnly = form.dataset.metres.split(" ");

/** What an address asked for that the form has no control for: an area drawn on the map, filters. */
const brought = bringing(new URLSearchParams(window.location.search));

function bringing(given) {
  const own = new Set(["as_of", "layers", "format", "area", ...[...form.elements].map((control) => control.name)]);
  if (given.has("within") && form.elements.area?.value === given.get("within")) own.add("within");
  const found = {};
  for (const name of given.keys()) if (!own.has(name)) found[name] = given.getAll(name);
  return found;
}

/** Controls that a format has no use for are out of sight and out of the question. */
function fitFormat() {
  const format = new FormData(form).get("format");
  for (const label of form.querySelectorAll("[data-for]")) {
    label.hidden = !label.dataset.for.split(" ").includes(format);
    label.querySelector("select").disabled = label.hidden;
  }
  const { crs } = form.elements;
  for (const option of crs.options) option.hidden = option.disabled = Boolean(option.value) && metresOnly.includes(format) && !("metres" in option.dataset);
  if (crs.selectedOptions[0]?.disabled) crs.value = "";
}

function asked() {
  const data = new FormData(form);
  const area = data.get("area") ? { within: data.get("area") } : {};
  const filters = { ...brought, ...area, year: data.get("year"), plan_year: data.get("plan_year"), location_basis: data.get("location_basis"), q: data.get("q")?.trim(), schematic: data.get("schematic") };
  const written = { format: data.get("format"), crs: data.get("crs"), encoding: data.get("encoding"), profile: data.get("profile") };
  return { layers: data.getAll("layers"), filters, written };
}

async function update() {
  fitFormat();
  const { layers, filters, written } = asked();
  const params = { layers: layers.join(","), ...written, ...filters };
  link.href = withParams(config.exportUrl, params);
  picture.href = withParams(config.pictureUrl, { layers: layers.join(","), year: filters.year, plan_year: filters.plan_year });
  enable(layers.length > 0);
  if (!layers.length) return show(null, t("先选至少一个图层。"));
  try {
    const told = await latest.run((signal) => getJson(form.dataset.contents, params, signal));
    if (!told) return null;
    show(told, "");
    const { schematic, ...without } = filters;
    const summary = await counting.run((signal) => getJson(`${config.ogc}/summary`, { collections: layers.join(","), ...without }, signal));
    return summary && say(countWords(told, summary.collections, layers));
  } catch (error) {
    enable(!(error instanceof RequestFailed && error.isRefusal));
    return show(null, error.message);
  }
}

function enable(isOn) {
  link.classList.toggle("disabled", !isOn);
  link.setAttribute("aria-disabled", String(!isOn));
}

/** What the file will hold; without it, why not. */
function show(told, words) {
  fault.hidden = !words;
  fault.textContent = words;
  document.getElementById("contents-name").textContent = told?.name ?? "";
  const bases = told?.bases.length ? [[t("位置依据"), told.bases.map(({ title, count: some }) => t("{title} {count} 项", { title, count: number(some) })).join(" · ")]] : [];
  replace(document.getElementById("contents-scope"), [...(told?.scope ?? []), ...bases].map(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]));
  replace(document.getElementById("contents-notes"), (told?.notes ?? []).map((note) => el("li", {}, note)));
  if (!told) say(words);
}

function countWords(told, collections, layers) {
  const total = told.count;
  const seats = layers.reduce((sum, id) => sum + (collections[id]?.totals?.seats || 0), 0);
  if (!total) return t("没有符合条件的要素：文件会是空的。");
  if (!seats) return t("文件里将有 {count} 项，来自 {layers} 个图层。", { count: number(total), layers: told.layers.length });
  return t("文件里将有 {count} 项，来自 {layers} 个图层，合计 {seats} 个学位。", { count: number(total), layers: told.layers.length, seats: number(seats) });
}

function say(words) {
  count.textContent = words;
}

form.addEventListener("change", update);
form.addEventListener("submit", (event) => { event.preventDefault(); link.click(); });
link.addEventListener("click", (event) => { if (link.getAttribute("aria-disabled") === "true") { event.preventDefault(); event.stopImmediatePropagation(); } });
waitInLine(link);
update();
