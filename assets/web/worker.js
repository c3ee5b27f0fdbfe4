// Python, its packages and our code in a worker of their own, with the store's files open.

import { openDisk } from "./disk.js";
import { unpack } from "./unpack.js";

const LOCK = "callboard";
const UNEXPECTED =
  "Callboard could not start. What was saved on this device is safe. Try again; if it happens " +
  "again, tell the office what stands here and which phone this is.";
const started = performance.now();
const marks = {};
const fletJs = {};
// Under a name, so that measurements can look at it.
const bridge = (self.callboard = { marks, tell, shrunk, grey, heard: null, start: null, disk: null });

function tell(word, value) {
  self.postMessage({ callboard: { [word]: value } });
}

function mark(name) {
  marks[name] = Math.round(performance.now() - started);
}

self.onmessage = (event) => {
  if (event.data.callboard) {
    if (event.data.callboard.start) begin(event.data.callboard.start);
    else bridge.heard?.(JSON.stringify(event.data.callboard));
  } else {
    fletJs.send(event.data);
  }
};

async function begin(start) {
  bridge.start = JSON.stringify(start);
  try {
    if (!navigator.locks || !navigator.storage?.getDirectory) throw new NoStorage();
    await alone();
    const [python, code, packages, disk] = await Promise.all([
      loaded(start.base),
      fetched("app.zip"),
      fetched("packages.zip"),
      openedDisk(),
    ]);
    bridge.disk = disk;
    unpack(packages, python.FS, "/app/packages");
    unpack(code, python.FS, "/app/code");
    mark("unpacked");
    fletJs.documentUrl = start.url;
    python.registerJsModule("flet_js", fletJs);
    python.registerJsModule("callboard_js", bridge);
    await python.runPythonAsync(
      "import sys\nsys.path[:0] = ['/app/code', '/app/packages']\n" +
        "import main\nmain.in_browser()",
    );
    mark("python");
    await fletJs.start_connection((message) => {
      const bytes = message.toJs();
      self.postMessage(bytes, [bytes.buffer]);
    });
    tell("started", marks);
  } catch (error) {
    console.error(error);
    tell("refused", error instanceof Words ? error.message : UNEXPECTED);
  }
}

/** An error that a person can read. */
class Words extends Error {}

class NoStorage extends Words {
  constructor() {
    super(
      "This browser gives Callboard no place to keep things. A private window never does: use a " +
        "usual one, of a recent version, at the office's own address.",
    );
  }
}

/** A photo drawn upright at the size that `wanted` says, as a JPEG; undefined if it is no picture
 * that this browser can draw. */
async function shrunk(photo, wanted, quality) {
  const picture = await drawable(photo);
  if (!picture) return undefined;
  const [width, height] = wanted(picture.width, picture.height).toJs();
  const paper = drawn(picture, width, height);
  const jpeg = await paper.canvas.convertToBlob({ type: "image/jpeg", quality: quality / 100 });
  return new Uint8Array(await jpeg.arrayBuffer());
}

/** A photo in grey, its longer edge at most `edge` pixels: width, height and a byte a pixel, row by
 * row; undefined if it is no picture. */
async function grey(photo, edge) {
  const picture = await drawable(photo);
  if (!picture) return undefined;
  const scale = Math.min(1, edge / Math.max(picture.width, picture.height));
  const width = Math.max(8, Math.round(picture.width * scale));
  const height = Math.max(8, Math.round(picture.height * scale));
  const { data } = drawn(picture, width, height).getImageData(0, 0, width, height);
  const bytes = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < bytes.length; at++, from += 4) {
    bytes[at] = (299 * data[from] + 587 * data[from + 1] + 114 * data[from + 2]) / 1000;
  }
  return [width, height, bytes];
}

/** Python's bytes as a picture; undefined if this browser cannot draw them. */
async function drawable(photo) {
  const view = photo.getBuffer("u8");
  const content = new Blob([view.data.slice()]);
  view.release();
  photo.destroy();
  try {
    return await createImageBitmap(content);
  } catch {
    return undefined;
  }
}

function drawn(picture, width, height) {
  const paper = new OffscreenCanvas(width, height).getContext("2d");
  paper.fillStyle = "white"; // what was see-through is paper
  paper.fillRect(0, 0, width, height);
  paper.imageSmoothingQuality = "high";
  paper.drawImage(picture, 0, 0, width, height);
  picture.close();
  return paper;
}

/** Waits until no other tab has the store, and keeps it for as long as this worker lives. */
function alone() {
  return new Promise((go) => {
    const keep = (lock) => {
      if (lock === null) {
        tell("elsewhere", true);
        navigator.locks.request(LOCK, keep);
        return undefined;
      }
      tell("elsewhere", false);
      go();
      return new Promise(() => {});
    };
    navigator.locks.request(LOCK, { ifAvailable: true }, keep);
  });
}

async function loaded(base) {
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const python = await loadPyodide({
    indexURL: `${base}pyodide/`,
    stdout: (text) => console.log(text),
    stderr: (text) => console.warn(text),
  });
  mark("pyodide");
  return python;
}

async function fetched(name) {
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Words(`The office did not hand out ${name}. Open Callboard again.`);
  const content = new Uint8Array(await answer.arrayBuffer());
  mark(name);
  return content;
}

/** A page that was just left may hold its files for a moment longer than its lock. */
async function openedDisk() {
  for (let turn = 0; ; turn++) {
    try {
      const disk = await openDisk();
      mark("disk");
      return disk;
    } catch (error) {
      if (error.name !== "NoModificationAllowedError" || turn === 40) throw new NoStorage();
      await new Promise((go) => setTimeout(go, 50));
    }
  }
}
