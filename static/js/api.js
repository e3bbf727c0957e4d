// Questions to `/ogc`: JSON in, one clear error out, a fine bar while an answer takes its time.

import { t } from "./i18n.js";

const BAR_AFTER_MS = 300;
let waiting = 0;
let timer = null;

/** An answer of the server that is a refusal, or no answer at all; `isRefusal` where asking once more cannot help. */
export class RequestFailed extends Error {
  constructor(words, status = 0) {
    super(words);
    this.isRefusal = status >= 400 && status < 500;
  }
}

/**
 * GET some JSON.
 *
 * @param {string} address
 * @param {Object|[string, *][]} params - null, false and empty values are left out; lists are repeated
 * @param {AbortSignal} [signal]
 */
export async function getJson(address, params = {}, signal = undefined) {
  return get(address, params, signal, "application/geo+json, application/json", async (response) => (await jsonOf(response)) ?? failed(response, null));
}

/** GET some bytes, as `getJson`; none where the answer has no content. */
export async function getBytes(address, params = {}, signal = undefined) {
  return get(address, params, signal, "*/*", (response) => response.arrayBuffer());
}

async function get(address, params, signal, Accept, read) {
  started();
  try {
    const response = await fetch(withParams(address, params), { signal, headers: { Accept } });
    return response.ok ? await read(response) : failed(response, await jsonOf(response));
  } catch (error) {
    if (error.name === "AbortError" || error instanceof RequestFailed) throw error;
    throw new RequestFailed(t("连不上服务器，请检查网络后重试"));
  } finally {
    finished();
  }
}

/** The JSON of an answer, null where it is none; one that is broken off while it comes is no wrong answer. */
function jsonOf(response) {
  return response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    return null;
  });
}

function failed(response, body) {
  throw new RequestFailed(body?.detail || t("服务器没有正常应答（{status}）", { status: response.status }), response.status);
}

/** The past day that the page is about, if it is; every question and link of the page is then about that day too. */
const AS_OF = new URLSearchParams(window.location.search).get("as_of");

/** An address with a query string. */
export function withParams(address, params) {
  const query = new URLSearchParams(AS_OF ? { as_of: AS_OF } : {});
  for (const [name, value] of Object.entries(params)) {
    for (const each of [value].flat()) if (each !== null && each !== undefined && each !== false && each !== "") query.append(name, each);
  }
  const text = query.toString();
  return text ? `${address}?${text}` : address;
}

function bar() {
  return document.getElementById("progress");
}

function started() {
  waiting += 1;
  if (timer === null) timer = setTimeout(() => bar()?.classList.add("is-waiting"), BAR_AFTER_MS);
}

function finished() {
  waiting -= 1;
  if (waiting > 0) return;
  clearTimeout(timer);
  timer = null;
  bar()?.classList.remove("is-waiting");
}

/** Runs one task at a time: a newer one aborts the older, whose answer is dropped. */
export class Latest {
  async run(task) {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const answer = await task(controller.signal);
      return controller.signal.aborted ? undefined : answer;
    } catch (error) {
      if (controller.signal.aborted || error.name === "AbortError") return undefined;  // nobody waits for it any more
      throw error;
    }
  }
}
