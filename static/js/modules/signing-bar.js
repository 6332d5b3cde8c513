// The bar at the foot of a phone leaves while the form it leads to is in view.

export default function signingBar(bar) {
  const form = document.getElementById("sign");
  if (!form || !("IntersectionObserver" in window)) return;
  new IntersectionObserver((entries) => {
    const { isIntersecting } = entries[entries.length - 1];
    bar.hidden = isIntersecting;
    bar.classList.toggle("is-gone", isIntersecting);
  }).observe(form);
}
