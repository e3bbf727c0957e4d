// What pages without a map of their own share: the print button, the date on paper, forms that outlast a session.

import { keepDrafts } from "./form_draft.js";
import { locale } from "./i18n.js";

keepDrafts();

for (const button of document.querySelectorAll("[data-action=print]")) button.addEventListener("click", () => window.print());
for (const node of document.querySelectorAll("[data-date]")) {
  node.textContent = new Date().toLocaleDateString(locale, { year: "numeric", month: "long", day: "numeric" });
}
