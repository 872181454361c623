"""Passwords of members, which only their hashes know."""

import asyncio
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody has this password")
"""Compared where there is no member of a name, so that the answer takes as long."""


async def hashed(password: str) -> str:
    return await asyncio.to_thread(HASHER.hash, password)


def matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def proof_of(password_hash: str) -> str:
    """What a session keeps of the password with which it was opened: another password has another proof."""
    return sha256(password_hash.encode()).hexdigest()
