// The private file system as Python's store wants it: files that were opened beforehand, so that
// everything afterwards is synchronous. What goes wrong is returned by name, never thrown.

const FOLDER = "callboard";
const LEAST = 8;

/** One file, open. data/browser_disk.py gives it its meaning. */
export class Slot {
  constructor(handle) {
    this.handle = handle;
    this.error = "";
  }

  size() {
    return this.tried(() => this.handle.getSize(), -1);
  }

  /** The bytes there, fewer at the end of the file; undefined where `error` says why. */
  read(at, length) {
    return this.tried(() => {
      const into = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const came = this.handle.read(into.subarray(done), { at: at + done });
        if (came === 0) break;
        done += came;
      }
      return into.subarray(0, done);
    }, undefined);
  }

  /** Whether all of a Python buffer was written. */
  write(data, at) {
    const view = data.getBuffer("u8");
    try {
      return this.tried(() => {
        let done = 0;
        while (done < view.data.length) {
          const taken = this.handle.write(view.data.subarray(done), { at: at + done });
          if (taken === 0) throw new DOMException("nothing was written", "QuotaExceededError");
          done += taken;
        }
        return true;
      }, false);
    } finally {
      view.release();
    }
  }

  truncate(size) {
    return this.tried(() => (this.handle.truncate(size), true), false);
  }

  flush() {
    return this.tried(() => (this.handle.flush(), true), false);
  }

  tried(doing, otherwise) {
    try {
      this.error = "";
      return doing();
    } catch (error) {
      this.error = error.name || String(error);
      return otherwise;
    }
  }
}

/** All slots of this browser, and the making of more; a slot cannot be opened synchronously. */
export class Disk {
  constructor(folder, slots, next) {
    this.folder = folder;
    this.slots = slots;
    this.next = next;
    this.growing = null;
  }

  static async open(root) {
    const folder = await root.getDirectoryHandle(FOLDER, { create: true });
    const names = [];
    for await (const name of folder.keys()) names.push(name);
    names.sort();
    const slots = await Promise.all(names.map((name) => opened(folder, name)));
    const last = names.length ? Number.parseInt(names[names.length - 1], 10) : 0;
    const disk = new Disk(folder, slots, last + 1);
    if (slots.length < LEAST) await disk.grow(LEAST - slots.length, () => {});
    return disk;
  }

  /** Adds slots until `wanted` more are there; told to `took` one by one. Errors are kept quiet:
   * the store says so when it runs out. */
  grow(wanted, took) {
    this.growing ??= this.added(wanted, took).finally(() => (this.growing = null));
    return this.growing;
  }

  async added(wanted, took) {
    try {
      for (let n = 0; n < wanted; n++) {
        const slot = await opened(this.folder, String(this.next).padStart(6, "0"));
        this.next += 1;
        this.slots.push(slot);
        took(slot);
      }
    } catch (error) {
      console.warn("no more files can be opened:", error.name);
    }
  }

  close() {
    for (const slot of this.slots) slot.handle.close();
  }
}

export async function openDisk() {
  return Disk.open(await navigator.storage.getDirectory());
}

async function opened(folder, name) {
  const file = await folder.getFileHandle(name, { create: true });
  return new Slot(await file.createSyncAccessHandle());
}

