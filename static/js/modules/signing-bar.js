// The bar at the foot of a phone leaves while the form it leads to is in view. Since it leaves, it needs no place of its own
// between text and form. With very large text it would cover what people read, so it stays in the page then.

const MAX_SHARE = 0.25;

export default function signingBar(bar) {
  const form = document.getElementById("sign");
  const sheet = bar.firstElementChild;
  const fit = () => bar.classList.toggle("is-tall", sheet.offsetHeight > MAX_SHARE * window.innerHeight);
  if ("ResizeObserver" in window) new ResizeObserver(fit).observe(sheet);
  if (!form || !("IntersectionObserver" in window)) return;
  bar.classList.add("is-afloat");
  new IntersectionObserver((entries) => {
    bar.hidden = entries[entries.length - 1].isIntersecting;
  }).observe(form);
}
