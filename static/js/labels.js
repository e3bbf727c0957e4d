// Names on the map: beside features, along lines; a name that would lie on another one stays away.

import { el } from "./dom.js";

const FONT_PX = { feature: 12, faint: 11.5, line: 11.5, selected: 13 };
const ALONG = [0.9, 0.72, 0.5, 0.3, 0.12];
const LONGEST = 24;
const MARKER_PX = 12;
const STEEP_DEGREES = 50;
/** What lies on the map; a name under it would not be read. */
const COVERS = { screen: ".leaflet-control-scale, .pill, .legend, .tools, .tool-card", paper: ".leaflet-control-scale" };

/**
 * One name.
 *
 * @typedef {Object} Label
 * @property {string} text - empty for a thing without a name that names must not cover
 * @property {string} kind - feature, selected or line
 * @property {number} priority - lower is placed first
 * @property {L.LatLng} [anchor] - of a feature
 * @property {number} [gap] - pixels kept free around the anchor
 * @property {L.LatLng[]} [line] - of a line
 */
export class Labels {
  constructor(map) {
    this.map = map;
    this.groups = new Map();
    this.pane = map.createPane("labels");
    this.pane.setAttribute("aria-hidden", "true");
    this.pane.lang = "zh-CN"; // names stay as the plan has them, in Chinese shapes of the characters, whatever the page speaks
    map.on("moveend zoomend resize", () => this.draw());
  }

  /** Replace the labels of one source. */
  set(name, labels) {
    this.groups.set(name, labels);
    this.draw();
  }

  draw() {
    this.asked ??= requestAnimationFrame(() => this.drawNow());
  }

  /** Draw at once: on paper there is no next frame. */
  drawNow() {
    this.asked = null;
    const labels = [...this.groups.values()].flat().sort((one, other) => one.priority - other.priority);
    const taken = [...this.covered(), ...labels.filter((label) => label.anchor).map((label) => this.markerBox(label))];
    this.pane.replaceChildren(...labels.map((label) => this.place(label, taken)).filter(Boolean));
  }

  covered() {
    const frame = this.map.getContainer().getBoundingClientRect();
    const selector = COVERS[document.body.dataset.sheet ? "paper" : "screen"];
    const covers = [...this.map.getContainer().parentElement.querySelectorAll(selector)].map((node) => node.getBoundingClientRect());
    return covers.filter(({ width }) => width).map((box) => ({ box: [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top] }));
  }

  /** A name may lie neither on another name nor on another feature's marker. */
  markerBox(label) {
    const { x, y } = this.map.latLngToContainerPoint(label.anchor);
    const size = label.text ? MARKER_PX : 2 * label.gap;
    return { label, box: boxAround(x, y, size, size) };
  }

  place(given, taken) {
    if (!given.text) return null;
    const label = { ...given, text: shortened(given.text) };
    const spot = (label.line ? this.spotsAlong(label) : this.spotsAround(label)).find((each) => isFree(each.box, taken, given));
    if (!spot) return null;
    taken.push({ box: spot.box });
    const node = el("span", { class: `map-label map-label-${label.kind}${spot.upright ? " is-upright" : ""}` }, label.text);
    const point = this.map.containerPointToLayerPoint(spot.point);
    node.style.transform = `translate(${point.x}px, ${point.y}px) translate(-50%, -50%) rotate(${spot.angle || 0}deg)`;
    return node;
  }

  spotsAround({ text, anchor, gap, kind }) {
    const { x, y } = this.map.latLngToContainerPoint(anchor);
    const size = this.map.getSize();
    if (x < -80 || y < -40 || x > size.x + 80 || y > size.y + 40) return [];
    const [width, height] = [widthOf(text, FONT_PX[kind]) + 6, FONT_PX[kind] + 5];
    const centres = [[x, y - gap - height / 2], [x, y + gap + height / 2], [x + gap + width / 2, y], [x - gap - width / 2, y]];
    const spots = centres.map(([cx, cy]) => ({ point: L.point(cx, cy), box: boxAround(cx, cy, width, height) }));
    return spots.filter(({ box }) => kind === "selected" || (box[0] > 0 && box[1] > 0 && box[2] < size.x && box[3] < size.y));
  }

  spotsAlong({ text, line, kind }) {
    const segment = this.visibleSegment(line);
    if (!segment) return [];
    const [from, to] = segment;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const slope = (Math.atan2(dy, dx) * 180) / Math.PI;
    const upright = Math.abs(slope) > STEEP_DEGREES;
    const along = widthOf(text, FONT_PX[kind]) + 8;
    const [width, height] = upright ? [FONT_PX[kind] + 6, along] : [along, FONT_PX[kind] + 6];
    if (Math.hypot(dx, dy) < along * 1.6) return [];
    return ALONG.map((share) => {
      const [x, y] = [from.x + dx * share, from.y + dy * share];
      return { point: L.point(x, y), box: boxAround(x, y, width, height), upright, angle: upright ? slope - 90 : slope };
    });
  }

  /** The longest straight part of a line inside the view, from west to east or, where it is steep, from north to south. */
  visibleSegment(line) {
    const size = this.map.getSize();
    const view = L.bounds([16, 16], [size.x - 16, size.y - 16]);
    const points = line.map((latLng) => this.map.latLngToContainerPoint(latLng));
    let longest = null;
    for (let i = 1; i < points.length; i += 1) {
      const part = L.LineUtil.clipSegment(points[i - 1], points[i], view, false, true);
      if (part && (!longest || part[0].distanceTo(part[1]) > longest[0].distanceTo(longest[1]))) longest = part;
    }
    if (!longest) return null;
    const [one, other] = longest;
    const steep = Math.abs(other.y - one.y) > Math.abs(other.x - one.x);
    return (steep ? one.y <= other.y : one.x <= other.x) ? longest : [other, one];
  }
}

function boxAround(x, y, width, height) {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

function isFree(box, taken, label) {
  return taken.every(({ box: other, label: owner }) => owner === label || box[0] > other[2] || box[2] < other[0] || box[1] > other[3] || box[3] < other[1]);
}

function shortened(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Width of a text by counting: a Chinese sign is as wide as it is high, others about half. */
function widthOf(text, fontPx) {
  let ems = 0;
  for (const sign of text) ems += sign.codePointAt(0) > 0x2e7f ? 1 : 0.56;
  return ems * fontPx;
}
