// A stand-in for the browser's private file system, true to the standard where our code leans on it:
// opening is asynchronous and exclusive, the rest synchronous; what is written past the end leaves
// zeros between; a closed handle refuses; a full disk throws and may have taken a part.

const kind = (name, words) => new DOMException(words, name);

class Room {
  constructor(bytes = Infinity) {
    this.left = bytes;
  }

  take(bytes) {
    if (bytes > this.left) throw kind("QuotaExceededError", "no room");
    this.left -= bytes;
  }
}

export class AccessHandle {
  constructor(file, room) {
    this.file = file;
    this.room = room;
    this.cursor = 0;
    this.closed = false;
  }

  usable() {
    if (this.closed) throw kind("InvalidStateError", "the handle is closed");
  }

  getSize() {
    this.usable();
    return this.file.bytes.length;
  }

  read(into, { at = this.cursor } = {}) {
    this.usable();
    const part = this.file.bytes.subarray(at, at + into.byteLength);
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(part);
    this.cursor = at + part.length;
    return part.length;
  }

  write(from, { at = this.cursor } = {}) {
    this.usable();
    const data = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
    this.resize(Math.max(this.file.bytes.length, at + data.length));
    this.file.bytes.set(data, at);
    this.cursor = at + data.length;
    return data.length;
  }

  truncate(size) {
    this.usable();
    this.resize(size);
    this.cursor = Math.min(this.cursor, size);
  }

  resize(size) {
    const before = this.file.bytes;
    if (size === before.length) return;
    this.room.take(size - before.length);
    const bytes = new Uint8Array(size);
    bytes.set(before.subarray(0, size));
    this.file.bytes = bytes;
  }

  flush() {
    this.usable();
    this.file.flushed = this.file.bytes.slice();
  }

  close() {
    this.closed = true;
    this.file.open = false;
  }
}

class FileHandle {
  constructor(room) {
    this.bytes = new Uint8Array(0);
    this.flushed = new Uint8Array(0);
    this.open = false;
    this.room = room;
  }

  async createSyncAccessHandle() {
    if (this.open) throw kind("NoModificationAllowedError", "the file is open");
    this.open = true;
    return new AccessHandle(this, this.room);
  }
}

export class Directory {
  constructor(room = new Room()) {
    this.room = room;
    this.entries = new Map();
  }

  async getDirectoryHandle(name, { create = false } = {}) {
    return this.entry(name, create, () => new Directory(this.room));
  }

  async getFileHandle(name, { create = false } = {}) {
    return this.entry(name, create, () => new FileHandle(this.room));
  }

  async *keys() {
    yield* this.entries.keys();
  }

  entry(name, create, made) {
    if (!this.entries.has(name)) {
      if (!create) throw kind("NotFoundError", name);
      this.entries.set(name, made());
    }
    return this.entries.get(name);
  }
}

/** A handle of a file of its own, with `content` in it. */
export function handle(content, room = new Room()) {
  const file = new FileHandle(room);
  file.bytes = new Uint8Array(content);
  file.open = true;
  return new AccessHandle(file, room);
}

export { Room };
