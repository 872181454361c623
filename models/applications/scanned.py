"""The address in a receipt's QR: made, and read again where a scanner types it."""

from models.applications.serials import check_serial
from models.errors import BadInput
from models.typed import narrow


class ForeignAddress(BadInput):
    code = "address_foreign"
    message = "这不是申请回执上的二维码，请扫描回执上的二维码，或输入申请流水号"
    field = "serial"


def receipt_address(base_url: str, serial: str) -> str:
    """What the QR of a receipt says."""
    return f"{base_url}/verify/{serial}"


def scanned_serial(text: str, base_url: str) -> str:
    """The serial number that was typed, or that a scanner read: it types what the QR says. Of two addresses
    the last one counts, since a second scan goes behind the first.

    Raises:
        BadInput: `serial_invalid`; `address_foreign`: an address that is on no receipt of ours.
    """
    _, scheme, scanned = narrow(text).lower().rpartition("://")
    if not scheme:
        return check_serial(text)
    _, _, ours = receipt_address(base_url, "").lower().rpartition("://")
    if not scanned.startswith(ours):
        raise ForeignAddress
    return check_serial(scanned.removeprefix(ours))
