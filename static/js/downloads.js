// Downloads wait in line where many want one: how many are before us is said, and it begins when it is our turn.

import { getJson } from "./api.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { sayWaiting, settle } from "./notices.js";

const ASK_EVERY_MS = 2000;
const NAME = "download";

/** Let a link to `/export/file` wait for its turn; opened in a new tab or by the keyboard's own ways it just tries. */
export function waitInLine(link) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !link.href) return;
    event.preventDefault();
    const address = new URL(link.href);
    if (!(await isOurTurn(address))) return;
    el("a", { href: address.href, download: "" }).click();
  });
}

/** Wait for a place and write into the address whose it is; false where the reader has given up. */
async function isOurTurn(address) {
  const turn = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const asking = address.pathname.replace(/file$/, "turn");
  let given = false;
  try {
    for (;;) {
      const { before } = await getJson(asking, { turn });
      if (given) return false;
      if (before === 0) break;
      sayWaiting(NAME, t("下载的人多，正在排队：第 {place} 位，轮到时自动开始", { place: before }), () => { given = true; });
      await new Promise((resolve) => { setTimeout(resolve, ASK_EVERY_MS); });
      if (given) return false;
    }
    address.searchParams.set("turn", turn);
  } catch {
    // The download itself says in words what is wrong.
  } finally {
    settle(NAME);
  }
  return true;
}
