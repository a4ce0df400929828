"""Compiles the native reader for other systems, as far as compilers and headers are here.

    python -m tests.platforms.native_elsewhere

The rules (all headers but `listing.h`) need nothing of Python's, so any compiler can check them:
with `apt-get install gcc-mingw-w64-x86-64 gcc-aarch64-linux-gnu musl-tools clang` those of Windows
(32-bit `long`), ARM and musl. What joins them to Python (`scanner.c`) is compiled where Python's
headers fit: not for MSVC, not for macOS; the matrix does that.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

_NATIVE = Path(__file__).resolve().parents[2] / "engine" / "native"
_STRICT = [
    "-std=c11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wvla",
    "-Werror",
    "-Wno-unused-function",
]
_COMPILERS = {
    "gcc": True,
    "clang": True,
    "musl-gcc": False,
    "aarch64-linux-gnu-gcc": True,
    "x86_64-w64-mingw32-gcc": False,
}
"""Whether this machine's headers of Python fit too."""


def main() -> int:
    """Compile with each compiler that is here; return the exit code."""
    failed = 0
    with tempfile.TemporaryDirectory() as made:
        rules = Path(made, "rules.c")
        rules.write_text('#include "packing.h"\n#include "piece.h"\nint main(void){return 0;}\n')
        for compiler, has_python in _COMPILERS.items():
            if shutil.which(compiler) is None:
                print(f"{compiler}: not here")
                continue
            sources = [rules, *([_NATIVE / "scanner.c"] if has_python else [])]
            for source in sources:
                failed += _compile(compiler, source)
    return int(failed > 0)


def _compile(compiler: str, source: Path) -> bool:
    """Compile one source; say how it went, and whether it failed."""
    python = [] if source.name == "rules.c" else ["-isystem", sysconfig.get_paths()["include"]]
    strict = [*_STRICT, *(["-Wno-unused-parameter", "-Wno-pedantic"] if python else [])]
    done = subprocess.run(
        [compiler, *strict, *python, f"-I{_NATIVE}", "-fsyntax-only", str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{compiler}: {source.name}: {done.stderr.strip() or 'compiled'}")
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
