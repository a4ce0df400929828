"""The hash of ids, prices and fingerprints, taken from where `hashlib` has it.

`hashlib` itself loads OpenSSL, which takes longer than all that a short command hashes.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

__all__ = ["blake2b"]
