"""What people type, before it is judged: one number or code has one form, so that it has one index."""

import unicodedata


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as ASCII; digits of other scripts stay what they are."""
    return unicodedata.normalize("NFKC", text)
