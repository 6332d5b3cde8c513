// Check-in at an event: the list filters while someone types and stays fresh, one press checks in,
// and the camera reads codes.

import { Scanner } from "../organize/scanner.js";

const PAUSE_MS = 250;
const FRESH_MS = 5000;
// Each response has a new token, which does not change the list.
const TOKEN = /name="csrf_token" value="[^"]*"/g;

/** Return a function that shows in `verdict` how a check-in went. */
function teller(verdict) {
  return (kind, words) => {
    verdict.className = `door-verdict door-verdict--${kind}`;
    // Empty it first, so that screen readers repeat the same text.
    verdict.textContent = "";
    requestAnimationFrame(() => {
      verdict.textContent = words;
    });
  };
}

/** Return a function that fetches the list for the text in `input` and shows it. */
function refresher(list, input, address) {
  let asking = null;
  let shown = "";
  return async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ words: input.value })}`, { signal });
      // A redirect means that the user was signed out. The response is a page, not the list.
      if (!answer.ok || answer.redirected) return;
      const text = await answer.text();
      // Replace only a changed list, because a finger may be on a button.
      const plain = text.replace(TOKEN, "");
      if (plain !== shown) {
        list.innerHTML = text;
        shown = plain;
      }
    } catch (error) {
      // Without a network the last list stays. Pressing a button reports the problem.
    }
  };
}

export default function door(place) {
  const input = place.querySelector("#words");
  const list = place.querySelector("[data-door-list]");
  const { dataset } = place;
  const tell = teller(place.querySelector("[data-verdict]"));
  const refresh = refresher(list, input, dataset.list);
  let timer = null;

  const send = async (address, words) => {
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": dataset.token };
      const answer = await fetch(address, { method: "POST", headers, body: new URLSearchParams(words) });
      if (answer.redirected) {
        location.reload();
        return;
      }
      const { kind, words: said } = await answer.json();
      tell(kind, said);
      if (navigator.vibrate) navigator.vibrate(kind === "sure" ? 60 : [60, 80, 60]);
    } catch (error) {
      tell("grave", dataset.lost);
    }
    await refresh();
  };

  list.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-door-form]");
    if (!form) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    send(form.getAttribute("action"), new FormData(form)).finally(() => form.removeAttribute("aria-busy"));
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE_MS);
  });
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    refresh();
  });
  setInterval(() => {
    if (!document.hidden) refresh();
  }, FRESH_MS);

  const scanner = new Scanner(place, {
    found: (code) => send(dataset.checkIn, { code }),
    refused: () => tell("grave", dataset.noCamera),
  });
  scanner.offer();
}
