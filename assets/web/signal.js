// Three answers to a scan that are told apart by ear and in the hand. Made here, without files.

const TONES = {
  new: [[880, 0, 0.09], [1320, 0.1, 0.14]],
  already: [[660, 0, 0.1], [660, 0.16, 0.1]],
  no: [[196, 0, 0.4]],
}; // hertz, from second, for seconds
const PULSES = { new: [70], already: [60, 90, 60], no: [350] };
const LOUD = 0.35;
const SOFT_S = 0.01; // up and down, else it clicks

let sound = null;

/** A browser makes no sound before the first tap or key: called in each until there is one. */
export function wake() {
  sound ??= new AudioContext();
  if (sound.state === "suspended") sound.resume().catch(() => {});
}

for (const gesture of ["pointerup", "keydown"])
  addEventListener(gesture, wake, { capture: true, passive: true });

export function signal({ kind, silent }) {
  navigator.vibrate?.(PULSES[kind]);
  if (silent) return;
  wake();
  const now = sound.currentTime;
  for (const [pitch, from, length] of TONES[kind]) play(pitch, now + from, length, kind);
}

function play(pitch, from, length, kind) {
  const tone = sound.createOscillator(), loud = sound.createGain();
  tone.type = kind === "no" ? "square" : "sine";
  tone.frequency.value = pitch;
  loud.gain.setValueAtTime(0, from);
  loud.gain.linearRampToValueAtTime(LOUD, from + SOFT_S);
  loud.gain.setValueAtTime(LOUD, from + length - SOFT_S);
  loud.gain.linearRampToValueAtTime(0, from + length);
  tone.connect(loud).connect(sound.destination);
  tone.start(from);
  tone.stop(from + length);
}
