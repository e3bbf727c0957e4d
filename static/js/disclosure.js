// A button that opens a small panel beside it: filters, menus. Escape and a click elsewhere close it.

let open = null;

/** Make `button` open and close `panel`; `onOpen` may fill the panel first. */
export function disclosure(button, panel, onOpen = () => {}) {
  button.setAttribute("aria-expanded", "false");
  panel.hidden = true;
  button.addEventListener("click", () => {
    const wasOpen = open?.panel === panel;
    closeOpen();
    if (wasOpen) return;
    onOpen();
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    open = { button, panel };
    panel.querySelector("input, a, button")?.focus({ preventScroll: true });
  });
}

/** Close whichever panel is open; with `holder`, only one inside it. */
export function closeOpen(holder = document) {
  if (!open || (open.panel.isConnected && !holder.contains(open.panel))) return;
  open.panel.hidden = true;
  open.button.setAttribute("aria-expanded", "false");
  open = null;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open) return;
  event.stopPropagation();
  const { button } = open;
  closeOpen();
  button.focus();
}, true);

document.addEventListener("pointerdown", (event) => {
  if (open && !open.panel.contains(event.target) && !open.button.contains(event.target)) closeOpen();
}, true);
