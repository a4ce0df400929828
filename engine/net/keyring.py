"""Secrets in the system's keyring, where the Python package `keyring` finds a safe one."""

from __future__ import annotations

import importlib
import sys
from typing import Any

_LEAST_PRIORITY = 1
"""What `keyring` recommends; what is below it is not a store, or not safe."""


def put_in_keyring(service: str, account: str, secret: str) -> bool:
    """Keep a secret instead of any before; return whether there is a keyring that took it."""
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(service, account, secret)
    except _failures(keyring):
        return False
    return True


def of_keyring(service: str, account: str) -> str:
    """Return a secret, empty where none is kept."""
    keyring = _keyring()
    if keyring is None:
        return ""
    try:
        return keyring.get_password(service, account) or ""
    except _failures(keyring):
        return ""


def take_from_keyring(service: str, account: str) -> None:
    """Forget a secret, where one is kept."""
    keyring = _keyring()
    if keyring is None:
        return
    try:
        keyring.delete_password(service, account)
    except _failures(keyring):
        return


def _failures(keyring: Any) -> tuple[type[Exception], ...]:
    """Return what a store's failure is: its own, the system's, or that of Windows' library."""
    native = sys.modules.get("win32ctypes.pywin32.pywintypes")
    return keyring.errors.KeyringError, OSError, getattr(native, "error", OSError)


def _keyring() -> Any:
    """Return the package where it is installed and has a safe store, else `None`."""
    try:
        keyring: Any = importlib.import_module("keyring")
        return keyring if keyring.get_keyring().priority >= _LEAST_PRIORITY else None
    except (ImportError, RuntimeError):
        return None
