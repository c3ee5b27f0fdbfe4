// Unpacks the archives that the office makes: ZIP files whose entries are stored as they are.

/** Writes every entry of `archive` (Uint8Array) under `root` of an Emscripten file system. */
export function unpack(archive, files, root) {
  const at = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const text = new TextDecoder();
  const made = new Set();
  const end = archive.length - 22;
  if (at.getUint32(end, true) !== 0x06054b50) throw new Error("an archive of the app is damaged");
  let entry = at.getUint32(end + 16, true);
  for (let left = at.getUint16(end + 10, true); left > 0; left--) {
    const size = at.getUint32(entry + 24, true);
    const nameLength = at.getUint16(entry + 28, true);
    const beside = at.getUint16(entry + 30, true) + at.getUint16(entry + 32, true);
    const local = at.getUint32(entry + 42, true);
    const path = `${root}/${text.decode(archive.subarray(entry + 46, entry + 46 + nameLength))}`;
    const start = local + 30 + at.getUint16(local + 26, true) + at.getUint16(local + 28, true);
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) {
      files.mkdirTree(folder);
      made.add(folder);
    }
    files.writeFile(path, archive.subarray(start, start + size));
    entry += 46 + nameLength + beside;
  }
}
