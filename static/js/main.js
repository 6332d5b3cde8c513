// Starts the behaviours that a page names: modules/<name>.js for each word of data-module.

const NAME = /^[a-z][a-z-]*$/;

// Each start is a separate promise. If one fails, the browser reports it and the others still run.
/**
 * @param {HTMLElement} element
 * @param {string} name
 */
async function startModule(element, name) {
  const { default: behaviour } = await import(`./modules/${name}.js`);
  behaviour(element);
}

for (const element of document.querySelectorAll("[data-module]")) {
  for (const name of (element.dataset.module ?? "").split(/\s+/)) {
    if (NAME.test(name)) startModule(element, name);
  }
}
