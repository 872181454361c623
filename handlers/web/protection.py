"""What the browser is told, so that no other site can act or listen in a visitor's name."""

from typing import Any

from handlers.web.site import Site


def cookie_name(site: Site, name: str) -> str:
    """`__Host-` where the site is on https, so that no other host can set it."""
    return f"__Host-{name}" if site.secure else name


def form_tokens(site: Site) -> dict[str, Any]:
    """Tornado's settings for the token that every form carries."""
    return {
        "xsrf_cookies": True,
        "xsrf_cookie_name": cookie_name(site, "_xsrf"),
        "xsrf_cookie_kwargs": {"httponly": True, "samesite": "Lax", "secure": site.secure},
    }


def content_security_policy(frame_ancestors: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {frame_ancestors}",
        )
    )
