"""The keys of devices, in one file: what a real machine keeps in its own hardware."""

import secrets
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from pydantic import BaseModel, TypeAdapter

from simulator.devices.manners import Manner


class Kept(BaseModel):
    """One device: the keys are PEM; `following` was offered, and is in force with its first use."""

    manner: Manner
    key: str
    following: str = ""


FILE = TypeAdapter(dict[str, Kept])


class Devices:
    """By kiosk; nothing where there is no file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.of: dict[str, Kept] = FILE.validate_json(file.read_bytes()) if file.exists() else {}

    def add(self, kiosk: str, manner: Manner) -> bytes:
        """A new device, which behaves in its manner: its public key (SPKI, DER)."""
        key = new_key()
        self.of[kiosk] = Kept(manner=manner, key=key)
        self.write()
        return public(key)

    def write(self) -> None:
        """Replace the file in one step; only its owner may read it."""
        new = self.file.with_name(f"{self.file.name}.new")
        new.touch(mode=0o600)
        new.write_bytes(FILE.dump_json(self.of))
        new.replace(self.file)


def new_key() -> str:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public(key: str) -> bytes:
    return _loaded(key).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def proof(key: str, kiosk: str, path: str, body: bytes, timestamp: int) -> dict[str, str]:
    """The headers by which a device proves who sends a POST."""
    nonce = secrets.token_urlsafe(18)
    message = "\n".join(("POST", path, str(timestamp), nonce, sha256(body).hexdigest()))
    r, s = decode_dss_signature(_loaded(key).sign(message.encode(), ECDSA(SHA256())))
    signature = b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()
    return {
        "X-Kiosk": kiosk,
        "X-Timestamp": str(timestamp),
        "X-Nonce": nonce,
        "X-Signature": signature,
    }


def _loaded(key: str) -> EllipticCurvePrivateKey:
    found = load_pem_private_key(key.encode(), None)
    assert isinstance(found, EllipticCurvePrivateKey)
    return found
