"""What every handler is given: the stores, and what handlers alone need."""

from dataclasses import dataclass
from typing import Self

from handlers.web.site import Site
from models.people import Identity
from models.stores import Stores


@dataclass(frozen=True, kw_only=True)
class Services(Stores):
    """`identity` is asked, while a visitor waits, whom a code of WeChat's stands for."""

    site: Site
    identity: Identity

    @classmethod
    def over(cls, stores: Stores, *, site: Site, identity: Identity) -> Self:
        return cls(**vars(stores), site=site, identity=identity)
