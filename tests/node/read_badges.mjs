// Reads photographs as the phone's worker does, one after the other: for each line that comes in
// (width, height, file of grey pixels), the text that is read, at once or in the second look.
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";

const [, , web] = process.argv;
const { greyOf, read, softened } = await import(`file://${web}/codes.js`);
for await (const line of createInterface({ input: process.stdin })) {
  const [side, whole, near] = JSON.parse(line);
  const text = read(taken(whole, side), Infinity) ?? read(softened(taken(near, side)), Infinity);
  console.log(JSON.stringify(text));
}

function taken(file, side) {
  const picture = greyOf(side, side);
  picture.data.set(readFileSync(file));
  return picture;
}
