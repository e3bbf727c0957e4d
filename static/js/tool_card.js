// The card beside the map's tools: what to do now, the figures so far, the way out.

import { el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";

export class ToolCard {
  constructor(node) {
    this.node = node;
  }

  /**
   * @param {{title: string, hint: string, body?: Node, onFinish?: Function, finish?: string, onCancel: Function}} content
   */
  show({ title, hint, body = null, onFinish = null, finish = t("完成"), onCancel }) {
    replace(this.node,
      el("div", { class: "tool-head" }, [el("strong", {}, title), el("button", { class: "icon-button", type: "button", "aria-label": t("关闭"), "data-testid": "tool-close", onclick: onCancel }, icon("close"))]),
      el("p", { class: "tool-hint" }, hint),
      body,
      onFinish && el("button", { class: "btn btn-sm btn-primary", type: "button", "data-testid": "tool-finish", onclick: onFinish }, finish));
    this.node.hidden = false;
  }

  hide() {
    this.node.hidden = true;
  }
}
