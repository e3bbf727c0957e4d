// How a feature looks on the map: the lamp gives colour and shape, the basis of its position gives line and fill.

import { svg } from "./dom.js";
import { isLater, lampOf } from "./catalog.js";

const INK = { green: "#2b8a57", yellow: "#b77f00", red: "#c2362b", done: "#3f5573", grey: "#6c7884", none: "#6c7884" };
const FILL = { green: "#2b8a57", yellow: "#e0a100", red: "#d1453a", done: "#5b7394", grey: "#ffffff", none: "#9aa4ad" };
const ACCENT = "#0b6e6b";
const SCHEMATIC_INK = "#8d979f";
const [HATCH_PX, HATCH_LINE_PX, HATCH_GROUND, HATCH_OPACITY] = [6, 1.6, "#eceeed", 0.55];
/** How much finer a pattern is drawn than it is shown, so that turning it leaves no steps. */
const FINE = 8;
export const ACCURACY_INK = "#b9770e";

/** A marker whose outline is the lamp's: circle, square, triangle, diamond or ring. */
export const LampMarker = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._setPath(this, outline(this.options.shape, this._point, this._radius));
  },
});

/** The outline of a marker as SVG has it. */
export function outline(shape, { x, y }, radius) {
  const r = shape === "square" ? radius * 0.9 : radius;
  if (shape === "square") return `M${x - r},${y - r}h${2 * r}v${2 * r}h${-2 * r}z`;
  if (shape === "triangle") return `M${x},${y - r * 1.15}L${x + r * 1.15},${y + r * 0.85}H${x - r * 1.15}z`;
  if (shape === "diamond") return `M${x},${y - r * 1.3}L${x + r * 1.3},${y}L${x},${y + r * 1.3}L${x - r * 1.3},${y}z`;
  return `M${x - r},${y}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0z`;
}

const SHAPES = { green: "circle", yellow: "square", red: "triangle", done: "diamond", grey: "ring", none: "ring" };

/** Options of a feature's marker. */
export function markerStyle(feature, year) {
  const lamp = lampOf(feature);
  const faded = isLater(feature, year) ? 0.55 : 1;
  if (isSchematic(feature)) {
    const reported = lamp !== "grey" && lamp !== "none";
    // Hatched all of them: what is reported is told from what is not by its unbroken line, not by colour alone.
    return { shape: SHAPES[lamp], radius: 6.5, weight: reported ? 2 : 1.25, color: reported ? INK[lamp] : SCHEMATIC_INK, dashArray: reported ? null : "2 2",
      fillColor: hatch(feature.layer.style.colour), fillOpacity: 1, opacity: faded };
  }
  return { shape: SHAPES[lamp], radius: 5.5, weight: lamp === "grey" || lamp === "none" ? 2 : 1.5,
    color: lamp === "grey" || lamp === "none" ? INK[lamp] : "#ffffff", fillColor: FILL[lamp], fillOpacity: faded, opacity: faded };
}

/** Options of a feature's outline. */
export function shapeStyle(feature, year) {
  const lamp = lampOf(feature);
  const faded = isLater(feature, year) ? 0.6 : 1;
  if (isSchematic(feature)) {
    const reported = lamp !== "grey" && lamp !== "none";
    return { weight: 1, color: reported ? INK[lamp] : SCHEMATIC_INK, dashArray: "2 3", opacity: faded,
      fillColor: hatch(feature.layer.style.colour), fillOpacity: 0.9 * faded };
  }
  const line = { surveyed: { weight: 2.25 }, placed: { weight: 1.25 }, located: { weight: 2, dashArray: "6 4" } };
  const plain = lamp === "grey" || lamp === "none";
  return { ...(line[feature.properties.location_basis] || { weight: 1.5 }), color: INK[lamp], opacity: faded,
    fillColor: FILL[lamp], fillOpacity: (plain ? 0.72 : 0.26) * faded };
}

/** Options of the selected feature's outline, or of the ring around its marker. */
export function selectedStyle(feature, isRing) {
  const dashes = { located: "7 4", schematic: "2 4" };
  // An illustrative position stays hatched however it is shown, also where the reader has hidden the others.
  const fill = isSchematic(feature) ? { fillColor: hatch(feature.layer.style.colour), fillOpacity: 0.9 } : { fillColor: ACCENT, fillOpacity: 0.16 };
  return { weight: 3, color: ACCENT, ...fill, ...(isRing ? { fillOpacity: 0 } : {}), interactive: false,
    dashArray: isRing ? null : dashes[feature.properties.location_basis] || null };
}

export function isSchematic(feature) {
  return feature.properties.location_basis === "schematic";
}

/** Paint of slanting lines: an illustrative position. One pattern for each colour, kept in the page's hidden drawing. */
export function hatch(colour) {
  const id = `hatch-${colour.replace(/[^0-9a-z]/gi, "")}`;
  if (!document.getElementById(id)) {
    const pattern = { id, width: HATCH_PX, height: HATCH_PX, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    document.getElementById("patterns").append(svg("pattern", pattern, [
      svg("rect", { width: HATCH_PX, height: HATCH_PX, fill: HATCH_GROUND }),
      svg("rect", { width: HATCH_LINE_PX, height: HATCH_PX, fill: colour, "fill-opacity": HATCH_OPACITY }),
    ]));
  }
  return `url(#${id})`;
}

/** The same paint for a canvas. */
export function hatchPattern(context, colour) {
  const tile = Object.assign(document.createElement("canvas"), { width: HATCH_PX * FINE, height: HATCH_PX * FINE });
  const ink = tile.getContext("2d");
  ink.scale(FINE, FINE);
  ink.fillStyle = HATCH_GROUND;
  ink.fillRect(0, 0, HATCH_PX, HATCH_PX);
  ink.globalAlpha = HATCH_OPACITY;
  ink.fillStyle = colour;
  ink.fillRect(0, 0, HATCH_LINE_PX, HATCH_PX);
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().rotate(45).scale(1 / FINE));
  return pattern;
}

/** The middle of a feature: where its marker and its name go. */
export function middle(feature) {
  const { type, coordinates } = feature.geometry;
  if (type === "Point") return L.latLng(coordinates[1], coordinates[0]);
  if (type === "LineString") return at(coordinates[Math.floor(coordinates.length / 2)]);
  if (type === "Polygon") return centroid(coordinates[0]);
  if (type === "MultiPolygon") return centroid(coordinates.map((polygon) => polygon[0]).sort((one, other) => other.length - one.length)[0]);
  return feature.bounds.getCenter();
}

function at([lng, lat]) {
  return L.latLng(lat, lng);
}

function centroid(ring) {
  const [x0, y0] = ring[0];
  let [area, x, y] = [0, 0, 0];
  for (let i = 0; i < ring.length - 1; i += 1) {
    const [ax, ay, bx, by] = [ring[i][0] - x0, ring[i][1] - y0, ring[i + 1][0] - x0, ring[i + 1][1] - y0];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return area ? L.latLng(y0 + y / (3 * area), x0 + x / (3 * area)) : at(ring[0]);
}
