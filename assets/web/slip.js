// A photo of a slip is taken in the page: where a picker would open the system's camera, ours opens.
//
// Flutter's picker makes an <input type=file> and clicks it. For photos that click is answered here,
// and the photos come back through the same input, so that neither the office's page nor a phone's
// needs another way for them. Where there is no camera, or none is allowed, the click goes on.

const CLICK = HTMLInputElement.prototype.click;
const PHOTOS = "image/*"; // what Flutter's picker accepts when it wants photos
const FLASH_MS = 120;
const OTHERWISE = "Choose a photo, or use the system's own camera.";
const TROUBLE = {
  refused: `The camera is not allowed for this page. ${OTHERWISE}`,
  missing: `No camera was found. ${OTHERWISE}`,
  busy: `Another app has the camera. Close that one, or: ${OTHERWISE.toLowerCase()}`,
};
const STYLE = `
  #slip { position: fixed; inset: 0; z-index: 6; display: flex; flex-direction: column;
    align-items: center; justify-content: flex-end; gap: 14px; box-sizing: border-box;
    padding: calc(12px + env(safe-area-inset-top)) 12px calc(28px + env(safe-area-inset-bottom));
    background: #000; color: #fff; font: 17px/1.4 system-ui, sans-serif; }
  #slip.seeing { background: none; pointer-events: none; }
  #slip button { pointer-events: auto; font: inherit; min-height: 48px; padding: 0 20px; border: 0;
    border-radius: 24px; background: #444c; color: #fff; }
  #slip button:disabled { opacity: .5; }
  #slip button[hidden] { display: none; }
  #slip header { position: absolute; left: 12px; right: 12px;
    top: calc(12px + env(safe-area-inset-top)); display: flex; justify-content: space-between; }
  #slip p { margin: 0; max-width: 26em; text-align: center; }
  #slip.seeing p:not(:empty) { padding: 4px 14px; border-radius: 16px; background: #000a; }
  #slip:not(.seeing) p { margin: auto; padding: 0 24px; }
  #slip .shutter { width: 76px; height: 76px; padding: 0; border: 5px solid #fff;
    border-radius: 38px; background: #fff; background-clip: content-box; padding: 4px;
    box-shadow: 0 0 0 4px #0006; }
  @media (orientation: landscape) {
    #slip.seeing { align-items: flex-end; justify-content: center; }
  }
  #slip:not(.seeing) .seen { display: none; }
  #slip.flash { background: #fff; }
  #no-eye { position: fixed; left: 16px; right: 16px; bottom: 24px; z-index: 6; padding: 14px 18px;
    max-width: 30em; margin: auto; border-radius: 12px; background: #222; color: #fff;
    font: 15px/1.4 system-ui, sans-serif; }`;
const SHOWN = `<header><button class="leave" aria-label="Close the camera">✕</button>
  <button class="file">Choose a photo</button></header>
  <p role="status"></p>
  <button class="more seen">This page, and one more</button>
  <button class="shutter seen" aria-label="Take the photo"></button>`;

let without = ""; // the trouble that is known before anybody asks
let asked = null; // the input that waits for photos
let eye = null; // the camera, once it was wanted
let box = null;
let pages = [];

const style = document.createElement("style");
style.textContent = STYLE;
document.head.append(style);

HTMLInputElement.prototype.click = function () {
  if (this.type !== "file" || this.accept !== PHOTOS) CLICK.call(this);
  else if (without) instead(this, TROUBLE[without]);
  else open(this);
};

// A question for the camera takes the focus from the page and gives it back. Flutter's picker takes
// that for somebody who came back from the system's picker with nothing.
addEventListener("focus", (event) => asked && event.stopImmediatePropagation());
addEventListener("keydown", (event) => {
  if (!box) return;
  event.stopImmediatePropagation();
  if (event.key === "Escape") done([]);
}, true);
addEventListener("popstate", () => box && done([]));

/** The system's own picker, with a sentence why it is that one. */
function instead(input, words = "") {
  const told = Object.assign(document.createElement("div"), { id: "no-eye", textContent: words });
  told.role = "status";
  if (words) document.body.append(told);
  const over = () => told.remove();
  for (const end of ["change", "cancel"]) input.addEventListener(end, over, { once: true });
  addEventListener("pointerdown", over, { once: true, capture: true });
  CLICK.call(input);
}

async function open(input) {
  asked = input;
  pages = [];
  draw();
  try {
    eye ??= await import("./scan.js");
  } catch {
    without = "missing";
  }
  if (without) seen({ camera: without });
  else if (asked === input) eye.look({ on: true, top: 0, height: 1, still: true }, seen);
}

function draw() {
  box = document.createElement("div");
  box.id = "slip";
  box.innerHTML = SHOWN;
  document.body.append(box);
  part("leave").onclick = () => done([]);
  part("file").onclick = () => {
    const input = asked;
    done(null);
    instead(input);
  };
  part("more").hidden = !asked.multiple;
  part("more").onclick = () => take(false);
  part("shutter").onclick = () => take(true);
}

const part = (name) => box.querySelector(`.${name}`);

/** What the camera says of itself. */
function seen({ camera }) {
  if (!box || camera === undefined) return;
  box.classList.toggle("seeing", camera === "on");
  if (camera === "on") part("shutter").focus();
  say(TROUBLE[camera] ?? (camera === "asking" ? "Allow the camera." : ""));
  if (camera in TROUBLE && camera !== "busy") without = camera;
}

function say(words) {
  box.querySelector("p").textContent = words;
}

async function take(last) {
  const buttons = box.querySelectorAll("button.seen");
  for (const button of buttons) button.disabled = true;
  box.classList.add("flash");
  setTimeout(() => box?.classList.remove("flash"), FLASH_MS);
  const input = asked;
  const photo = await eye.still();
  if (asked !== input) return; // left meanwhile
  const name = `slip-${pages.length + 1}.${photo.type.split("/")[1]}`;
  pages.push(new File([photo], name, { type: photo.type }));
  if (last) return done(pages);
  for (const button of buttons) button.disabled = false;
  say(`${pages.length} ${pages.length === 1 ? "page" : "pages"} taken. Now the next one.`);
}

/** Hands the photos over; none: somebody left. Null: the system's picker goes on in our place. */
function done(photos) {
  const input = asked;
  asked = null;
  box.remove();
  box = null;
  eye?.look({ on: false, top: 0, height: 0 }, () => {});
  if (photos === null) return;
  if (photos.length) {
    const files = new DataTransfer();
    for (const photo of photos) files.items.add(photo);
    input.files = files.files;
  }
  input.dispatchEvent(new Event(photos.length ? "change" : "cancel"));
}

// ---- what is known beforehand -------------------------------------------------------------------

async function known() {
  if (!navigator.mediaDevices) return "missing";
  const all = await navigator.mediaDevices.enumerateDevices();
  if (!all.some((device) => device.kind === "videoinput")) return "missing";
  const may = await navigator.permissions?.query({ name: "camera" }).catch(() => null);
  if (may) may.onchange = look;
  return may?.state === "denied" ? "refused" : "";
}

async function look() {
  const before = without;
  const now = await known().catch(() => "");
  if (without === before) without = now; // else the camera itself said meanwhile what is amiss
}

navigator.mediaDevices?.addEventListener("devicechange", look);
look();
