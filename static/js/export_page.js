// The export page: every choice changes the link, and says at once how much the file will hold.

import { Latest, getJson, withParams } from "./api.js";
import { waitInLine } from "./downloads.js";
import { number } from "./format.js";
import { t } from "./i18n.js";

const config = JSON.parse(document.getElementById("config").textContent);
const form = document.getElementById("export-form");
const count = document.getElementById("export-count");
const link = document.getElementById("export-link");
const picture = document.getElementById("picture-link");
const latest = new Latest();

async function update() {
  const data = new FormData(form);
  const layers = data.getAll("layers");
  const [year, plan_year] = [data.get("year"), data.get("plan_year")];
  link.href = withParams(config.exportUrl, { layers: layers.join(","), format: data.get("format"), year, plan_year, schematic: data.get("schematic") });
  picture.href = withParams(config.pictureUrl, { layers: layers.join(","), year, plan_year });
  link.classList.toggle("disabled", !layers.length);
  link.setAttribute("aria-disabled", String(!layers.length));
  if (!layers.length) return say(t("先选至少一个图层。"));
  try {
    const answer = await latest.run((signal) => getJson(`${config.ogc}/summary`, { collections: layers.join(","), year, plan_year }, signal));
    return answer && say(countWords(answer.collections, layers));
  } catch (error) {
    return say(error.message);
  }
}

function countWords(collections, layers) {
  const total = layers.reduce((sum, id) => sum + (collections[id]?.count || 0), 0);
  const seats = layers.reduce((sum, id) => sum + (collections[id]?.totals?.seats || 0), 0);
  if (!total) return t("没有符合条件的要素：文件会是空的。");
  if (!seats) return t("文件里将有 {count} 项，来自 {layers} 个图层。", { count: number(total), layers: layers.length });
  return t("文件里将有 {count} 项，来自 {layers} 个图层，合计 {seats} 个学位。", { count: number(total), layers: layers.length, seats: number(seats) });
}

function say(words) {
  count.textContent = words;
}

waitInLine(link);
form.addEventListener("change", update);
form.addEventListener("submit", (event) => { event.preventDefault(); link.click(); });
update();
