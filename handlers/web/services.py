"""What every handler is given: the stores, and what handlers alone need."""

from dataclasses import dataclass, field
from typing import Self

from handlers.web.parts import Parts
from handlers.web.site import Site
from models.pairings import SceneCodes, SceneCodesUnavailable
from models.people import Identity
from models.stores import Stores


@dataclass(frozen=True, kw_only=True)
class Services(Stores):
    """While a visitor waits, `identity` is asked whom a code of WeChat's stands for, and `scenes` for a QR
    whose scan is told to us."""

    site: Site
    identity: Identity
    scenes: SceneCodes
    parts: Parts = field(default_factory=Parts)

    @classmethod
    def over(
        cls, stores: Stores, *, site: Site, identity: Identity, scenes: SceneCodes | None = None
    ) -> Self:
        return cls(**vars(stores), site=site, identity=identity, scenes=scenes or NoScenes())


class NoScenes:
    """An account without such QRs."""

    async def scene_code(self, scene: str, seconds: int) -> str:  # noqa: ARG002
        raise SceneCodesUnavailable
