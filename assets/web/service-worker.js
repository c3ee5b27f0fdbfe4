// Keeps every file of one version of the app on the device, so that it opens without a network.
// Files are kept under the hash of their bytes: an update fetches only those that changed, and a
// page that is open goes on with the version that it began with.

const VERSION = "{{version}}";
const FILES = {{files}};
const DRAWN_BY = {{drawn_by}};
const CACHE = "callboard";
const SCOPE = new URL("./", self.location).pathname;
const INDEX = "index.html";
const FALLBACK_FONT = "assets/fonts/fallback.ttf";

const needsRenderer = (path) => DRAWN_BY[path] !== undefined;

function key(path) {
  return `${SCOPE}${path}?${FILES[path]}`;
}

self.addEventListener("install", (event) => event.waitUntil(installed()));

self.addEventListener("activate", (event) => event.waitUntil(activated()));

self.addEventListener("message", (event) => {
  if (event.data.apply) self.skipWaiting();
  if (event.data.keep) event.waitUntil(kept(event.data.keep));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (!url.pathname.startsWith(SCOPE)) return;
  event.respondWith(answered(event.request, url.pathname.slice(SCOPE.length)));
});

async function installed() {
  const cache = await caches.open(CACHE);
  const before = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  const paths = Object.keys(FILES).filter(
    (path) => !needsRenderer(path) || before.has(SCOPE + path),
  );
  await fetchAll(cache, paths);
}

async function activated() {
  const cache = await caches.open(CACHE);
  const wanted = new Set(Object.keys(FILES).map(key));
  for (const request of await cache.keys()) {
    const url = new URL(request.url);
    if (!wanted.has(url.pathname + url.search)) await cache.delete(request);
  }
  await self.clients.claim();
}

/** The page draws with these; a browser needs one renderer of several. */
async function kept(used) {
  const cache = await caches.open(CACHE);
  const here = used.map((path) => path.split("?")[0]).filter((path) => FILES[path] !== undefined);
  const drawn = here.filter(needsRenderer);
  const renderers = [...new Set(drawn.flatMap((path) => DRAWN_BY[path]))];
  const mine = renderers.filter((name) =>
    drawn.every((path) => DRAWN_BY[path].includes(name)),
  );
  const paths = Object.keys(FILES).filter(
    (path) => !needsRenderer(path) || DRAWN_BY[path].some((name) => mine.includes(name)),
  );
  try {
    await fetchAll(cache, paths);
    await tell({ offline: "ready", version: VERSION });
  } catch (error) {
    await tell({ offline: error.name === "QuotaExceededError" ? "full" : "cut" });
  }
}

async function fetchAll(cache, paths) {
  const there = new Set(
    (await cache.keys()).map((request) => new URL(request.url)).map((url) => url.pathname + url.search),
  );
  const missing = paths.filter((path) => !there.has(key(path)));
  let done = paths.length - missing.length;
  const next = async () => {
    for (let path = missing.shift(); path !== undefined; path = missing.shift()) {
      const answer = await fetch(SCOPE + path, {
        cache: "no-cache",
        integrity: `sha256-${FILES[path]}`,
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      await cache.put(key(path), answer);
      done += 1;
      if (done % 8 === 0) await tell({ offline: "coming", done, of: paths.length });
    }
  };
  await Promise.all([next(), next()]); // few: a browser has six lines to an address, sync needs two
}

async function answered(request, path) {
  const cache = await caches.open(CACHE);
  const name = request.mode === "navigate" ? INDEX : path;
  const wanted = FILES[name] !== undefined ? name : lettersOf(name);
  const here = wanted && (await cache.match(key(wanted)));
  return here || fetch(request);
}

/** Flutter asks by name for letters that its font lacks; offline there is one more font. */
function lettersOf(path) {
  return path.startsWith("assets/fonts/") && path.split("/").length === 5 ? FALLBACK_FONT : null;
}

async function tell(said) {
  for (const client of await self.clients.matchAll({ includeUncontrolled: true, type: "window" }))
    client.postMessage({ callboard: said });
}
