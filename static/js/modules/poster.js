// Waits while a poster is drawn: shows the progress, and opens the poster once it is ready.

async function standing(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, credentials: "omit" });
    return response.status === 200 || response.status === 202 ? await response.json() : null;
  } catch (error) {
    return null;
  }
}

export default function poster(element) {
  const address = new URL(window.location.href);
  address.searchParams.set("progress", "1");
  const bar = element.querySelector("progress");
  const far = element.querySelector("[data-far]");
  const open = () => {
    for (const part of element.querySelectorAll("[data-drawing]")) part.hidden = true;
    for (const part of element.querySelectorAll("[data-ready]")) part.hidden = false;
    element.querySelector("[data-open]").href = window.location.href;
    far.textContent = "";
    window.location.replace(window.location.href);
  };
  const look = async () => {
    const told = document.hidden ? null : await standing(address);
    if (told?.state === "ready") {
      open();
      return;
    }
    if (told) {
      bar.value = told.progress;
      // Screen readers announce it, so change the text only if it is new.
      if (far.textContent !== told.words) far.textContent = told.words;
    }
    setTimeout(look, Number(element.dataset.seconds) * 500);
  };
  setTimeout(look, 500);
}
