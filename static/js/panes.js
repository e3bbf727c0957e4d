// Panes side by side with gutters to move; on phones one at a time.

const STEP = 2;
const KEPT = "plan-atlas panes";
const LEAST = 15;

export class Panes {
  /**
   * @param {HTMLElement} node - holds the panes and, between them, separators with `data-between="left right"`
   * @param {HTMLElement} bar - buttons with `data-pane`, shown on phones
   */
  constructor(node, bar) {
    Object.assign(this, { node, bar, shares: { text: 26, records: 41 } });
    this.read();
    for (const gutter of node.querySelectorAll(".gutter")) this.listen(gutter, gutter.dataset.between.split(" ")[0]);
    for (const button of bar.querySelectorAll("button")) button.addEventListener("click", () => this.show(button.dataset.pane));
    this.apply();
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT));
      if (kept?.text >= LEAST && kept?.records >= LEAST && kept.text + kept.records <= 100 - LEAST) this.shares = kept;
    } catch {
      localStorage.removeItem(KEPT);
    }
  }

  apply() {
    for (const [name, share] of Object.entries(this.shares)) {
      this.node.style.setProperty(`--share-${name}`, `${share}%`);
      this.node.querySelector(`.gutter[data-between^="${name} "]`).setAttribute("aria-valuenow", String(Math.round(share)));
    }
  }

  move(name, share) {
    const other = name === "text" ? this.shares.records : this.shares.text;
    this.shares = { ...this.shares, [name]: Math.min(Math.max(share, LEAST), 100 - LEAST - other) };
    this.apply();
    localStorage.setItem(KEPT, JSON.stringify(this.shares));
  }

  listen(gutter, name) {
    gutter.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
      if (!step) return;
      event.preventDefault();
      this.move(name, this.shares[name] + step);
    });
    gutter.addEventListener("pointerdown", (event) => {
      const [from, share, width] = [event.clientX, this.shares[name], this.node.clientWidth];
      const move = (moved) => this.move(name, share + ((moved.clientX - from) / width) * 100);
      gutter.setPointerCapture(event.pointerId);
      gutter.addEventListener("pointermove", move);
      gutter.addEventListener("lostpointercapture", () => gutter.removeEventListener("pointermove", move), { once: true });
    });
  }

  /** Which pane a phone shows. */
  show(name) {
    this.node.dataset.shown = name;
    for (const button of this.bar.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.pane === name));
  }
}
