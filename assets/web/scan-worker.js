// Reads frames of the camera away from the page, which goes on drawing meanwhile.

import { grey, read, softened } from "./codes.js";

const SIDE = 720; // pixels of the square that is looked at
const NEAR = 2 / 3; // of it, for codes that are small in the picture

const canvas = new OffscreenCanvas(SIDE, SIDE);
const paper = canvas.getContext("2d", { willReadFrequently: true });
let turn = 0;

self.onmessage = ({ data: { frame } }) => {
  const near = turn++ % 2 === 1;
  const side = Math.min(frame.width, frame.height) * (near ? NEAR : 1);
  const left = (frame.width - side) / 2, top = (frame.height - side) / 2;
  paper.drawImage(frame, left, top, side, side, 0, 0, SIDE, SIDE);
  frame.close();
  const picture = grey(paper.getImageData(0, 0, SIDE, SIDE).data, SIDE, SIDE);
  self.postMessage({ text: read(near ? softened(picture) : picture) });
};
