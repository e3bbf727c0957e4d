// Geometry of parcels on the page: their area on the ellipsoid, a square of a stated area, scaling, the nearest road.

import { SQUARE_METRES_PER_MU } from "./format.js";
import { measured } from "./measure.js";

const METRES_PER_DEGREE = 111_320;
const NEAR_M = 1500;

/** Area of a polygon layer's corners in m², holes taken off; `prepareMeasuring` must have been called. */
export function areaOf(latLngs) {
  if (!Array.isArray(latLngs[0])) return latLngs.length > 2 ? measured(latLngs, true).area_m2 : 0;
  if (!Array.isArray(latLngs[0][0])) return latLngs.reduce((sum, ring, index) => sum + (index ? -1 : 1) * areaOf(ring), 0);
  return latLngs.reduce((sum, polygon) => sum + areaOf(polygon), 0);
}

/** Every corner moved towards or away from a centre. */
export function scaled(latLngs, center, factor) {
  if (Array.isArray(latLngs)) return latLngs.map((each) => scaled(each, center, factor));
  return L.latLng(center.lat + (latLngs.lat - center.lat) * factor, center.lng + (latLngs.lng - center.lng) * factor);
}

/**
 * A square of so many 亩.
 *
 * @param {L.LatLng} center
 * @param {number} areaMu
 * @param {number} bearing - of one side, degrees from north
 */
export function square(center, areaMu, bearing = 0) {
  const half = Math.sqrt(areaMu * SQUARE_METRES_PER_MU) / 2;
  const turn = (bearing * Math.PI) / 180;
  const corners = [[-half, -half], [half, -half], [half, half], [-half, half]].map(([x, y]) => {
    const [east, north] = [x * Math.cos(turn) + y * Math.sin(turn), y * Math.cos(turn) - x * Math.sin(turn)];
    return L.latLng(center.lat + north / METRES_PER_DEGREE, center.lng + east / (METRES_PER_DEGREE * Math.cos((center.lat * Math.PI) / 180)));
  });
  return scaled(corners, center, Math.sqrt((areaMu * SQUARE_METRES_PER_MU) / areaOf(corners)));
}

/** Bearing of the nearest line, in degrees from north; 0 where none is near. */
export function bearingNear(point, lines) {
  const across = METRES_PER_DEGREE * Math.cos((point.lat * Math.PI) / 180);
  const flat = ([lng, lat]) => [(lng - point.lng) * across, (lat - point.lat) * METRES_PER_DEGREE];
  let best = { distance: NEAR_M, bearing: 0 };
  for (const line of lines) for (let i = 1; i < line.length; i += 1) {
    const [[ax, ay], [bx, by]] = [flat(line[i - 1]), flat(line[i])];
    const [dx, dy] = [bx - ax, by - ay];
    const share = Math.min(Math.max(-(ax * dx + ay * dy) / (dx * dx + dy * dy || 1), 0), 1);
    const distance = Math.hypot(ax + share * dx, ay + share * dy);
    if (distance < best.distance) best = { distance, bearing: (Math.atan2(dx, dy) * 180) / Math.PI };
  }
  return best.bearing;
}
