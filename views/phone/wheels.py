"""The packages that the app needs in the browser: asked of the package index once, then kept."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

from data.errors import OfficeError

LISTED = Path(__file__).parents[2] / "assets" / "web" / "wheels.txt"


class Missing(OfficeError):
    """A part of the phone app that is not on this machine and could not be fetched."""

    code = "phone-part"


def named(listed: Path = LISTED) -> dict[str, str]:
    """The version of each package in the list."""
    lines = listed.read_text(encoding="utf-8").splitlines()
    pins = [line.split()[0] for line in lines if line.strip() and not line.startswith("#")]
    return dict(pin.split("==") for pin in pins)


def platform_of(pyodide: Path) -> tuple[str, str]:
    """The wheel platform and the Python version (`3.14`) of the browser's Python."""
    told = json.loads((pyodide / "pyodide-lock.json").read_bytes())["info"]
    version = ".".join(str(told["python"]).split(".")[:2])
    return f"pyemscripten_{told['abi_version']}_{told['arch']}", version


def wheels(pyodide: Path, kept: Path, *, listed: Path = LISTED) -> list[Path]:
    """Every wheel of the list, from `kept` or else from the index. Missing: neither has them."""
    platform, version = platform_of(pyodide)
    asked = f"{platform} {version}\n".encode() + listed.read_bytes()
    folder = kept / hashlib.sha256(asked).hexdigest()[:16]
    if not folder.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        coming = Path(mkdtemp(dir=kept, prefix="coming-"))
        try:
            _download(coming, platform, version, listed)
            coming.replace(folder)
        finally:
            shutil.rmtree(coming, ignore_errors=True)
    return sorted(folder.glob("*.whl"))


def _download(into: Path, platform: str, version: str, listed: Path) -> None:
    """By pip, as this machine's pip is set up; what comes must have the hashes of the list."""
    words = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"),
        *("--no-input", "--retries", "1", "--timeout", "10", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--platform", platform, "--python-version", version),
        *("--implementation", "cp", "--abi", f"cp{version.replace('.', '')}"),
        *("--dest", str(into), "--requirement", str(listed)),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(
            "The phone app cannot be made yet: its packages are not on this machine "
            f"({_said(into, listed)}), and the package index did not give them. Connect this "
            "laptop to the internet once and run: callboard phone build",
            code="phone-part",
        ) from OSError(done.stderr.strip()[-2000:])


def _said(into: Path, listed: Path) -> str:
    came = {wheel.name.split("-")[0].replace("_", "-") for wheel in into.glob("*.whl")}
    left = [f"{name} {version}" for name, version in named(listed).items() if name not in came]
    return ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
