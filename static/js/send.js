// Writing to the server: JSON out and in, with this session's token, so that no other site can write in our name.

import { RequestFailed } from "./api.js";
import { t } from "./i18n.js";

/** The token of this session; empty where nobody is signed in. Forms send it as `csrf_token`. */
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

/**
 * Send JSON, or a FormData as it is.
 *
 * @param {string} address
 * @param {Object|FormData} body
 * @param {{method?: string, signal?: AbortSignal}} [options]
 * @returns {Promise<*>} the answer's JSON; null where it has none
 * @throws {RequestFailed} with the server's words, and its `status`
 */
export async function send(address, body, options = {}) {
  return (await responseTo(address, body, options)).json().catch(() => null);
}

/** As `send`, but the response itself, for an answer that comes in pieces. */
export async function responseTo(address, body, { method = "POST", signal = undefined } = {}) {
  const isForm = body instanceof FormData;
  const headers = { Accept: "application/json", "X-CSRFToken": csrfToken(), ...(isForm ? {} : { "Content-Type": "application/json" }) };
  let response;
  try {
    response = await fetch(address, { method, signal, headers, body: isForm ? body : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new RequestFailed(t("连不上服务器，请检查网络后重试"));
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => null);
  const failure = new RequestFailed(answer?.detail || t("服务器没有正常应答（{status}）", { status: response.status }));
  throw Object.assign(failure, { status: response.status });
}
