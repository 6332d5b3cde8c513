// Inside somebody else's page: tells it how high we are, and when an answer has come that should be
// seen. Both say nothing of the reader, so whoever holds the frame may hear them.

export default function frame(body) {
  if (window.parent === window) return;
  const tell = (words) => window.parent.postMessage({ volante: words }, "*");
  let last = 0;
  const measure = () => {
    const height = Math.ceil(body.getBoundingClientRect().height);
    if (height !== last) tell({ height });
    last = height;
  };
  new ResizeObserver(measure).observe(body);
  measure();
  if ("answer" in body.dataset) tell({ answer: true });
}
