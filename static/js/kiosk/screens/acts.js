/** Connect the buttons of `place` that name an act to their functions in { name: function }. */
export function onActs(place, acts) {
  for (const [name, act] of Object.entries(acts)) {
    const button = place.querySelector(`[data-act="${name}"]`);
    if (button) button.addEventListener("click", act);
  }
}

/** Call `act` when Enter is pressed in `line`. */
export function onEnter(line, act) {
  line.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    act();
  });
}

let faults = 0;

/** Show an error under the field of `place` that holds `line`. Pass "" to remove it. */
export function setFault(place, line, text) {
  const old = place.querySelector(":scope > .error");
  const described = (line.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
  if (old) old.remove();
  const left = described.filter((id) => !old || id !== old.id);
  place.classList.toggle("field--error", Boolean(text));
  if (text) {
    faults += 1;
    const error = document.createElement("p");
    Object.assign(error, { className: "error", id: `k-fault-${faults}`, textContent: text });
    place.append(error);
    left.push(error.id);
    line.setAttribute("aria-invalid", "true");
  } else line.removeAttribute("aria-invalid");
  if (left.length) line.setAttribute("aria-describedby", left.join(" "));
  else line.removeAttribute("aria-describedby");
}
