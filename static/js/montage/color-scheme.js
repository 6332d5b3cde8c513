// Day or night, as the page currently shows it, and the two colours that the lens uses.

/** @import { ColourScheme, Rgb } from "../../../types/montage" */

/**
 * @param {string} name
 * @returns {Rgb}
 */
function readColor(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  return match ? match.slice(1).map((part) => parseInt(part, 16) / 255) : [0.5, 0.5, 0.5];
}

const darkQuery = () => window.matchMedia("(prefers-color-scheme: dark)");

/**
 * Return { night, ink, surface }. The two colours are shares of red, green and blue, 0 to 1.
 *
 * @returns {ColourScheme}
 */
export function currentScheme() {
  const { theme } = document.documentElement.dataset;
  return {
    night: theme ? theme === "night" : darkQuery().matches,
    ink: readColor("--text"),
    surface: readColor("--surface"),
  };
}

/**
 * Call `listener(hour)` whenever the reader or the system switches between day and night.
 *
 * @param {(scheme: ColourScheme) => void} listener
 */
export function onSchemeChange(listener) {
  const notify = () => listener(currentScheme());
  new MutationObserver(notify).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  if (darkQuery().addEventListener) darkQuery().addEventListener("change", notify);
}
