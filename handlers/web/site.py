"""What pages say and link to."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Site:
    """What pages say and link to; `frame_ancestors` is a CSP source list."""

    base_url: str
    help_phone: str
    wechat_appid: str
    oauth_url: str
    demo: bool = False
    frame_ancestors: str = "'none'"

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https:")

    @property
    def origin(self) -> str:
        """As browsers name it: scheme, host and port."""
        return origin_of(self.base_url)

    @property
    def sign_in_origin(self) -> str:
        """Of the platform at which visitors sign in."""
        return origin_of(self.oauth_url)


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))
