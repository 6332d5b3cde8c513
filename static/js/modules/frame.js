// Inside another site's page, reports our height, and when a response came that should be seen.
// Neither reveals anything about the reader, so any embedding page may receive them.

/** @param {HTMLElement} body */
export default function frame(body) {
  if (window.parent === window) return;
  /** @param {{ height: number } | { answer: true }} message */
  const post = (message) => window.parent.postMessage({ volante: message }, "*");
  let lastHeight = 0;
  const measure = () => {
    const height = Math.ceil(body.getBoundingClientRect().height);
    if (height !== lastHeight) post({ height });
    lastHeight = height;
  };
  new ResizeObserver(measure).observe(body);
  measure();
  if ("answer" in body.dataset) post({ answer: true });
}
