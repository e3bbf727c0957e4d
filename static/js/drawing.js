// Drawing on the map with Leaflet-Geoman, which is loaded when it is first needed.

import { locale } from "./i18n.js";

const VENDOR = new URL("../vendor/node_modules", import.meta.url).pathname;
const ACCENT = "#0b6e6b";
const loaded = new Map();

/** Load one of our vendor scripts, once. */
export function loadScript(path) {
  if (!loaded.has(path)) {
    loaded.set(path, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${VENDOR}/${path}`;
      script.onload = resolve;
      script.onerror = () => { loaded.delete(path); reject(new Error(path)); };
      document.head.append(script);
    }));
  }
  return loaded.get(path);
}

function loadStyle(path) {
  if (loaded.has(path)) return;
  loaded.set(path, true);
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: `${VENDOR}/${path}` });
  document.head.append(link);
}

/** Load Leaflet-Geoman and give it to a map, once. */
export async function prepareDrawing(map) {
  loadStyle("@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css");
  await loadScript("@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js");
  if (map.pm) return;
  L.PM.setOptIn(true);
  map.pm = new L.PM.Map(map);
  map.pm.setLang(locale.startsWith("zh") ? "zh" : "en");
}

/**
 * Let the reader draw.
 *
 * @param {L.Map} map
 * @param {"Line"|"Polygon"} shape
 * @param {(latLngs: L.LatLng[]) => void} onChange - told while drawing, the pointer's place last
 * @returns {Promise<{done: Promise<L.LatLng[]|null>, finish: Function, cancel: Function}>}
 */
export async function draw(map, shape, onChange) {
  await prepareDrawing(map);
  let working = null;
  let settle;
  const done = new Promise((resolve) => { settle = resolve; });
  const corners = () => (working ? working.getLatLngs().flat() : []);
  const onMove = (event) => { if (corners().length) onChange([...corners(), event.latlng]); };
  const onStart = (event) => { working = event.workingLayer; working.on("pm:vertexadded", () => onChange(corners())); };
  const onCreate = (event) => { event.layer.remove(); end(event.layer.getLatLngs().flat()); };
  const onKey = (event) => { if (event.key === "Escape") end(null); };
  const end = (latLngs) => {
    map.off("mousemove", onMove).off("pm:drawstart", onStart).off("pm:create", onCreate);
    document.removeEventListener("keydown", onKey);
    map.pm.disableDraw();
    map.getContainer().classList.remove("is-drawing");
    settle(latLngs);
  };
  map.on("mousemove", onMove).on("pm:drawstart", onStart).on("pm:create", onCreate);
  document.addEventListener("keydown", onKey);
  map.getContainer().classList.add("is-drawing");
  const line = { color: ACCENT, weight: 2.5 };
  map.pm.enableDraw(shape, { snappable: false, tooltips: false, finishOn: "dblclick", allowSelfIntersection: shape === "Line", continueDrawing: false, templineStyle: line, hintlineStyle: { ...line, dashArray: "5 5" }, pathOptions: line });
  return { done, finish: () => map.pm.Draw[shape]._finishShape(), cancel: () => end(null) };
}
