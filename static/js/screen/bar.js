// The few buttons for the person at the computer: the mouse or a key shows them, then they hide.

const IDLE_MS = 3000;

function turnFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  // Refused if the system has no full screen. The browser's own key still works.
  else document.documentElement.requestFullscreen().catch(() => {});
}

function turnHour() {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "night" ? "day" : "night";
  const address = new URL(window.location);
  address.searchParams.set("screen", root.dataset.theme);
  window.history.replaceState(null, "", address);
}

export function showBar(bar) {
  const acts = { full: turnFull, hour: turnHour };
  const keys = { f: turnFull, n: turnHour };
  let timer = null;
  const rest = () => document.body.classList.add("is-idle");
  const stir = () => {
    document.body.classList.remove("is-idle");
    clearTimeout(timer);
    timer = setTimeout(rest, IDLE_MS);
  };
  for (const [name, act] of Object.entries(acts)) {
    bar.querySelector(`[data-act="${name}"]`).addEventListener("click", act);
  }
  document.addEventListener("keydown", (event) => {
    stir();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key.toLowerCase()];
    if (act) act();
  });
  for (const name of ["pointermove", "pointerdown", "focusin"]) document.addEventListener(name, stir);
  bar.hidden = false;
  rest();
}
