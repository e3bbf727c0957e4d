// The reports page: asks for a report, counts the seconds while it is made, and hands the file over.

import { RequestFailed } from "./api.js";
import { t } from "./i18n.js";

const form = document.getElementById("report-form");
const state = document.getElementById("report-state");
const button = document.getElementById("report-make");
let isBusy = false;

form.addEventListener("change", (event) => {
  if (event.target.name === "kind") form.elements.year.value = event.target.dataset.year;
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (isBusy) return;
  const stop = beBusy();
  try {
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    const { name, file } = await fetchFile(`${form.action}?${query}`);
    stop();
    handOver(name, file);
    say(t("已生成：{name}", { name }));
  } catch (error) {
    stop();
    say(error.message, true);
  }
});

/** Say how long it has taken so far; returns what ends it. */
function beBusy() {
  isBusy = true;
  const began = Date.now();
  const tell = () => say(t("正在生成…… {seconds} 秒", { seconds: Math.round((Date.now() - began) / 1000) }));
  const timer = setInterval(tell, 1000);
  tell();
  form.classList.add("is-busy");
  button.setAttribute("aria-disabled", "true");
  return () => {
    clearInterval(timer);
    isBusy = false;
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
  return named ? decodeURIComponent(named[1]) : "report";
}

function handOver(name, file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function say(words, isFault = false) {
  state.textContent = words;
  state.classList.toggle("is-fault", isFault);
}
