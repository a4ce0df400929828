"""Compiles the native reader into the wheel where there is a compiler; else the wheel is pure.

Where packages are listed nothing lies beside README: its pictures and links get whole addresses.

`CCMON_BUILD_NATIVE=0` leaves it out, `CCMON_BUILD_NATIVE=1` makes it an error not to have it.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

SWITCH = "CCMON_BUILD_NATIVE"
PLACE = "engine/native"
MODULE = "scanner"


_PICTURE = re.compile(r"(!\[[^]]*\]\()(?!https?:)")
_LINK = re.compile(r"(?<!!)(\[[^]]*\]\()(?!https?:|#)")


class WholeAddresses(MetadataHookInterface):
    """Adds README to what is said of the package."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Lead pictures and links to the repository of the project's `Source`."""
        text = Path(self.root, "README.md").read_text("utf-8")
        source = metadata["urls"]["Source"]
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": whole_addresses(text, source),
        }


def whole_addresses(text: str, source: str) -> str:
    """Return Markdown whose pictures and links lead to files of a repository on GitHub."""
    raw = source.replace("https://github.com/", "https://raw.githubusercontent.com/")
    return _LINK.sub(rf"\g<1>{source}/blob/main/", _PICTURE.sub(rf"\g<1>{raw}/main/", text))


class NativeReader(BuildHookInterface):
    """Adds the compiled module, and the platform's tag with it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is made; an editable one finds the module in the clone."""
        wish = os.environ.get(SWITCH, "").strip()
        if self.target_name != "wheel" or wish == "0":
            return
        self._made = Path(tempfile.mkdtemp(prefix="ccmon-build-"))
        try:
            compiled = _compiled(Path(self.root), self._made, is_loud=wish == "1")
        except (Exception, SystemExit):  # whatever a compiler's absence looks like
            if wish == "1":
                raise
            return
        if version == "editable":
            shutil.copy(compiled, Path(self.root, PLACE, compiled.name))
        else:
            build_data["force_include"][str(compiled)] = f"ccmon_live/{PLACE}/{compiled.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{_platform()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take away what was only needed to make the wheel."""
        shutil.rmtree(getattr(self, "_made", ""), ignore_errors=True)


def digest_of_sources(root: Path) -> str:
    """Return what names the sources that a module was compiled from."""
    digest = sha256()
    for path in sorted((root / PLACE).glob("*.[ch]")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _compiled(root: Path, made: Path, *, is_loud: bool) -> Path:
    """Compile the module below a directory; raises whatever setuptools does where it cannot."""
    if platform.python_implementation() != "CPython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise RuntimeError("the native reader is for CPython with its lock")
    from setuptools import Distribution, Extension

    extension = Extension(
        MODULE,
        [str(root / PLACE / f"{MODULE}.c")],
        define_macros=[("CCMON_SOURCES", f'"{digest_of_sources(root)}"')],
        extra_compile_args=["/O2"] if sys.platform == "win32" else ["-O3", "-g0"],
        py_limited_api=True,
    )
    distribution = Distribution({"name": MODULE, "ext_modules": [extension]})
    command = distribution.get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(made / "lib"), str(made / "temp")
    command.ensure_finalized()
    with _silence(is_loud=is_loud):
        command.run()
    (compiled,) = (made / "lib").glob(f"{MODULE}*")
    return compiled


@contextmanager
def _silence(*, is_loud: bool) -> Iterator[None]:
    """Keep away what a compiler says, unless it is asked for."""
    if is_loud:
        yield
        return
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number in (1, 2):
            os.dup2(nowhere, number)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, known in zip((1, 2), kept, strict=True):
            os.dup2(known, number)
            os.close(known)
        os.close(nowhere)


def _platform() -> str:
    """Return the tag of this platform; a module compiled anywhere is not fit for `manylinux`."""
    from packaging.tags import platform_tags

    plain = (tag for tag in platform_tags() if not tag.startswith(("manylinux", "musllinux")))
    return next(plain)
