/**
 * Connect the buttons of `container` that name an act to their functions in { name: function }.
 *
 * @param {ParentNode} container
 * @param {Record<string, () => unknown>} actions
 */
export function bindActions(container, actions) {
  for (const [name, action] of Object.entries(actions)) {
    const button = container.querySelector(`[data-act="${name}"]`);
    if (button) button.addEventListener("click", action);
  }
}

/**
 * Call `action` when Enter is pressed in `input`.
 *
 * @param {HTMLElement} input
 * @param {() => void} action
 */
export function onEnter(input, action) {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    action();
  });
}

let errorCount = 0;

/**
 * Show an error under `field`, which holds `input`. Pass "" to remove it.
 *
 * @param {Element} field
 * @param {Element} input
 * @param {string} text
 */
export function setError(field, input, text) {
  const previous = field.querySelector(":scope > .error");
  const described = (input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
  if (previous) previous.remove();
  const remaining = described.filter((id) => !previous || id !== previous.id);
  field.classList.toggle("field--error", Boolean(text));
  if (text) {
    errorCount += 1;
    const error = document.createElement("p");
    Object.assign(error, { className: "error", id: `k-fault-${errorCount}`, textContent: text });
    field.append(error);
    remaining.push(error.id);
    input.setAttribute("aria-invalid", "true");
  } else input.removeAttribute("aria-invalid");
  if (remaining.length) input.setAttribute("aria-describedby", remaining.join(" "));
  else input.removeAttribute("aria-describedby");
}
