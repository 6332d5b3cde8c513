// Keeps the app on the tablet. The server prepends `kiosk`: the version and the list of files.

const CACHE = `volante-kiosk-${kiosk.version}`;
const CURRENT_CACHES = [CACHE, "volante-kiosk-campaign"];
const SHELL = "/kiosk/";
const APP = /** @type {string} */ (kiosk.files.find((file) => file.endsWith("/js/kiosk/app.js")));
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

// Install all files or none, and all of one version. During a deployment the old server or a cache
// on the way may answer, and files stored here are never requested again.
async function install() {
  try {
    await fillCache(await caches.open(CACHE));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

/** @param {Cache} cache */
async function fillCache(cache) {
  await cache.addAll(kiosk.files);
  const cached = await Promise.all(kiosk.files.map((file) => cache.match(file)));
  // The server sets this header when the file it returns belongs to another version.
  if (cached.some((response) => !response || response.headers.has("Content-Location"))) throw new Error("Other files");
  // Bypass the HTTP cache, which may hold the previous version.
  const page = await fetch(SHELL, { cache: "reload", credentials: "omit" });
  if (!page.ok || !(await page.clone().text()).includes(APP)) throw new Error("Another page");
  await cache.put(SHELL, page);
}

async function activate() {
  // Another worker that is installing has started filling its cache. Leave the clean-up to the next
  // activation.
  if (!worker.registration.installing) await deleteOldCaches();
  await worker.clients.claim();
}

async function deleteOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("volante-kiosk-") && !CURRENT_CACHES.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** @param {Request} request */
async function respond(request) {
  const key = request.mode === "navigate" ? SHELL : request;
  for (const cacheName of CURRENT_CACHES) {
    // Look only in our version's caches, because an older one may still exist.
    const cached = await caches.match(key, { cacheName });
    if (cached) return cached;
  }
  return fetch(request);
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("message", ({ data }) => data === "take-over" && worker.skipWaiting());
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isPage = request.mode === "navigate" && pathname === SHELL;
  const isPicture = pathname.startsWith("/montage/") || pathname.startsWith("/organisations/");
  const isCached = isPage || kiosk.files.includes(pathname) || isPicture;
  if (request.method === "GET" && origin === worker.location.origin && isCached) {
    event.respondWith(respond(request));
  }
});
