// How a plan comes in: pasted, chosen as a file, or dropped on the page.

import { t } from "./i18n.js";
import { sayFailed, settle } from "./notices.js";
import { send } from "./send.js";

/**
 * Listen to the form that takes a plan.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLElement} pane - where files may be dropped
 * @param {Object} config - readUrl, longestPlan, largestFile
 * @param {(reading: Object, sourceName: string) => void} onRead
 */
export function takePlans(form, pane, config, onRead) {
  const text = form.querySelector("textarea");
  const file = form.querySelector("input[type=file]");
  const read = async (content, sourceName) => {
    const fields = new FormData();
    fields.append(content instanceof File ? "file" : "text", content);
    form.classList.add("is-busy");
    try {
      const reading = await send(config.readUrl, fields);
      settle("read");
      text.value = "";
      onRead(reading, sourceName);
    } catch (error) {
      sayFailed("read", error.message, () => read(content, sourceName));
    } finally {
      form.classList.remove("is-busy");
      file.value = "";
    }
  };
  const readText = () => {
    if (!text.value.trim()) return refuse(t("请先粘贴规划文字，或选择文件。"));
    if (text.value.length > config.longestPlan) return refuse(t("文字太长，请分段粘贴。"));
    return read(text.value, t("粘贴的文字"));
  };
  const readFile = (given) => {
    if (given.size > config.largestFile) return refuse(t("文件太大，最多 {megabytes} MB。", { megabytes: config.largestFile / 2 ** 20 }));
    return read(given, given.name);
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); readText(); });
  text.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); readText(); } });
  file.addEventListener("change", () => { if (file.files[0]) readFile(file.files[0]); });
  pane.addEventListener("dragover", (event) => { if (!form.hidden) { event.preventDefault(); form.classList.add("is-over"); } });
  pane.addEventListener("dragleave", () => form.classList.remove("is-over"));
  pane.addEventListener("drop", (event) => {
    if (form.hidden || !event.dataTransfer.files[0]) return;
    event.preventDefault();
    form.classList.remove("is-over");
    readFile(event.dataTransfer.files[0]);
  });
}

function refuse(words) {
  sayFailed("read", words, null);
}
