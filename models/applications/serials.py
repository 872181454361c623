"""申请流水号: the sole mark of an application (article 11).

`YYYYMMDD`, ten random characters (50 bits), and a check character of ISO/IEC 7064 MOD 37,36 over all
before it. Sortable by day; nobody can count through them.
"""

import re
import secrets
from datetime import date

from stdnum.iso7064 import mod_37_36

from models.errors import BadInput
from models.typed import half_width


class SerialInvalid(BadInput):
    code = "serial_invalid"
    message = "申请流水号有误，请核对回执后重新输入"
    field = "serial"


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are misread or misspell."""
RANDOM = 10
PATTERN = re.compile(rf"[0-9]{{8}}[{ALPHABET}]{{{RANDOM}}}[0-9A-Z]")


def new_serial(day: date) -> str:
    body = f"{day:%Y%m%d}" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return body + str(mod_37_36.calc_check_digit(body))


def check_serial(text: str) -> str:
    """The serial number that somebody typed, in its normal form.

    Raises:
        BadInput: `serial_invalid`.
    """
    normal = re.sub(r"[\s-]", "", half_width(text)).upper()
    if not PATTERN.fullmatch(normal) or not mod_37_36.is_valid(normal):
        raise SerialInvalid
    return normal
