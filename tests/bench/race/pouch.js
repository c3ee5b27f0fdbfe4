// PouchDB as a device, or express-pouchdb as its office; asked one line of JSON at a time.
// LevelDB is told to sync every write, as our store does: of its own accord it syncs none.
"use strict";
const fs = require("fs");
const readline = require("readline");
const { createRequire } = require("module");

const [, , installed, role, folder, address] = process.argv;
const need = createRequire(installed + "/");
const leveldown = need("leveldown");

function synced(path, ...words) {
  const level = leveldown(path, ...words);
  for (const name of ["_put", "_del", "_batch"]) {
    const plain = level[name].bind(level);
    level[name] = (...given) => {
      given[given.length - 2] = { ...given[given.length - 2], sync: true };
      return plain(...given);
    };
  }
  return level;
}
synced.destroy = leveldown.destroy;

fs.mkdirSync(folder, { recursive: true });
const PouchDB = need("pouchdb").defaults({ prefix: folder + "/", db: synced });
const tell = (told) => process.stdout.write(JSON.stringify(told) + "\n");

function office() {
  const app = need("express")();
  const paths = { inMemoryConfig: true, logPath: folder + "/log.txt" };
  app.use("/", need("express-pouchdb")(PouchDB, { mode: "minimumForPouchDB", ...paths }));
  const server = app.listen(0, "127.0.0.1", () => tell({ port: server.address().port }));
  process.stdin.on("end", () => process.exit(0)).resume();
}

class Device {
  constructor() {
    this.db = new PouchDB("device");
    this.calls = this.up = this.down = 0;
    this.office = new PouchDB(address + "/show", {
      fetch: async (url, options) => {
        const answer = await PouchDB.fetch(url, options);
        this.calls += 1;
        this.up += Buffer.byteLength(options.body || "");
        const text = await answer.text();
        this.down += Buffer.byteLength(text);
        return { ok: answer.ok, status: answer.status, headers: answer.headers,
          text: async () => text, json: async () => JSON.parse(text) };
      },
    });
  }

  async timed(doing) {
    const before = [this.up, this.down, this.calls];
    const began = performance.now();
    await doing();
    const [up, down, calls] = [this.up, this.down, this.calls].map((n, i) => n - before[i]);
    return { seconds: (performance.now() - began) / 1000, up, down, calls };
  }

  async write({ file }) {
    const docs = JSON.parse(fs.readFileSync(file, "utf8"));
    await this.db.bulkDocs(docs.map(({ id, ...fields }) => ({ _id: id, ...fields })));
    return { written: docs.length };
  }

  push({ batch }) {
    return this.timed(() => this.db.replicate.to(this.office, { batch_size: batch }));
  }

  pull({ batch }) {
    return this.timed(() => this.db.replicate.from(this.office, { batch_size: batch }));
  }

  both() {
    return this.timed(() => this.db.sync(this.office));
  }

  async edit({ record, what }) {
    const doc = await this.db.get(record);
    return this.timed(() => this.db.put({ ...doc, what_for: what }));
  }

  async read({ record }) {
    return { what: (await this.db.get(record)).what_for };
  }

  async count() {
    return { receipts: (await this.db.info()).doc_count };
  }
}

async function device() {
  const side = new Device();
  tell({ ready: true });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { do: what, ...words } = JSON.parse(line);
    try {
      tell(await side[what](words));
    } catch (error) {
      tell({ error: String((error && error.message) || error).slice(0, 200) });
    }
  }
  process.exit(0);
}

if (role === "office") office();
else device();
