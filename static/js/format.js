// How figures, dates, places and sizes are written.

import { locale, t } from "./i18n.js";

export const SQUARE_METRES_PER_MU = 2000 / 3;
export const CNY_10K_IN_100M = 10000;
const formats = new Map();
const OFFICE_TIME = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" });

/** A moment (ISO 8601) as the office's clock shows it, to the minute; empty for none. */
export function officeTime(moment) {
  return moment ? OFFICE_TIME.format(new Date(moment)) : "";
}

/** A number with thousands separators, at most `decimals` decimals. */
export function number(value, decimals = 2) {
  if (!formats.has(decimals)) formats.set(decimals, new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }));
  return formats.get(decimals).format(value);
}

/** A property as people read it: coded values by their titles, figures with separators. Null where unknown. */
export function property(value, field, config) {
  if (value === null || value === undefined || value === "") return null;
  if (field.type === "boolean") return value ? t("是") : t("否");
  if (field.unit === "water_class") return config.waterClasses[value] || String(value);
  if (field.values && field.values[value] !== undefined) return field.values[value];
  if (field.name === "plan_year") return String(value);
  if (field.type === "integer" || field.type === "number" || typeof value === "number") return number(value, field.decimals ?? 4);
  return String(value);
}

/** How far off something may be, metres: from ten on rounded up to two digits, since no error is known better. */
export function errorOf(metres) {
  if (metres < 10) return metres;
  const step = 10 ** (Math.floor(Math.log10(metres)) - 1);
  return Math.ceil(metres / step - 1e-9) * step;
}

/** A length in metres as m or km. */
export function length(metres) {
  if (metres < 1000) return t("{length} m", { length: number(metres, metres < 100 ? 1 : 0) });
  return t("{length} km", { length: number(metres / 1000, 3) });
}

/** A length on roads that are so many metres off, no finer than they carry: hundreds of metres where 500 m are off. */
export function lengthOnRoads(metres, errorM) {
  const step = 10 ** Math.max(0, Math.floor(Math.log10((errorM ?? 0) / 2 || 1)));
  if (step === 1) return length(metres);
  return metres < step / 2 ? t("不到 {length}", { length: length(step) }) : length(Math.round(metres / step) * step);
}

/** An area in square metres as ㎡, 亩 and 公顷 (km² from one on). */
export function areas(squareMetres) {
  const large = squareMetres >= 1e6;
  return [
    { name: "mu", value: number(squareMetres / SQUARE_METRES_PER_MU, 2), unit: t("亩") },
    { name: "ha", value: number(squareMetres / 1e4, 3), unit: t("公顷") },
    { name: large ? "km2" : "m2", value: number(large ? squareMetres / 1e6 : squareMetres, large ? 4 : 0), unit: large ? "km²" : t("㎡") },
  ];
}

/** Longitude and latitude in degrees, five decimals (about a metre). */
export function position(latLng) {
  return t("东经 {lon}°　北纬 {lat}°", { lon: latLng.lng.toFixed(5), lat: latLng.lat.toFixed(5) });
}
