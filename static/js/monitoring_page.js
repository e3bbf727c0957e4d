// The monitoring page: charts beside their tables, and forms that ask as soon as something is chosen.

import { askAtOnce } from "./asking.js";
import { drawChart } from "./chart.js";

for (const node of document.querySelectorAll("[data-chart-of]")) drawChart(node, document.getElementById(node.dataset.chartOf));
askAtOnce();
document.body.dataset.ready = "true";
