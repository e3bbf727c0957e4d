// The buttons on the map: zoom, full extent, own place, the ways to select, the ways to measure.

import { el, icon, replace } from "./dom.js";
import { t } from "./i18n.js";
import { closeOpen, disclosure } from "./disclosure.js";
import { sayFailed } from "./notices.js";

/** Fill the tool bar; `act` holds what each button does. */
export function showControls(node, map, act) {
  replace(node,
    group([button("plus", t("放大"), "zoom-in", () => map.zoomIn()), button("minus", t("缩小"), "zoom-out", () => map.zoomOut())], "zoom-tools"),
    group([button("extent", t("全图"), "full-extent", act.fullExtent), button("locate", t("定位到我的位置"), "locate", act.locate)]),
    group([
      flyout("polygon", t("圈选"), "select", [
        ["polygon", t("画范围"), t("在图上画一个多边形"), () => act.select("polygon")],
        ["boundary", t("选边界"), t("用已有的面、河段或道路"), () => act.select("pick")],
        ["buffer", t("缓冲区"), t("一点或一条路周边若干米"), () => act.select("buffer")],
      ]),
      flyout("length", t("量算"), "measure", [
        ["length", t("长度"), t("米、千米"), () => act.measure("length")],
        ["area", t("面积"), t("平方米、亩、公顷"), () => act.measure("area")],
      ]),
    ]));
}

function group(children, className = "") {
  return el("div", { class: `tool-group ${className}` }, children);
}

function button(name, words, id, onclick) {
  return el("button", { class: "tool", type: "button", title: words, "aria-label": words, "data-testid": id, onclick }, icon(name));
}

function flyout(name, words, id, choices) {
  const opener = el("button", { class: "tool tool-worded", type: "button", "data-testid": id }, [icon(name), el("span", {}, words)]);
  const panel = el("div", { class: "flyout", role: "group", "aria-label": words }, choices.map(([sign, title, explanation, act]) => {
    const run = () => { closeOpen(); Promise.resolve(act()).catch(() => sayFailed("tool", t("工具没有载入，请重试。"), run)); };
    return el("button", { class: "flyout-choice", type: "button", "data-testid": `${id}-${sign}`, onclick: run }, [icon(sign), el("span", {}, [el("strong", {}, title), el("span", {}, explanation)])]);
  }));
  disclosure(opener, panel);
  return el("div", { class: "tool-holder" }, [opener, panel]);
}
