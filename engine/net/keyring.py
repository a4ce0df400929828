"""Secrets in the system's keyring, where the Python package `keyring` finds a safe one."""

from __future__ import annotations

import importlib
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
    except keyring.errors.KeyringError:
        return False
    return True


def of_keyring(service: str, account: str) -> str:
    """Return a secret, empty where none is kept."""
    keyring = _keyring()
    if keyring is None:
        return ""
    try:
        return keyring.get_password(service, account) or ""
    except keyring.errors.KeyringError:
        return ""


def take_from_keyring(service: str, account: str) -> None:
    """Forget a secret, where one is kept."""
    keyring = _keyring()
    if keyring is None:
        return
    try:
        keyring.delete_password(service, account)
    except keyring.errors.KeyringError:
        return


def _keyring() -> Any:
    """Return the package where it is installed and has a safe store, else `None`."""
    try:
        keyring: Any = importlib.import_module("keyring")
        return keyring if keyring.get_keyring().priority >= _LEAST_PRIORITY else None
    except (ImportError, RuntimeError):
        return None
