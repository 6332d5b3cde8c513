// Page language, and the reader's system preferences.

/** @returns {string} */
export const lang = () => document.documentElement.lang || "en";

/** @returns {boolean} */
export const prefersReducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @returns {Promise<void>} */
const loaded = () =>
  new Promise((resolve) => {
    if (document.readyState === "complete") resolve();
    else window.addEventListener("load", () => resolve(), { once: true });
  });

/** @returns {Promise<void>} */
const idle = () =>
  new Promise((resolve) => {
    if (window.requestIdleCallback) window.requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 200);
  });

/**
 * @param {Element} element
 * @returns {Promise<void>}
 */
const visible = (element) =>
  new Promise((resolve) => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(element);
  });

/**
 * Wait until the page is loaded and idle and `element` is visible.
 *
 * Resolve to false if the reader asked the browser to save data, so that nothing more is fetched.
 *
 * @param {Element} element
 * @returns {Promise<boolean>}
 */
export async function idleAndVisible(element) {
  await loaded();
  await idle();
  const { connection } = navigator;
  if (connection && connection.saveData) return false;
  await visible(element);
  return true;
}
