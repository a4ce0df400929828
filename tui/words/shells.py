"""Commands as people type them in the shell of their system."""

from __future__ import annotations

from engine.domain.system import PLATFORM


def setting(name: str, value: str, platform: str = PLATFORM) -> str:
    """Return the line that sets a variable for what is started later: POSIX's or PowerShell's."""
    if platform == "win32":
        return f"$env:{name} = '{value}'"
    return f"export {name}={value}"


def with_variable(name: str, value: str, command: str, platform: str = PLATFORM) -> str:
    """Return the line that runs a command with a variable set."""
    if platform == "win32":
        return f"{setting(name, value, platform)}; {command}"
    return f"{name}={value} {command}"


def example_path(below: str, platform: str = PLATFORM) -> str:
    """Return an absolute path as an example: one below the root, on Windows below a drive."""
    if platform == "win32":
        return "C:\\" + below.replace("/", "\\")
    return f"/{below}"
