// The only way our scripts make elements: no markup is ever parsed, so text from the plan stays text.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = new URL("../img/icons.svg", import.meta.url).pathname;

/**
 * An HTML element.
 *
 * @param {string} tag
 * @param {Object<string, *>} attributes - functions become listeners (`onclick`), true and false switch, null is left out
 * @param {(Node|string|number|null|false)[]|Node|string|number} children
 */
export function el(tag, attributes = {}, children = []) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element, as `el`. */
export function svg(tag, attributes = {}, children = []) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...present(children));
  return node;
}

/** Children in one flat list, without those that a condition left out. */
function present(children) {
  return [children].flat(Infinity).filter((child) => child !== null && child !== false && child !== undefined);
}

/** Put children in place of what a node holds. */
export function replace(node, ...children) {
  node.replaceChildren(...present(children));
}

/** Like `replace`, but the control that has the keyboard keeps it; it is known by its `data-key` or `data-testid`. */
export function redraw(node, ...children) {
  onceReleased(node, () => {
    const control = node.contains(document.activeElement) ? document.activeElement : null;
    const name = ["key", "testid"].find((each) => control?.dataset[each]);
    replace(node, ...children);
    if (name) node.querySelector(`[data-${name}="${CSS.escape(control.dataset[name])}"]`)?.focus({ preventScroll: true });
  });
}

let pressed = null;
const waiting = new Map();

/** Draw now, or when the pointer is up that is down inside `node`: the click on a control that goes meanwhile is lost. */
export function onceReleased(node, draw) {
  waiting.delete(node);
  if (pressed && node.contains(pressed)) waiting.set(node, draw);
  else draw();
}

function release() {
  pressed = null;
  const draws = [...waiting.values()];
  waiting.clear();
  for (const draw of draws) draw();
}

document.addEventListener("pointerdown", (event) => { pressed = event.target; }, true);
document.addEventListener("click", () => { pressed = null; }, true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => setTimeout(release), true);

/** An icon of our sprite; decoration, so hidden from screen readers. */
export function icon(name, className = "icon") {
  return svg("svg", { class: className, "aria-hidden": "true", focusable: "false" }, svg("use", { href: `${ICONS}#${name}` }));
}

/** A lamp: its shape says what its colour says, and its words say it again. */
export function lamp(name, words) {
  const kind = name || "none";
  return svg("svg", { class: `lamp lamp-${kind}`, role: "img", "aria-label": words, viewBox: "0 0 16 16" },
    svg("use", { href: `${ICONS}#lamp-${kind}` }));
}

/** Text that only screen readers read. */
export function hiddenText(words) {
  return el("span", { class: "visually-hidden" }, words);
}

/** Run `action` when nothing more has happened for `wait` milliseconds. */
export function debounce(action, wait) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), wait);
  };
}
