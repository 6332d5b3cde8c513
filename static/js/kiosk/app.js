// Starts the kiosk, or explains in plain language why it cannot start.

import { Kiosk } from "./kiosk.js";
import { StartupError } from "./screens/startup-error.js";

const kiosk = new Kiosk(document.getElementById("kiosk"));

async function start() {
  if (!window.isSecureContext || !window.crypto.subtle) kiosk.show(StartupError, "secure");
  else await kiosk.start();
}

start().catch(() => kiosk.show(StartupError, "storage"));
