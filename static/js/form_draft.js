// What stands in a form when its reader turns out to be signed out: kept in this tab while they sign in, then put back.

import { el } from "./dom.js";
import { t } from "./i18n.js";

const KEY = "plan-atlas-form";
const SOON_MS = 60_000;

/** Look after the forms of this page that ask for it (`data-keep`), and the way to sign in that follows one. */
export function keepDrafts() {
  const next = document.querySelector("[data-testid=sign-in-form] [name=next]");
  if (next) return awaitReturn(new URL(next.value, window.location.href).pathname);
  for (const form of document.querySelectorAll("form[data-keep]")) {
    putBack(form);
    form.addEventListener("submit", () => write({ path: window.location.pathname, at: Date.now(), values: valuesOf(form) }));
  }
}

function awaitReturn(path) {
  const draft = read();
  if (draft?.path === path && Date.now() - draft.at < SOON_MS) write({ ...draft, isAwaited: true });
}

function putBack(form) {
  const draft = read();
  if (!draft?.isAwaited || draft.path !== window.location.pathname) return;
  sessionStorage.removeItem(KEY);
  for (const field of form.elements) {
    const values = draft.values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
  form.before(el("p", { class: "form-note", role: "status", "data-testid": "draft-kept" }, t("登录前填的内容已放回，还没有保存；文件要重新选。")));
}

/** Names and values of a form, but for its files and what belongs to the session. */
function valuesOf(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null; // a browser that keeps nothing
  }
}

function write(draft) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(draft));
  } catch {
    // Nothing is kept, and the form is as good as it was.
  }
}
