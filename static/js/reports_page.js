// The reports page: a kind brings its own year, and the report that is asked for is made and handed over.

import { makeFile } from "./making.js";

const form = document.getElementById("report-form");
const state = document.getElementById("report-state");
const button = document.getElementById("report-make");

form.addEventListener("change", (event) => {
  if (event.target.name === "kind") form.elements.year.value = event.target.dataset.year;
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  makeFile(`${form.action}?${query}`, { state, button, form });
});
