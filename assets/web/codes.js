// Reads the code in a grey picture, also one that is held askew.
//
// A code as small as a badge's has three corner marks and nothing in its fourth corner, so the
// reader can only guess where that lies: it takes the code for a parallelogram. Held askew and near
// the lens it is none. Where the reader finds the marks but no sense, the picture is drawn anew for
// every likely way of leaning, and read again.

import { decodeQR } from "./qr/decode.js";

const PATIENCE_MS = 90; // on one picture; the next is there soon
const PX = 6; // of a straightened picture to a module
const QUIET = 4; // modules of white around a code
const MARK = 3.5; // modules from a code's edge to the middle of a corner mark
const LARGEST = 25; // modules; larger ones tell the reader more about how they lie

const STEPS = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((step) => 1 + 0.03 * step);
const far = ([right, down]) => Math.hypot(right - 1, down - 1);
/** How much nearer the lens the right and the lower mark may be than the first; likely ones first. */
const LEANS = STEPS.flatMap((right) => STEPS.map((down) => [right, down])).sort(
  (one, other) => far(one) - far(other),
);

let next = 0; // the way of leaning that is tried next: a slow phone goes through them over frames

/** A grey picture as the reader takes it: its own bytes first, room for colours behind. */
export function greyOf(width, height) {
  return { width, height, data: new Uint8Array(Math.ceil(width / 2) * Math.ceil(height / 2) * 6) };
}

/** The text of the code in `picture`, or null when there is none or `patience` is at its end. */
export function read(picture, patience = PATIENCE_MS) {
  const until = performance.now() + patience;
  let marks = null;
  const text = tried(picture, { pointsOnDetect: (found) => (marks = found) });
  if (text !== null || marks === null) {
    next = 0;
    return text;
  }
  const size = modules(marks);
  if (size > LARGEST) return null;
  const side = (size + 2 * QUIET) * PX;
  const straight = greyOf(side, side);
  for (let left = LEANS.length; left > 0; left--) {
    if (performance.now() > until) return null;
    draw(straight, picture, marks, size, LEANS[next]);
    next = (next + 1) % LEANS.length;
    const text = tried(straight);
    if (text !== null) return text;
  }
  return null;
}

function tried(picture, more = {}) {
  try {
    return decodeQR(picture, { format: "I420", ...more });
  } catch {
    return null; // it says by throwing that there is no code
  }
}

/** Modules along a code's side: its edges and its marks' middles are seven apart. */
function modules({ tl, tr, bounds }) {
  const share = apart(bounds[0], bounds[1]) / apart(tl, tr);
  return Math.round(((7 * share) / (share - 1) - 17) / 4) * 4 + 17;
}

function apart(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/** Draws the code as it would be seen from the front if it leant so. */
function draw(straight, picture, { tl, tr, bl }, size, [right, down]) {
  const { data, width: side } = straight;
  const step = 1 / PX / (size - 2 * MARK);
  const first = (0.5 / PX - QUIET - MARK) / (size - 2 * MARK);
  for (let y = 0, v = first, at = 0; y < side; y++, v += step) {
    for (let x = 0, u = first; x < side; x++, u += step, at++) {
      const a = 1 - u - v, b = u * right, c = v * down, whole = a + b + c;
      const seenX = (a * tl.x + b * tr.x + c * bl.x) / whole - 0.5;
      const seenY = (a * tl.y + b * tr.y + c * bl.y) / whole - 0.5;
      data[at] = shade(picture, seenX, seenY);
    }
  }
}

/** How bright a picture is between its pixels; white beside it. */
function shade({ data, width, height }, x, y) {
  const left = x | 0, top = y | 0;
  if (x < 0 || y < 0 || left >= width - 1 || top >= height - 1) return 255;
  const at = top * width + left, right = x - left, down = y - top;
  const upper = data[at] * (1 - right) + data[at + 1] * right;
  const lower = data[at + width] * (1 - right) + data[at + width + 1] * right;
  return upper * (1 - down) + lower * down;
}

/** The brightness of coloured pixels, in a grey picture. */
export function grey(pixels, width, height) {
  const made = greyOf(width, height);
  for (let n = 0, at = 0; n < width * height; n++, at += 4)
    made.data[n] = (pixels[at] * 77 + pixels[at + 1] * 151 + pixels[at + 2] * 28) >> 8;
  return made;
}

/** Each pixel the mean of itself and its neighbours: less grain, and more of small codes is read. */
export function softened(picture) {
  const { width, height } = picture;
  const count = width * height, { data } = picture;
  const across = new Uint16Array(count), made = greyOf(width, height);
  for (let at = 1; at < count - 1; at++) across[at] = data[at - 1] + data[at] + data[at + 1];
  for (let at = width; at < count - width; at++)
    made.data[at] = (across[at - width] + across[at] + across[at + width]) / 9;
  return made;
}
