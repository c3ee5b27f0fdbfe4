// The camera, over Flutter's canvas: shows it, has its frames read and says what was read, or keeps
// what it sees as a photo (slip.js).
//
// The lamp beside the lens tells people that they are seen, so the camera runs only while its
// picture is wanted and the page is looked at.

const EVERY_MS = 110;
const AGAIN_MS = 2000; // a code must be out of sight for so long before it counts as shown again
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 } };
// A browser that takes whole photos need not show them all the time.
const WHOLE = "ImageCapture" in globalThis;
const SHARP = { width: { ideal: WHOLE ? 1920 : 4096 }, height: { ideal: WHOLE ? 1080 : 2160 } };
const PATIENT_MS = 4000; // some cameras never answer when they are asked for a photo
const TROUBLE = {
  NotAllowedError: "refused", SecurityError: "refused",
  NotFoundError: "missing", OverconstrainedError: "missing", TypeError: "missing",
  NotReadableError: "busy", AbortError: "busy",
};
const STYLE = `
  #eye { position: fixed; left: 0; right: 0; overflow: hidden; background: #000; z-index: 5;
    container-type: size; }
  #eye[hidden] { display: none; }
  #eye video { width: 100%; height: 100%; object-fit: cover; }
  #eye video.mirrored { transform: scaleX(-1); }
  #eye.still video { object-fit: contain; }
  #eye.still i { width: auto; height: min(68cqh, 90cqw / var(--seen, 1)); aspect-ratio: 1 / 2;
    border: 2px dashed #fffc; box-shadow: none; }
  #eye.still button { bottom: calc(36px + env(safe-area-inset-bottom)); }
  #eye i { position: absolute; left: 50%; top: 50%; transform: translate(-50%, -50%);
    width: min(72cqw, 72cqh); aspect-ratio: 1; border: 3px solid #fff; border-radius: 16px;
    box-shadow: 0 0 0 100vmax #0006; pointer-events: none; }
  #eye button { position: absolute; bottom: 12px; width: 56px; height: 56px; border: 0;
    border-radius: 28px; background: #000a; color: #fff; font: 26px/1 system-ui, sans-serif; }
  #eye button[hidden] { display: none; }
  #eye button[aria-pressed=true] { background: #fff; color: #000; }
  #eye .turn { right: 12px; }
  #eye .light { left: 12px; }`;
const SHOWN = `<video playsinline muted></video><i></i>
  <button class="light" aria-label="Light" aria-pressed="false" hidden>☼</button>
  <button class="turn" aria-label="Turn to the other camera" hidden>⟲</button>`;

let tell = () => {}; // told { text } or { camera: state }
let wanted = { on: false };
let covered = false;
let lit = false; // stays so for the next slip or badge: it is as dark there
let which = { facingMode: "environment" };
let stream = null;
let pending = false; // the browser asks the person, or opens the camera
let opening = 0; // counts: who was overtaken meanwhile lets go again
let reader = null;
const seen = new Map(); // text -> when it was last in view
const box = made();
const [video, light, other] = ["video", ".light", ".turn"].map((one) => box.querySelector(one));

function made() {
  const style = document.createElement("style");
  style.textContent = STYLE;
  document.head.append(style);
  const made = document.createElement("div");
  made.id = "eye";
  made.hidden = true;
  made.innerHTML = SHOWN;
  document.body.append(made);
  return made;
}

/** Shows the picture at a share of the window's height, or lets go of the camera. `still`: nothing
 * is read in it; it is there to be photographed. */
export function look(how, listener) {
  wanted = how;
  tell = listener;
  box.style.top = `${how.top * 100}%`;
  box.style.height = `${how.height * 100}%`;
  box.classList.toggle("still", Boolean(how.still));
  follow();
}

/** Hides the picture while an answer fills the screen; nothing is read meanwhile. */
export function cover(on) {
  covered = on;
  box.hidden = on || stream === null;
}

function follow() {
  const open = wanted.on && document.visibilityState === "visible";
  if (!open) close(wanted.on ? "asking" : "off");
  else if (stream === null && !pending) start();
}

function close(state) {
  opening += 1;
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = video.srcObject = null;
  pending = false;
  box.hidden = true;
  if (!wanted.on) {
    covered = false;
    which = { facingMode: "environment" };
    seen.clear();
  }
  tell({ camera: state });
}

async function start() {
  const mine = ++opening;
  pending = true;
  tell({ camera: "asking" });
  let came;
  try {
    came = await navigator.mediaDevices.getUserMedia({
      video: { ...(wanted.still ? SHARP : WANTED), ...which },
    });
  } catch (error) {
    if (mine === opening) close(TROUBLE[error.name] ?? "busy");
    return;
  }
  if (mine !== opening) {
    for (const track of came.getTracks()) track.stop();
    return;
  }
  stream = came;
  pending = false;
  await shown(came.getVideoTracks()[0]);
  if (stream === came && !wanted.still) watch(came);
}

async function shown(track) {
  const now = track.getSettings();
  track.onended = () => close("busy"); // pulled out, or taken by another app
  video.className = now.facingMode === "user" ? "mirrored" : "";
  video.srcObject = stream;
  light.hidden = !track.getCapabilities?.().torch;
  light.setAttribute("aria-pressed", "false");
  if (lit && !light.hidden) await shine(track);
  other.hidden = (await cameras()).length < 2;
  await video.play().catch(() => {}); // cut short where it was closed meanwhile
  if (video.srcObject === null) return;
  box.style.setProperty("--seen", video.videoWidth / video.videoHeight);
  box.hidden = covered;
  tell({ camera: "on" });
}

async function cameras() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return all.filter((device) => device.kind === "videoinput");
}

light.onclick = () => {
  lit = light.getAttribute("aria-pressed") !== "true";
  if (stream) shine(stream.getVideoTracks()[0]);
};

async function shine(track) {
  const lamp = track.applyConstraints({ advanced: [{ torch: lit }] });
  await lamp.catch(() => (lit = false)); // some say that they have one
  light.setAttribute("aria-pressed", String(lit));
}

other.onclick = async () => {
  const now = stream?.getVideoTracks()[0].getSettings();
  if (!now) return;
  if (now.facingMode) which = { facingMode: now.facingMode === "user" ? "environment" : "user" };
  else {
    const all = (await cameras()).map((device) => device.deviceId);
    which = { deviceId: { exact: all[(all.indexOf(now.deviceId) + 1) % all.length] } };
  }
  close("asking"); // many phones open one camera at a time
  follow();
};

document.addEventListener("visibilitychange", follow);

// ---- photographing -------------------------------------------------------------------------------

/** What the camera sees, as large as it can: the photo of the camera itself, or the picture shown. */
export async function still() {
  const track = stream.getVideoTracks()[0];
  if (WHOLE) {
    const late = new Promise((go) => setTimeout(go, PATIENT_MS));
    const photo = await Promise.race([new ImageCapture(track).takePhoto(), late]).catch(() => null);
    if (photo?.size) return photo;
  }
  const paper = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  paper.getContext("2d").drawImage(video, 0, 0);
  return paper.convertToBlob({ type: "image/jpeg", quality: 0.92 });
}

// ---- reading ------------------------------------------------------------------------------------

async function watch(mine) {
  while (stream === mine) {
    const began = performance.now();
    if (!covered && video.readyState >= video.HAVE_CURRENT_DATA) {
      const text = await readNow();
      if (text !== null && stream === mine && !covered) noted(text);
    }
    await new Promise((go) => setTimeout(go, EVERY_MS - (performance.now() - began)));
  }
}

/** What the worker reads in the picture of now; it has one frame at a time. */
async function readNow() {
  const frame = await createImageBitmap(video).catch(() => null); // none of a camera that just went
  if (frame === null) return null;
  reader ??= new Worker(new URL("scan-worker.js", import.meta.url), { type: "module" });
  return new Promise((done) => {
    reader.onmessage = ({ data }) => done(data.text);
    reader.onerror = () => {
      reader.terminate();
      reader = null;
      done(null);
    };
    reader.postMessage({ frame }, [frame]);
  });
}

function noted(text) {
  const now = performance.now();
  const before = seen.get(text) ?? -Infinity;
  for (const [other, when] of seen) if (now - when > AGAIN_MS) seen.delete(other);
  seen.set(text, now);
  if (now - before > AGAIN_MS) tell({ text });
}
