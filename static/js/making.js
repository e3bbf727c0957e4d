// Files that take their time: the seconds are counted while one is made, then it is handed over; a fault is said in words.

import { RequestFailed } from "./api.js";
import { t } from "./i18n.js";

const busy = new WeakSet();

/**
 * Ask for a file and hand it over.
 *
 * @param {string} address
 * @param {{state: HTMLElement, button: HTMLElement, form: HTMLElement}} where - what tells how it goes
 */
export async function makeFile(address, where) {
  if (busy.has(where.button)) return;
  const stop = beBusy(where);
  try {
    const { name, file } = await fetchFile(address);
    stop();
    handOver(name, file);
    say(where.state, t("已生成：{name}", { name }));
  } catch (error) {
    stop();
    say(where.state, error.message, true);
  }
}

/** Say how long it has taken so far; returns what ends it. */
function beBusy({ state, button, form }) {
  busy.add(button);
  const began = Date.now();
  const tell = () => say(state, t("正在生成…… {seconds} 秒", { seconds: Math.round((Date.now() - began) / 1000) }));
  const timer = setInterval(tell, 1000);
  tell();
  form.classList.add("is-busy");
  button.setAttribute("aria-disabled", "true");
  return () => {
    clearInterval(timer);
    busy.delete(button);
    form.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  };
}

async function fetchFile(address) {
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "application/json" } });
  } catch {
    throw new RequestFailed(t("连不上服务器，请检查网络后重试"));
  }
  if (!response.ok) {
    const answer = await response.json().catch(() => null);
    throw new RequestFailed(answer?.detail || t("服务器没有正常应答（{status}）", { status: response.status }));
  }
  return { name: nameOf(response), file: await response.blob() };
}

/** The file's name for people, as the server gives it (RFC 6266). */
function nameOf(response) {
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get("Content-Disposition") || "");
  return named ? decodeURIComponent(named[1]) : "file";
}

function handOver(name, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function say(state, words, isFault = false) {
  state.textContent = words;
  state.classList.toggle("is-fault", isFault);
}
