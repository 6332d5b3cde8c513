// The bar at the foot of a phone leaves while the form it leads to is in view. Since it leaves, it needs no place of its own
// between letter and form.

export default function signingBar(bar) {
  const form = document.getElementById("sign");
  if (!form || !("IntersectionObserver" in window)) return;
  bar.classList.add("is-afloat");
  new IntersectionObserver((entries) => {
    bar.hidden = entries[entries.length - 1].isIntersecting;
  }).observe(form);
}
