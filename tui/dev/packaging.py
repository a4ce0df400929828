"""Makes the Homebrew formula and the Scoop manifest of what was built.

    python -m tui.dev.packaging dist

Both have the package installed from its published sdist or wheel into an environment of its own.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

from tui import __version__

_PAGE = "https://github.com/ccmon-live/ccmon"
_FILES = "https://files.pythonhosted.org/packages/source/c/ccmon-live"
_ABOUT = "Full-screen monitor of Claude Code's and other coding agents' usage"


def main(arguments: list[str]) -> int:
    """Write both beside the sdist in a directory; return the exit code."""
    place = Path(arguments[0] if arguments else "dist")
    sdist = next(place.glob(f"ccmon_live-{__version__}.tar.gz"), None)
    if sdist is None:
        print(f"There is no sdist of {__version__} in {place}: python -m build makes one.")
        return 1
    digest = sha256(sdist.read_bytes()).hexdigest()
    (place / "ccmon-live.rb").write_text(formula(sdist.name, digest), "utf-8")
    (place / "ccmon-live.json").write_text(manifest(sdist.name, digest), "utf-8")
    return 0


def formula(sdist: str, digest: str) -> str:
    """Return the formula; `brew update-python-resources` adds the libraries to it."""
    return f"""\
class CcmonLive < Formula
  include Language::Python::Virtualenv

  desc "{_ABOUT}"
  homepage "{_PAGE}"
  url "{_FILES}/{sdist}"
  sha256 "{digest}"
  license "MIT"

  depends_on "python@3.14"

  def install
    virtualenv_install_with_resources
    generate_completions_from_executable(bin/"ccmon", "completion", shells: [:bash, :zsh, :fish])
    (man1/"ccmon.1").write Utils.safe_popen_read(bin/"ccmon", "help", "--man")
  end

  test do
    assert_match version.to_s, shell_output("#{{bin}}/ccmon --version")
  end
end
"""


def manifest(sdist: str, digest: str) -> str:
    """Return the manifest."""
    made = {
        "version": __version__,
        "description": _ABOUT,
        "homepage": _PAGE,
        "license": "MIT",
        "depends": "uv",
        "url": f"{_FILES}/{sdist}",
        "hash": digest,
        "installer": {
            "script": [
                '$env:UV_TOOL_DIR = "$dir\\tools"',
                '$env:UV_TOOL_BIN_DIR = "$dir\\bin"',
                f'uv tool install "$dir\\{sdist}"',
            ]
        },
        "bin": ["bin\\ccmon.exe"],
        "checkver": {"github": _PAGE},
    }
    return json.dumps(made, indent=4) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
