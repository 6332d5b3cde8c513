// The app renews itself only while nobody signs; what waits to be sent is not touched by it.

const CHECK_MS = 900000;

export class Update {
  /** `isFree()` says whether the app may be loaded anew. */
  constructor(isFree) {
    Object.assign(this, { isFree, registration: null, isDue: false });
  }

  /** Register the service worker; resolves once it has all files and answers for this page. */
  async start() {
    if (!navigator.serviceWorker) throw new Error("No service worker");
    let hadWorker = Boolean(navigator.serviceWorker.controller);
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // The first worker takes over a page that is of its own version.
      this.isDue = hadWorker;
      hadWorker = true;
      this.takeOver();
    });
    this.registration = await navigator.serviceWorker.register("/kiosk/worker.js");
    setInterval(() => this.check(), CHECK_MS);
    await navigator.serviceWorker.ready;
  }

  check() {
    if (this.registration) this.registration.update().catch(() => {});
  }

  get isWaiting() {
    return Boolean(this.registration && this.registration.waiting);
  }

  /** Take over the new version if there is one and nobody is at the screen. */
  takeOver() {
    if (!this.isFree()) return;
    if (this.isDue) window.location.reload();
    else if (this.isWaiting) this.registration.waiting.postMessage("take-over");
  }
}
