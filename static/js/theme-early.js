// Runs in the head, before anything is painted, so that a chosen night never flashes white. A page
// that has an hour of its own keeps it.
(function () {
  if (document.documentElement.dataset.theme) return;
  try {
    const theme = localStorage.getItem("volante:theme");
    if (theme === "day" || theme === "night") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // A browser that keeps nothing follows the system's setting.
  }
})();
