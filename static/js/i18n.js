// Words of the scripts: Chinese stands in the code, other languages come with the page (see base.html).

const catalogue = document.getElementById("messages");
const messages = catalogue ? JSON.parse(catalogue.textContent) : {};

export const locale = document.documentElement.lang || "zh-CN";

/**
 * A message in the page's language.
 *
 * @param {string} message - the Chinese text, with `{name}` where a value stands
 * @param {Object<string, string|number>} values - what to put there
 */
export function t(message, values = {}) {
  const words = messages[message] || message;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
