// Charts that draw the table beside them: the table's own cells are their data, so that the two cannot differ.

import { number } from "./format.js";
import { t } from "./i18n.js";

const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue(name).trim();

const NAME_EXTRA_PX = 31;  // sign and gaps beside a name in the legend
const LONGEST_LABEL = 1000;

/** Colours and patterns by series: status colours for lamps, never colour alone. */
const PAINT = {
  planned: { color: "#c3ccd2" },
  year_planned: { color: "#7f93a3" },
  actual: { color: token("--accent") },
  red: { color: token("--lamp-red") },
  yellow: { color: "#e0a100" },
  green: { color: token("--lamp-green") },
  grey: { color: "#dfe4e7", borderColor: token("--lamp-grey"), borderWidth: 1 },
  none: { color: token("--lamp-done") },
};

/** What a table holds: its years, and for each series its title and values; null where a cell states none. */
function readTable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const series = heads.map((head, column) => ({ head, column })).filter(({ head }) => head.dataset.series).map(({ head, column }) => ({
    name: head.dataset.series,
    title: head.textContent.trim(),
    values: rows.map((row) => (row.cells[column].dataset.value === undefined ? null : Number(row.cells[column].dataset.value))),
  }));
  return { kind: table.dataset.kind, title: table.caption.textContent.trim(), years: rows.map((row) => row.cells[0].textContent.trim()), series };
}

/** Draw a table into a node; a click on a bar follows the link of its cell. */
export function drawChart(node, table) {
  const data = readTable(table);
  const chart = window.echarts.init(node, null, { renderer: "canvas" });
  chart.setOption(optionOf(data, legendRows(data.series, node.clientWidth)));
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", t("{title}：图，数字见旁边的表", { title: data.title }));
  chart.on("click", ({ seriesIndex, dataIndex }) => linkOf(table, data.series[seriesIndex].name, dataIndex)?.click());
  new ResizeObserver(() => chart.resize()).observe(node);
  return chart;
}

function linkOf(table, name, row) {
  const column = [...table.tHead.rows[0].cells].findIndex((head) => head.dataset.series === name);
  return table.tBodies[0].rows[row].cells[column].querySelector("a");
}

/** How many rows the legend takes, about, in a chart of so many pixels. */
function legendRows(series, chartWidth) {
  let rows = 1;
  let rowWidth = 0;
  for (const { title } of series) {
    const width = [...title].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 6.6), NAME_EXTRA_PX);
    if (rowWidth && rowWidth + width > chartWidth) [rows, rowWidth] = [rows + 1, 0];
    rowWidth += width;
  }
  return rows;
}

function optionOf({ kind, years, series }, namesRows) {
  const font = { color: token("--ink-soft"), fontFamily: token("--font"), fontSize: 12 };
  const isStack = kind === "stack";
  // Names of many digits would lie on one another; the table has them.
  const isSmall = series.every(({ values }) => values.every((value) => Math.abs(value ?? 0) < LONGEST_LABEL));
  return {
    animation: false,
    textStyle: font,
    aria: { enabled: false },
    grid: { left: 8, right: 8, top: 6 + 26 * namesRows, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 9, itemGap: 14, textStyle: font, icon: "roundRect" },
    tooltip: { trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, confine: true, textStyle: { ...font, color: token("--ink") }, borderColor: token("--line-strong"),
      valueFormatter: (value) => (value === null || value === undefined ? t("未填报") : number(value)) },
    xAxis: { type: "category", data: years, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: font },
    yAxis: { type: "value", minInterval: 1, splitNumber: 4, axisLabel: { ...font, formatter: (value) => number(value) }, splitLine: { lineStyle: { color: token("--line") } } },
    series: series.map(({ name, title, values }) => ({
      id: name, name: title, type: "bar", data: values, itemStyle: { ...PAINT[name], borderRadius: isStack ? 0 : [2, 2, 0, 0] }, stack: isStack ? "all" : undefined,
      barMaxWidth: isStack ? 34 : 22, barGap: "12%", barCategoryGap: "38%", emphasis: { disabled: true },
      label: { show: !isStack && isSmall, position: "top", fontSize: 11, color: token("--ink-soft"), formatter: ({ value }) => (value ? number(value) : "") },
    })),
  };
}
