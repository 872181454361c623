"""Seals (encrypts) personal data, and finds it again by a keyed hash.

A sealed text is `key id . base64(nonce + AES-256-GCM ciphertext)`; its `context` (what the text is
and whose) is authenticated with it, so that a sealed value cannot be moved to another place. A keyed
hash (HMAC-SHA256) finds equal values without opening them.
"""

import hmac
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, TypedDict

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class Sealed(TypedDict):
    """A value that a document holds sealed: its JSON."""

    sealed: str


class Privacy:
    """`keys` maps a key id to 32 bytes, the first one seals and all of them open; `index_key` hashes."""

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        self.current = next(iter(keys))
        self.ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.index_key = index_key

    def seal(self, text: str, context: str) -> str:
        return f"{self.current}.{urlsafe_b64encode(self.seal_bytes(text.encode(), context)).decode()}"

    def open(self, sealed: str, context: str) -> str:
        """The text that was sealed.

        Raises:
            cryptography.exceptions.InvalidTag: the value or its context is not what was sealed.
        """
        key, _, body = sealed.partition(".")
        raw = urlsafe_b64decode(body)
        return self.ciphers[key].decrypt(raw[:NONCE], raw[NONCE:], context.encode()).decode()

    def sealed(self, value: Any, context: str) -> Sealed:
        """A value as a document holds it."""
        return {"sealed": self.seal(json.dumps(value), context)}

    def opened(self, kept: Sealed, context: str) -> Any:
        """The value that was sealed; see `open`."""
        return json.loads(self.open(kept["sealed"], context))

    def seal_bytes(self, content: bytes, context: str) -> bytes:
        """For files: nonce + ciphertext under the current key, whose id the caller keeps beside it."""
        nonce = os.urandom(NONCE)
        return nonce + self.ciphers[self.current].encrypt(nonce, content, context.encode())

    def open_bytes(self, sealed: bytes, context: str, key: str) -> bytes:
        return self.ciphers[key].decrypt(sealed[:NONCE], sealed[NONCE:], context.encode())

    def index(self, text: str, purpose: str) -> str:
        """A keyed hash of `text`; hashes of different purposes cannot be compared."""
        return hmac.new(self.index_key, f"{purpose}\0{text}".encode(), sha256).hexdigest()
