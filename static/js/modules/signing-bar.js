// The bar at the bottom of a phone hides while the form it links to is in view. It therefore needs
// no space between text and form. With very large text it would cover the page, so then it stays in
// the page's flow.

const MAX_HEIGHT_SHARE = 0.25;

/** @param {HTMLElement} bar */
export default function signingBar(bar) {
  const form = document.getElementById("sign");
  const content = /** @type {HTMLElement} */ (bar.firstElementChild);
  const fit = () => bar.classList.toggle("is-tall", content.offsetHeight > MAX_HEIGHT_SHARE * window.innerHeight);
  if ("ResizeObserver" in window) new ResizeObserver(fit).observe(content);
  if (!form || !("IntersectionObserver" in window)) return;
  bar.classList.add("is-afloat");
  new IntersectionObserver((entries) => {
    bar.hidden = entries[entries.length - 1].isIntersecting;
  }).observe(form);
}
