// Tabs over panels, moved by the arrow keys.

import { el, replace } from "./dom.js";

export class Tabs {
  /**
   * @param {HTMLElement} node - gets the tabs
   * @param {{name: string, title: string, panel: HTMLElement}[]} tabs
   * @param {(name: string) => void} onShow
   */
  constructor(node, tabs, onShow) {
    Object.assign(this, { tabs, onShow });
    for (const tab of tabs) {
      tab.count = el("span", { class: "tab-count" });
      tab.button = el("button", { class: "tab", type: "button", role: "tab", id: `tab-of-${tab.name}`, "aria-controls": tab.panel.id, "data-testid": `tab-${tab.name}`, onclick: () => this.show(tab.name) }, [tab.title, tab.count]);
    }
    replace(node, tabs.map((tab) => tab.button));
    node.addEventListener("keydown", (event) => this.onKey(event));
    this.show(tabs[0].name);
  }

  show(name) {
    this.shown = name;
    for (const tab of this.tabs) {
      const isShown = tab.name === name;
      tab.panel.hidden = !isShown;
      tab.button.setAttribute("aria-selected", String(isShown));
      tab.button.setAttribute("tabindex", isShown ? "0" : "-1");
    }
    this.onShow(name);
  }

  /** A figure beside a tab's title; 0 shows none. */
  count(name, count) {
    this.tabs.find((tab) => tab.name === name).count.textContent = count || "";
  }

  onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = this.tabs.findIndex((tab) => tab.name === this.shown);
    const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.show(next.name);
    next.button.focus();
  }
}
