// Waits while a file is created: shows the progress, and reloads the page at the end.

async function standing(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
    // The file may have been cancelled in another window. The reloaded page says so.
    return response.ok ? await response.json() : { state: response.status === 404 ? "gone" : "unknown" };
  } catch (error) {
    return { state: "unknown" };
  }
}

export default function making(element) {
  const address = new URL(window.location.href);
  address.searchParams.set("progress", "1");
  const bar = element.querySelector("progress");
  const far = element.querySelector("[data-far]");
  const pace = Number(element.dataset.seconds) * 500;
  const look = async () => {
    const told = document.hidden ? { state: "unknown" } : await standing(address);
    if (["ready", "failed", "gone"].includes(told.state)) {
      window.location.reload();
      return;
    }
    if (told.words) {
      bar.value = told.progress;
      // Screen readers announce it, so change the text only if it is new.
      if (far.textContent !== told.words) far.textContent = told.words;
    }
    setTimeout(look, pace);
  };
  setTimeout(look, 500);
}
