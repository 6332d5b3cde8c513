// Starts the kiosk, or explains in plain language why it cannot start.

import { Kiosk } from "./kiosk.js";
import { Stuck } from "./screens/stuck.js";

const kiosk = new Kiosk(document.getElementById("kiosk"));

async function start() {
  if (!window.isSecureContext || !window.crypto.subtle) kiosk.show(Stuck, "secure");
  else await kiosk.start();
}

start().catch(() => kiosk.show(Stuck, "storage"));
