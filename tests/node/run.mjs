// Runs pytest in the browser's own Python, under Node: APP PROJECT TOOLS then pytest's words.
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { Directory, handle, Room } from "./handles.mjs";

const [, , app, project, tools, ...words] = process.argv;
const { loadPyodide } = await import(pathToFileURL(`${app}/pyodide/pyodide.mjs`));
const { unpack } = await import(pathToFileURL(`${project}/assets/web/unpack.js`));
const { Disk, Slot } = await import(pathToFileURL(`${project}/assets/web/disk.js`));

const python = await loadPyodide({ indexURL: `${app}/pyodide/` });
unpack(new Uint8Array(fs.readFileSync(`${app}/packages.zip`)), python.FS, "/app/packages");
for (const [at, path] of [["/project", project], ["/tools", tools]]) {
  python.FS.mkdirTree(at);
  python.mountNodeFS(at, path);
}
python.registerJsModule("flet_js", {});
python.registerJsModule("browser_stand_in", {
  slot: (content, room) => {
    const view = content.getBuffer("u8");
    const made = new Slot(handle(view.data, room === undefined ? new Room() : new Room(room)));
    view.release();
    return made;
  },
  directory: (room) => new Directory(room === undefined ? new Room() : new Room(room)),
  disk: (root) => Disk.open(root),
});
python.globals.set("words", python.toPy(words));
let code = 1;
try {
  code = await python.runPythonAsync(`
import os, sys
sys.path[:0] = ["/project", "/app/packages", "/tools"]
sys.dont_write_bytecode = True
os.chdir("/project")
import pytest
# fpdf2 says that it has no Pillow; our photos go onto paper without it.
quiet = ["-W", "ignore:Pillow could not be imported"]
int(pytest.main([*quiet, "-o", "addopts=", "-p", "no:cacheprovider", "--basetemp", "/tmp/pytest", *words]))
`);
} catch (error) {
  console.error(error.message); // Node would print the line of Pyodide's code, which is all of it
}
process.exitCode = code;
