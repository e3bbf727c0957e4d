// Answers of the server that come line by line: how far the work is, then its result.

import { RequestFailed } from "./api.js";
import { t } from "./i18n.js";

/** Lines of a response, each parsed as JSON. */
async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
    if (done) return;
  }
}

/**
 * The result at the end of such an answer.
 *
 * @param {Response} response
 * @param {(done: number, of: number) => void} onProgress
 */
export async function resultOf(response, onProgress) {
  for await (const line of linesOf(response)) {
    if (line.error) throw new RequestFailed(line.error);
    if ("result" in line) return line.result;
    onProgress(line.done, line.of);
  }
  throw new RequestFailed(t("服务器的应答中断了，请重试"));
}
