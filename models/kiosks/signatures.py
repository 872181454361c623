"""The keys of devices (ECDSA, P-256), and their signatures."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from models.errors import BadInput


class DeviceKeyInvalid(BadInput):
    code = "device_key_invalid"
    message = "设备公钥须为P-256公钥（SPKI）"
    field = "public_key"


HALF = 32
"""Bytes of each half of a P1363 signature."""


def _loaded(spki: bytes) -> EllipticCurvePublicKey | None:
    try:
        key = load_der_public_key(spki)
    except Exception:  # what OpenSSL makes of strange bytes has many names
        return None
    return key if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1) else None


def check_key(spki: bytes) -> None:
    """
    Raises:
        BadInput: `device_key_invalid`.
    """
    if _loaded(spki) is None:
        raise DeviceKeyInvalid


def is_signed(spki: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a P1363 signature (64 bytes) over `message` was made with the key."""
    key = _loaded(spki)
    if key is None or len(signature) != 2 * HALF:
        return False
    r, s = (int.from_bytes(half) for half in (signature[:HALF], signature[HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True
