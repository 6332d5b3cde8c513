// Runs in the head before the first paint, so that a chosen dark theme never flashes white. A page
// with its own fixed theme keeps it.
(function () {
  if (document.documentElement.dataset.theme) return;
  try {
    const theme = localStorage.getItem("volante:theme");
    if (theme === "day" || theme === "night") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // A browser without storage follows the system's setting.
  }
})();
