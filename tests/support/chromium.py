"""A headless Chromium from a locked npm package, so that every machine tests with the same one.

The package carries the libraries and fonts that the browser needs: nothing of the system but the
C library is used, and no rights are needed. A machine for which it was not built (another
processor) uses the Chromium of the system.
"""

import os
import platform
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.support import nodejs
from tests.support.processes import ROOT

PROJECT: Final = ROOT / "tests" / "browser"
SYSTEM: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS: Final = (
    # containers often have a /dev/shm of 64 MB
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--font-render-hinting=none",
    "--no-proxy-server",
)
_INFLATE: Final = """
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
const [from, to] = process.argv.slice(-2);
await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to));
"""
_FONTS: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """A browser that can be started: its program and the environment that it needs."""

    program: Path
    environment: dict[str, str]

    def starts(self) -> bool:
        """Whether the program runs on this machine."""
        command = [str(self.program), "--version"]
        try:
            done = subprocess.run(
                command, env=self._whole(), capture_output=True, timeout=60, check=False
            )
        except OSError:
            return False
        return done.returncode == 0

    def _whole(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    @property
    def options(self) -> dict[str, Any]:
        """What playwright's `launch` is given."""
        return {
            "executable_path": self.program,
            "args": list(ARGUMENTS),
            "env": self._whole(),
        }


@cache
def chromium() -> Chromium:
    """The browser of the tests. Raises `RuntimeError` when none can be started here."""
    tried = [_packed()] if platform.machine() in {"x86_64", "AMD64"} else []
    tried += [Chromium(Path(found), {}) for name in SYSTEM if (found := shutil.which(name))]
    for browser in tried:
        if browser.starts():
            return browser
    raise RuntimeError(
        "No Chromium starts here: the one of the npm package is for x86-64 with glibc; "
        "install your system's package `chromium` to run the browser tests."
    )


def axe_source() -> str:
    """The script of axe-core, which checks accessibility."""
    nodejs.install(PROJECT)
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def _packed() -> Chromium:
    """The browser of the npm package, unpacked beside it; at once when that was done before."""
    nodejs.install(PROJECT)
    folder = PROJECT / "node_modules" / ".chromium"
    with nodejs.locked("chromium"):
        if not folder.is_dir():
            part = folder.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            _unpack(part)
            (part / "fonts.conf").write_text(_FONTS.format(folder=folder), encoding="utf-8")
            part.rename(folder)
    environment = {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_PATH": str(folder)}
    return Chromium(folder / "chromium", environment)


def _unpack(folder: Path) -> None:
    packed = PROJECT / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("chromium", "al2023.tar", "fonts.tar"):
        command = [str(nodejs.node()), "--input-type=module", "-e", _INFLATE]
        subprocess.run([*command, str(packed / f"{name}.br"), str(folder / name)], check=True)
    for name in ("al2023.tar", "fonts.tar"):
        with tarfile.open(folder / name) as archive:
            for member in archive:
                if (content := archive.extractfile(member)) is not None:
                    place = folder / member.name
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(content.read())
        (folder / name).unlink()
    (folder / "chromium").chmod(0o755)
