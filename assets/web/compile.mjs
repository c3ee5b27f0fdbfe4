// Compiles every .py under a folder with the browser's own Python, run by Node: web, folder.
const [, , pyodide, folder] = process.argv;
const { loadPyodide } = await import(`file://${pyodide}/pyodide.mjs`);
const python = await loadPyodide({ indexURL: `${pyodide}/` });
python.mountNodeFS("/code", folder);
python.runPython(`
import os, py_compile
for folder, _, names in os.walk("/code"):
    for name in names:
        if name.endswith(".py"):
            path = f"{folder}/{name}"
            py_compile.compile(
                path, cfile=f"{path}c", dfile=path[6:], doraise=True, optimize=2,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
`);
