"""What browsers are told, word by word: a page does nothing but its own, and the token of forms is read
by no script."""

from dataclasses import replace

import pytest

from handlers.web.protection import content_security_policy, form_tokens
from tests.house.town import Town


def test_a_page_does_nothing_but_its_own() -> None:
    own = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; form-action 'self'{}; base-uri 'none'; frame-ancestors {}"
    )
    assert content_security_policy("'none'") == own.format("", "'none'")
    assert content_security_policy("https://a.test", "https://b.test") == own.format(
        " https://b.test", "https://a.test"
    )


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_token_of_forms_is_read_by_no_script(town: Town, scheme: str, secure: bool) -> None:
    site = replace(town.services.site, base_url=f"{scheme}://panyu.test")
    assert form_tokens(site)["xsrf_cookie_kwargs"] == {"httponly": True, "samesite": "Lax", "secure": secure}
