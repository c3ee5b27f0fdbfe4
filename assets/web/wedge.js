// A scanner that types what it reads, as keyboards do: its burst is kept out of the field that
// happens to have the focus, and told as what a camera reads is. Flutter hears none of it.
//
// A scanner leaves a few milliseconds between two keys, a person many. What begins as a badge does
// is held back until it is known which of the two it is; what a person typed is then put in.
{
  const START = "CB1";
  const LEAST = 12; // keys
  const GAP_MS = 100; // slow ones over the air leave fifty
  const LATE_MS = 200; // after the last key: a busy page hears of keys late

  let held = "";
  let last = 0;
  let late = 0;

  const fits = (text) =>
    text.length <= START.length ? START.startsWith(text) : /^[A-Z0-9]+$/.test(text);
  const belongs = (event) => event.key.length === 1 && !event.repeat && fits(held + event.key);

  const keepOut = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  /** A person typed it. Into a field it still goes; elsewhere such keys do nothing. */
  const release = () => {
    clearTimeout(late);
    const typed = held;
    held = "";
    if (typed && document.activeElement?.matches("input, textarea"))
      document.execCommand("insertText", false, typed);
  };

  /** Keys that wait behind a long turn of the page are heard before the second timer ends. */
  const soonReleased = () => {
    late = setTimeout(release, 20);
  };

  const pressed = (event) => {
    if (event.key === "Shift" || event.key === "CapsLock") return;
    const odd = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
    if (odd || event.timeStamp - last > GAP_MS) release();
    if (event.key === "Enter" && held.length >= LEAST) {
      keepOut(event);
      clearTimeout(late);
      read(held); // page.js
      held = "";
      return;
    }
    if (!belongs(event)) release(); // it may begin a burst of its own
    if (odd || !belongs(event)) return;
    keepOut(event);
    held += event.key;
    last = event.timeStamp;
    clearTimeout(late);
    late = setTimeout(soonReleased, LATE_MS);
  };

  addEventListener("keydown", pressed, { capture: true });
}
