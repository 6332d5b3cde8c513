// Starts the kiosk, or explains in plain language why it cannot start.

import { getElement } from "../parts/get-element.js";
import { Kiosk } from "./kiosk.js";
import { StartupError } from "./screens/startup-error.js";

const kiosk = new Kiosk(getElement(document, "#kiosk"));

async function start() {
  if (!window.isSecureContext || !window.crypto.subtle) kiosk.show(StartupError, "secure");
  else await kiosk.start();
}

start().catch(() => kiosk.show(StartupError, "storage"));
