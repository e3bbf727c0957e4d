// Forms that ask as soon as something is chosen; without scripts their button does.

/** Send the forms marked `data-ask` on every change, without what was left empty; a date is sent once it is whole. */
export function askAtOnce() {
  for (const form of document.querySelectorAll("form[data-ask]")) {
    form.classList.add("is-asking");
    form.addEventListener("change", (event) => { if (event.target.type !== "date") form.requestSubmit(); });
    form.addEventListener("formdata", ({ formData }) => {
      for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
    });
  }
}
