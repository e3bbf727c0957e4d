// The bottom sheet of a phone: three heights, dragged by its handle or moved by the arrow keys.

import { t } from "./i18n.js";

const HEIGHTS = ["peek", "half", "full"];
const PHONE = window.matchMedia("(max-width: 767.98px)");
const DRAG_STARTS_PX = 6;
const SMALLEST_PX = 40;

/** Height of a sheet at rest, as in panel.css. */
export const PEEK_PX = 148;

export function isPhone() {
  return PHONE.matches;
}

/** Makes a panel a sheet on phones; on desktops it stands where it is. */
export class Sheet {
  constructor(panel, handle, height = "peek") {
    Object.assign(this, { panel, handle });
    this.set(height);
    handle.addEventListener("click", () => this.onClick());
    handle.addEventListener("keydown", (event) => this.onKey(event));
    handle.addEventListener("pointerdown", (event) => this.onDown(event));
  }

  set(height) {
    this.height = height;
    this.panel.dataset.height = height;
    this.handle.setAttribute("aria-label", { peek: t("面板：收起"), half: t("面板：半屏"), full: t("面板：全屏") }[height]);
  }

  onClick() {
    if (!this.dragged) this.set(this.height === "full" ? "peek" : HEIGHTS[HEIGHTS.indexOf(this.height) + 1]);
    this.dragged = false;
  }

  onKey(event) {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.set(HEIGHTS[Math.min(Math.max(HEIGHTS.indexOf(this.height) + step, 0), 2)]);
  }

  onDown(event) {
    const from = event.clientY;
    const start = this.panel.getBoundingClientRect().height;
    let height = start;
    this.dragged = false;
    const move = (moved) => {
      if (Math.abs(moved.clientY - from) > DRAG_STARTS_PX) this.dragged = true;
      if (!this.dragged) return;
      height = Math.max(start + from - moved.clientY, SMALLEST_PX);
      Object.assign(this.panel.style, { height: `${height}px`, transition: "none" });
    };
    const up = () => {
      this.handle.removeEventListener("pointermove", move);
      Object.assign(this.panel.style, { height: "", transition: "" });
      if (this.dragged) this.settle(height);
    };
    this.handle.setPointerCapture(event.pointerId);
    this.handle.addEventListener("pointermove", move);
    this.handle.addEventListener("pointerup", up, { once: true });
    this.handle.addEventListener("pointercancel", up, { once: true });
  }

  /** Rest at the nearest of the three heights. */
  settle(height) {
    const share = height / window.innerHeight;
    this.set(share < 0.3 ? "peek" : share < 0.68 ? "half" : "full");
  }
}
