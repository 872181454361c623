"""Passwords of members, which only their hashes know, and what a password must be like."""

import asyncio
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from models.errors import BadInput

HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody has this password")
"""Compared where there is no member of a name, so that the answer takes as long."""

SHORTEST, LONGEST = 10, 200
"""Characters of a password."""
BESIDE_A_NAME = 5
"""Characters that a password has at least besides the name of its member."""
COMMON = """
    1234567890 0123456789 0987654321 9876543210 12345678910 123456789a 123456789q a123456789
    q123456789 1234567891 1234554321 1122334455 5201314520 1314520520 1qaz2wsx3edc qwertyuiop
    qwerty12345 qwerty123456 1q2w3e4r5t 1q2w3e4r5t6y qazwsxedcrfv asdfghjkl; zxcvbnm123 password12
    password123 password1234 passw0rd123 p@ssw0rd123 administrator admin12345 admin123456 admin@12345
    admin@123456 welcome123 woaini1314 woaini5201314 iloveyou123 abcd123456 abc1234567 aa12345678
    qq12345678 guangzhou123 panyu12345 panyu123456 changeme123 letmein123 computer123
"""
COMMONEST = frozenset(COMMON.split())
"""The first that anyone tries, in small letters."""
ONE_TIME = "23456789abcdefghjkmnpqrstuvwxyz"
"""Characters of a one-time password: none looks like another."""

ONE_TIME_LASTS = timedelta(days=7)
"""For so long a one-time password lets in."""


class PasswordShort(BadInput):
    code = "password_short"
    message = "密码应为{shortest}至{longest}个字符"
    field = "password"


class PasswordCommon(BadInput):
    code = "password_common"
    message = "这个密码太常见，请换一个"
    field = "password"


class PasswordNamed(BadInput):
    code = "password_named"
    message = "密码不能只由用户名或姓名加几个字符组成，请换一个"
    field = "password"


def check_password(password: str, *names: str) -> None:
    """A member called by these names (user name, name) may have this password.

    Raises:
        PasswordShort: or too long.
        PasswordCommon: everybody's first guess, or the same few characters again and again.
        PasswordNamed: it is little more than one of the names.
    """
    plain = password.casefold()
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordShort(shortest=SHORTEST, longest=LONGEST)
    if plain in COMMONEST or len(set(plain)) <= 3:
        raise PasswordCommon
    for name in names:
        rest = plain.replace(name.casefold(), "")
        if name and rest != plain and len(rest) < BESIDE_A_NAME:
            raise PasswordNamed


def one_time_password() -> str:
    """A new password of 77 bits, easy to read aloud, to be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(ONE_TIME) for _ in range(4)) for _ in range(4))


def is_over(one_time: datetime | None, now: datetime) -> bool:
    """Whether a password is a one-time one that was given too long ago; None for a member's own."""
    return one_time is not None and now - one_time >= ONE_TIME_LASTS


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
