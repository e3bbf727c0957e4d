// The forms of an import: sent with a bar that tells how far the work is, and a way to break it off.

import { RequestFailed } from "./api.js";
import { t } from "./i18n.js";
import { resultOf } from "./lines.js";
import { csrfToken } from "./send.js";
import { Work } from "./work.js";

const node = (id) => document.getElementById(id);

for (const form of document.querySelectorAll("[data-worded]")) form.addEventListener("submit", (event) => run(form, event));

async function run(form, event) {
  event.preventDefault();
  const { submitter } = event;
  const isWriting = submitter?.formAction === form.action || !submitter?.hasAttribute("formaction");
  const body = new FormData(form, submitter);
  const stop = new AbortController();
  const work = new Work(node("work"));
  const buttons = [...form.querySelectorAll("button[type=submit]")];
  const enable = (isOn) => { for (const button of buttons) button.disabled = !isOn; };
  const onCancel = () => stop.abort();
  node("cancel").addEventListener("click", onCancel);
  say("");
  enable(false);
  work.begin(isWriting ? form.dataset.worded : t("正在查看文件"));
  try {
    const { url } = await ask(submitter?.hasAttribute("formaction") ? submitter.formAction : form.action, body, stop.signal, (done, of) => work.tell(done, of));
    window.location.assign(url);
  } catch (error) {
    say(error.name === "AbortError" ? t("已取消，没有写入") : error.message);
    enable(true);
  } finally {
    node("cancel").removeEventListener("click", onCancel);
    work.end();
  }
}

async function ask(address, body, signal, tell) {
  let response;
  try {
    response = await fetch(address, { method: "POST", body, signal, headers: { Accept: "application/x-ndjson, application/json", "X-CSRFToken": csrfToken() } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestFailed(t("连不上服务器，请检查网络后重试"));
  }
  if (!response.ok) throw new RequestFailed((await response.json().catch(() => null))?.detail || t("服务器没有正常应答（{status}）", { status: response.status }));
  return resultOf(response, tell);
}

/** What is wrong, at the head of the page; nothing takes it away. */
function say(words) {
  const place = node("fault");
  place.textContent = words;
  place.hidden = !words;
  if (words) place.scrollIntoView({ block: "center" });
}
