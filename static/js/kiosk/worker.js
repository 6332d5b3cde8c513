// Keeps the app on the tablet. The server puts the version and the list of files, `kiosk`, before it.

const CACHE = `volante-kiosk-${kiosk.version}`;
const KEPT = [CACHE, "volante-kiosk-campaign"];
const SHELL = "/kiosk/";

// All or nothing; the page itself past the browser's own memory, which may hold the last version.
async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(kiosk.files);
  await cache.add(new Request(SHELL, { cache: "reload", credentials: "omit" }));
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("volante-kiosk-") && !KEPT.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request) {
  const wanted = request.mode === "navigate" ? SHELL : request;
  return (await caches.match(wanted)) || fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", ({ data }) => data === "take-over" && self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isPage = request.mode === "navigate" && pathname === SHELL;
  const isKept = isPage || kiosk.files.includes(pathname) || pathname.startsWith("/montage/");
  if (request.method === "GET" && origin === self.location.origin && isKept) {
    event.respondWith(answer(request));
  }
});
