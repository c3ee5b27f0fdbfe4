// The page between Flutter, which draws, and the worker, where Python runs: it starts both, passes
// their messages on, and knows what only a page can: installing, storage, updates.

const base = new URL(document.baseURI).pathname;
const MARK = "callboard-was-here";
const state = {
  offline: "no", done: 0, of: 0, update: false, persisted: null, usage: 0, quota: 0,
  install: howToInstall(), version: callboardVersion, camera: "off",
};
let python = null; // Flutter's ear for what Python says
let early = []; // what Python said before Flutter listened
let spoken = 0;
let prompt = null;
const running = new Promise((resolve) => (globalThis.callboardStarted = resolve));
// A tab on an iPhone has a storage of its own, which is thrown away after a week without a visit,
// and which the app on the home screen never sees: nothing begins there.
const worker = state.install === "ios" ? null : begun();
if (worker === null) addEventListener("DOMContentLoaded", onlyInstalling);

function begun() {
  const own = new Worker(`${base}worker.js`, { type: "module" });
  const start = { base, url: document.URL, office: location.origin, was: remembered() };
  own.postMessage({ callboard: { start } });
  const here = new URL(location);
  here.hash = ""; // a code
  if (here.searchParams.has("pair")) here.searchParams.delete("pair");
  if (here.href !== location.href) history.replaceState(null, "", here);
  own.onmessage = heard;
  own.onerror = (event) =>
    say(`Callboard could not start: ${event.message || "no files"}`, true);
  const drawing = document.createElement("script");
  drawing.src = "flutter_bootstrap.js";
  document.head.append(drawing);
  return own;
}

function heard(event) {
  const said = event.data.callboard;
  if (!said) {
    spoken += 1;
    if (spoken === 2) requestAnimationFrame(() => requestAnimationFrame(raise));
    if (python) python(event.data);
    else early.push(event.data);
    return;
  }
  if (said.started) callboardStarted(said.started);
  if (said.refused) say(said.refused, true);
  if (said.elsewhere !== undefined) elsewhere(said.elsewhere);
  if (said.remember) localStorage.setItem(MARK, said.remember);
  if (said.persist) persist();
  if (said.install) install();
  if (said.update) applyUpdate();
  if (said.file) handOver(said.file);
  if (said.look) looking().then((eye) => eye.look(said.look, fromEye));
  if (said.cover !== undefined) looking().then((eye) => eye.cover(said.cover));
  if (said.signal) sounding().then((mouth) => mouth.signal(said.signal));
}

function remembered() {
  try {
    return localStorage.getItem(MARK) || "";
  } catch {
    return "";
  }
}

// ---- what Flet's web client calls ---------------------------------------------------------------

globalThis.jsConnect = async (_app, _args, listener) => {
  await running;
  python = listener;
  for (const message of early.splice(0)) listener(message);
};

globalThis.jsSend = async (_app, data) => worker.postMessage(data, [data.buffer]);

globalThis.jsDisconnect = async () => {};

// ---- the first words ----------------------------------------------------------------------------

function say(words, again = false) {
  const word = document.getElementById("word");
  if (word) {
    word.textContent = words;
    document.getElementById("again").hidden = !again;
  }
}

function raise() {
  document.getElementById("splash")?.remove();
  performance.mark("callboard-raised");
}

function elsewhere(open) {
  // A reloaded page meets its own shadow for a moment; only what lasts is worth a word.
  clearTimeout(elsewhere.later);
  if (open) {
    elsewhere.later = setTimeout(
      () => say("Callboard is open in another tab or window. Use that one, or close it and wait."),
      600,
    );
  } else say("Starting");
}

setTimeout(() => {
  if (worker && document.getElementById("splash") && !state.silent)
    say("This takes longer than usual. Keep it open, or try again.", true);
}, 60000);

/** The steps to the home screen. The code goes with the icon, since nothing else of this tab does. */
function onlyInstalling() {
  say("First it goes on the home screen. Here in the tab nothing is kept, and nothing is paired.");
  document.getElementById("steps").hidden = false;
  const code = new URLSearchParams(location.hash.slice(1)).get("pair");
  if (!code) return;
  document.querySelector("link[rel=manifest]").href =
    `manifest.webmanifest?${new URLSearchParams({ pair: code })}`;
  document.getElementById("code").textContent =
    "The office's code goes with it. It is good for ten minutes, so do it now.";
}

/** Somebody opened the page against the browser's warning: then it keeps no app, and who answers
 * may be anybody. */
function untrusted() {
  worker.terminate();
  say("This phone does not trust the office's certificate yet, so nothing begins here. Get it here:");
  const link = document.querySelector("#trust a");
  link.href = link.textContent = `http://${location.hostname}:${Number(location.port) + 1}/`;
  link.parentElement.hidden = false;
}

// ---- offline and updates ------------------------------------------------------------------------

let registration = null;

async function listen() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.addEventListener("message", (event) => {
    const said = event.data.callboard;
    if (!said) return;
    Object.assign(state, said);
    report();
  });
  registration = await navigator.serviceWorker.register(`${base}service-worker.js`, {
    scope: base,
    updateViaCache: "none",
  });
  registration.addEventListener("updatefound", () => follow(registration.installing));
  if (registration.installing) follow(registration.installing);
  if (registration.waiting && navigator.serviceWorker.controller) updateReady();
  await flet.flutterAppLoaded;
  const active = (await navigator.serviceWorker.ready).active;
  active.postMessage({ keep: drawnWith() });
  const look = () => {
    if (document.visibilityState === "visible") registration.update().catch(() => {});
  };
  document.addEventListener("visibilitychange", look);
  setInterval(look, 30 * 60 * 1000);
}

function follow(coming) {
  coming?.addEventListener("statechange", () => {
    if (coming.state === "installed" && navigator.serviceWorker.controller) updateReady();
  });
}

function updateReady() {
  state.update = true;
  report();
}

/** The files of the renderer that this browser chose. */
function drawnWith() {
  const names = performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname);
  return names.filter((name) => name.startsWith(base)).map((name) => name.slice(base.length));
}

function applyUpdate() {
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  registration.waiting.postMessage({ apply: true });
}

// ---- storage ------------------------------------------------------------------------------------

async function weigh() {
  if (!navigator.storage) return;
  state.persisted = await navigator.storage.persisted();
  const told = await navigator.storage.estimate();
  state.usage = told.usage || 0;
  state.quota = told.quota || 0;
  report();
}

async function persist() {
  if (navigator.storage?.persist) await navigator.storage.persist();
  state.asked = true;
  await weigh();
}

// ---- installing ---------------------------------------------------------------------------------

function howToInstall() {
  if (matchMedia("(display-mode: standalone)").matches || navigator.standalone) return "installed";
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent);
  const pad = navigator.maxTouchPoints > 1 && /Macintosh/.test(navigator.userAgent);
  if (apple || pad) return "ios";
  return /Android/.test(navigator.userAgent) ? "android" : "other";
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
  state.install = "ask";
  report();
});

addEventListener("appinstalled", () => {
  prompt = null;
  state.install = "installed";
  report();
});

async function install() {
  const asked = prompt;
  prompt = null;
  if (asked) {
    asked.prompt();
    await asked.userChoice;
  }
}

const back = () => {
  if (worker && document.visibilityState === "visible") worker.postMessage({ callboard: { back: true } });
};
addEventListener("online", back);
document.addEventListener("visibilitychange", back);

// ---- scanning: what only those load who scan ------------------------------------------------------

function looking() {
  sounding(); // so that the next tap wakes the sound
  return import(`${base}scan.js`);
}

function sounding() {
  return import(`${base}signal.js`);
}

/** What a camera or a scanner (wedge.js) read. */
function read(text) {
  worker.postMessage({ callboard: { read: text } });
}

function fromEye({ text, camera }) {
  if (text !== undefined) read(text);
  if (camera === undefined || camera === state.camera) return;
  state.camera = camera;
  report();
}

// ---- to Python ----------------------------------------------------------------------------------

function report() {
  worker?.postMessage({ callboard: { page: state } });
}

/** A file too large for the way the screens go is put together here and handed to the person. */
function handOver({ name, parts }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type: "application/zip" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// WebKit brings a page back from its cache with a Flutter that no longer draws.
addEventListener("pageshow", (event) => {
  if (event.persisted && navigator.vendor?.startsWith("Apple")) location.reload();
});

running.then(() => {
  report();
  weigh();
  setInterval(weigh, 60000);
});
if (worker) {
  listen().catch((error) => {
    console.warn("no service worker:", error);
    if (error.name === "SecurityError" && location.protocol === "https:") untrusted();
  });
}
