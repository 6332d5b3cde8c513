// Day or night, as the page currently shows it, and the two colours that the lens uses.

function shareOf(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  return found ? found.slice(1).map((part) => parseInt(part, 16) / 255) : [0.5, 0.5, 0.5];
}

const system = () => window.matchMedia("(prefers-color-scheme: dark)");

/** Return { night, ink, sheet }. The two colours are shares of red, green and blue, 0 to 1. */
export function hourNow() {
  const { theme } = document.documentElement.dataset;
  return {
    night: theme ? theme === "night" : system().matches,
    ink: shareOf("--text"),
    sheet: shareOf("--raised"),
  };
}

/** Call `act(hour)` whenever the reader or the system switches between day and night. */
export function onHour(act) {
  const tell = () => act(hourNow());
  new MutationObserver(tell).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  if (system().addEventListener) system().addEventListener("change", tell);
}
