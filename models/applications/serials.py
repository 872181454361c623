"""申请流水号: the one number of an application (article 11).

`YYYYMMDD`, ten random characters (50 bits), and a check character of ISO/IEC 7064 MOD 37,36 over all
before it. It sorts by day, and the next one cannot be guessed.
"""

import re
import secrets
from datetime import date

from stdnum.iso7064 import mod_37_36

from models.errors import BadInput
from models.typed import narrow


class SerialInvalid(BadInput):
    code = "serial_invalid"
    message = "申请流水号有误，请核对回执后重新输入"
    field = "serial"


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U, which are misread or misspell."""
RANDOM = 10
LONGEST = 2000
"""Characters in which a serial number is looked for: more than a message or an address has."""
SOUGHT = re.compile(r"(?<![0-9A-Z])(?=([0-9](?:[\s.·-]*[0-9A-Z]){18})(?![0-9A-Z]))")
"""What may be one: as many characters, with nothing but spaces, dots and hyphens between them."""
PATTERN = re.compile(rf"[0-9]{{8}}[{ALPHABET}]{{{RANDOM}}}[0-9A-Z]")


def new_serial(day: date) -> str:
    body = f"{day:%Y%m%d}" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return body + str(mod_37_36.calc_check_digit(body))


def check_serial(text: str) -> str:
    """The serial number that was typed, in its normal form: alone, behind its label, or in a sentence.

    Raises:
        BadInput: `serial_invalid`.
    """
    if len(text) > LONGEST:
        raise SerialInvalid
    for found in SOUGHT.finditer(narrow(text).upper()):
        serial = re.sub("[^0-9A-Z]", "", found[1])
        if PATTERN.fullmatch(serial) and mod_37_36.is_valid(serial):
            return serial
    raise SerialInvalid


def sought_serial(text: str) -> str:
    """What to look for where staff typed or scanned something; what cannot be a serial is not found."""
    try:
        return check_serial(text)
    except SerialInvalid:
        return ""
