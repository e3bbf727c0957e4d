// Forms whose work takes its time, an import or a large undo: a bar tells how far it is, a button breaks it off.

import { RequestFailed, getJson } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { resultOf } from "./lines.js";
import { csrfToken } from "./send.js";
import { Work } from "./work.js";

const ASK_EVERY_MS = 500;
const MOST_UNKNOWN = 6;
const node = (id) => document.getElementById(id);

for (const form of document.querySelectorAll("[data-worded]")) form.addEventListener("submit", (event) => run(form, event));

async function run(form, event) {
  event.preventDefault();
  const { submitter } = event;
  const isWriting = submitter?.formAction === form.action || !submitter?.hasAttribute("formaction");
  const body = new FormData(form, submitter);
  const token = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  body.set("work", token);
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
    if (error.name !== "AbortError") say(error.message);
    else if (isWriting) await sayCancelled(token);
    else say(t("已取消，没有写入"));
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

/** What became of work that was broken off: nothing, or all of it where that was too late. */
async function sayCancelled(token) {
  say(t("正在取消…"));
  try {
    const { state, url } = await outcomeOf(token);
    if (state === "unknown") say(t("已取消；服务器不知道这次写入，请到日志里核对"));
    else say(url ? t("取消来得太晚，已经全部写入。") : t("已取消，没有写入"));
    if (url) node("fault").append(" ", el("a", { href: url }, t("看这次修改")));
  } catch {
    say(t("连不上服务器，不知道取消成了没有；请到日志里核对"));
  }
}

/** How it ended; unknown where it never began, or where another server did it. */
async function outcomeOf(token) {
  for (let unknown = 0; unknown < MOST_UNKNOWN;) {
    const { state, url } = await getJson(`/outcomes/${token}`);
    if (state === "ended") return { state, url };
    if (state === "unknown") unknown += 1;
    await new Promise((go) => { setTimeout(go, ASK_EVERY_MS); });
  }
  return { state: "unknown", url: null };
}

/** What is wrong, at the head of the page; nothing takes it away. */
function say(words) {
  const place = node("fault");
  place.textContent = words;
  place.hidden = !words;
  if (words) place.scrollIntoView({ block: "center" });
}
