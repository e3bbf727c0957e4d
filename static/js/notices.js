// Quiet words at the foot of the page: what failed and how to try again, what was copied.

import { el, icon } from "./dom.js";
import { t } from "./i18n.js";

const SHOWN_MS = 6000;
const OFFERED_MS = 20_000;

function place() {
  return document.getElementById("notices");
}

/** Say something for a few seconds. */
export function say(words) {
  const notice = el("div", { class: "notice", role: "status", "data-testid": "notice" }, words);
  place().append(notice);
  setTimeout(() => notice.remove(), SHOWN_MS);
}

/** Say that something failed until the reader tries again or closes it; one notice per `name`. */
export function sayFailed(name, words, retry) {
  settle(name);
  const close = el("button", { class: "icon-button", type: "button", "aria-label": t("关闭") , onclick: () => settle(name) }, icon("close"));
  const again = el("button", { class: "btn btn-sm btn-light", type: "button", onclick: () => { settle(name); retry(); } }, t("重试"));
  place().append(el("div", { class: "notice notice-failed", role: "alert", "data-name": name, "data-testid": "notice-failed" },
    [el("span", {}, words), retry && again, close]));
}

/** Say something with a way to act on it, such as taking it back; it stays longer than plain words, and gives way to the next of its name. */
export function offer(name, words, action) {
  settle(name);
  const notice = el("div", { class: "notice", role: "status", "data-name": name, "data-testid": `notice-${name}` },
    [el("span", {}, words), action, el("button", { class: "icon-button", type: "button", "aria-label": t("关闭"), onclick: () => notice.remove() }, icon("close"))]);
  action?.addEventListener("click", () => notice.remove());
  place().append(notice);
  setTimeout(() => notice.remove(), action ? OFFERED_MS : SHOWN_MS);
}

/** Say that something waits, until it is settled or the reader gives up; the newest words of a name stand. */
export function sayWaiting(name, words, giveUp) {
  const shown = [...place().children].find((notice) => notice.dataset.name === name);
  if (shown) {
    shown.firstElementChild.textContent = words;
    return;
  }
  const leave = el("button", { class: "btn btn-sm btn-light", type: "button", onclick: () => { settle(name); giveUp(); } }, t("不等了"));
  place().append(el("div", { class: "notice", role: "status", "data-name": name, "data-testid": `notice-${name}` }, [el("span", {}, words), leave]));
}

/** Take back a notice of failure. */
export function settle(name) {
  for (const notice of place().children) if (notice.dataset.name === name) notice.remove();
}
