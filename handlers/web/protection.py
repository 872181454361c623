"""What the browser is told, so that no other site can act or listen in a visitor's name."""

from enum import StrEnum
from functools import lru_cache
from typing import Any

from handlers.web.site import Site

HOST = "__Host-"
NOBODY = "'none'"
"""In a CSP source list."""


class Cookie(StrEnum):
    """All that a page keeps in a browser."""

    SESSION = "session"
    ARRIVAL = "arrival"
    LANGUAGE = "language"
    ELDER = "elder"
    FORM = "_xsrf"
    STAFF = "staff"
    DEVICE = "device"
    SAID = "said"
    PLACE = "place"
    KIOSK = "kiosk"
    DEVICE_SESSION = "device_session"
    PERSON = "person"  # the session at a kiosk: no other page has it
    PAIRING = "pairing"


STAYING = frozenset(
    {Cookie.STAFF, Cookie.DEVICE, Cookie.SAID, Cookie.PLACE, Cookie.KIOSK, Cookie.DEVICE_SESSION}
)
"""They are no citizen's, but of staff, or of the kiosk: the end of a citizen's session leaves them."""


def cookie_name(site: Site, cookie: Cookie) -> str:
    """`__Host-` where the site is on https, so that no other host can set it."""
    return f"{HOST}{cookie}" if site.secure else cookie


def form_tokens(site: Site) -> dict[str, Any]:
    """Tornado's settings for the token that every form carries."""
    return {
        "xsrf_cookies": True,
        "xsrf_cookie_name": cookie_name(site, Cookie.FORM),
        "xsrf_cookie_kwargs": {"httponly": True, "samesite": "Lax", "secure": site.secure},
    }


@lru_cache(maxsize=64)
def content_security_policy(frame_ancestors: str, forms: str = "") -> str:
    """What a page may load and do.

    Args:
        frame_ancestors: who may show it in a frame, as a CSP source list.
        forms: origins besides its own to which its forms may lead; browsers hold redirects after a form to
            it too.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            f"form-action 'self' {forms}".rstrip(),
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )
