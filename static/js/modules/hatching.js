// Waits next to the chrysalis: polls for the butterfly's number and shows its page once there is
// one.

const FIRST_MS = 700;
const STEADY_TRIES = 5;
const TRIES = 20;
const SLOWER = 1.25;

async function numberAt(url) {
  try {
    const response = await fetch(url, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      credentials: "omit",
    });
    return response.ok ? (await response.json()).number : null;
  } catch (error) {
    return null;
  }
}

export default function hatching(element) {
  const { pathname, search } = window.location;
  const url = element.dataset.url || pathname + search;
  let tries = 0;
  for (const byHand of element.querySelectorAll("[data-by-hand]")) byHand.hidden = true;
  const ask = async () => {
    tries += 1;
    const number = await numberAt(url);
    if (number) window.location.replace(pathname + search);
    else if (tries < TRIES) setTimeout(ask, FIRST_MS * SLOWER ** Math.max(0, tries - STEADY_TRIES));
    else for (const late of element.querySelectorAll("[data-late]")) late.hidden = false;
  };
  setTimeout(ask, FIRST_MS);
}
