// A bar for work that takes its time; what is done at once shows none.

import { t } from "./i18n.js";

const SHOWN_AFTER_MS = 500;

export class Work {
  constructor(node) {
    this.node = node;
    [this.bar, this.words] = [node.querySelector("i"), node.querySelector("p")];
  }

  begin(words) {
    this.title = words;
    this.bar.style.width = "0";
    this.words.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.words.textContent = this.title; this.node.hidden = false; }, SHOWN_AFTER_MS);
  }

  tell(done, of) {
    this.bar.style.width = `${(100 * done) / of}%`;
    if (!this.node.hidden) this.words.textContent = t("{work}：{done} / {of}", { work: this.title, done, of });
  }

  end() {
    clearTimeout(this.timer);
    this.node.hidden = true;
  }
}
