// How features of vector tiles are painted: the same signs as single features have, on a canvas.

import { isLater, lampOf } from "./catalog.js";
import { hatchPattern, isSchematic, markerStyle, outline, shapeStyle } from "./symbols.js";

const styles = new Map();

/** Marker and outline of a feature, made once for all that look alike. */
export function styleOf(feature, year) {
  const name = [feature.layer.id, lampOf(feature), feature.properties.location_basis, isLater(feature, year)].join(" ");
  if (!styles.has(name)) styles.set(name, { shape: shapeStyle(feature, year), marker: markerStyle(feature, year), isSchematic: isSchematic(feature), colour: feature.layer.style.colour });
  return styles.get(name);
}

/** Paint the outline of a feature; `place` turns units of its tile into pixels. */
export function paintShape(context, feature, style, { dx, dy, scale }) {
  context.beginPath();
  for (const part of feature.parts) {
    for (let i = 0; i < part.length; i += 2) context[i ? "lineTo" : "moveTo"](dx + part[i] * scale, dy + part[i + 1] * scale);
    if (feature.kind === "Polygon") context.closePath();
  }
  fillAndStroke(context, style.shape, style, feature.kind === "Polygon");
}

/** Paint a marker at a pixel. */
export function paintMarker(context, style, x, y) {
  const { shape, radius } = style.marker;
  style.path ??= new Path2D(outline(shape, { x: 0, y: 0 }, radius));
  context.save();
  context.translate(x, y);
  fillAndStroke(context, style.marker, style, true, style.path);
  context.restore();
}

function fillAndStroke(context, look, style, isFilled, path = undefined) {
  if (isFilled) {
    context.globalAlpha = look.fillOpacity;
    context.fillStyle = style.isSchematic ? hatched(context, style) : look.fillColor;
    if (path) context.fill(path);
    else context.fill("evenodd");
  }
  context.globalAlpha = look.opacity;
  context.strokeStyle = look.color;
  context.lineWidth = look.weight;
  context.setLineDash(look.dashArray ? look.dashArray.split(" ").map(Number) : []);
  if (path) context.stroke(path);
  else context.stroke();
}

function hatched(context, style) {
  style.hatch ??= hatchPattern(context, style.colour);
  return style.hatch;
}
