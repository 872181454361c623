"""WeChat's parametric codes (带参数二维码): who scans one gets a message of the account, and a newcomer
follows it. The gateway answers; handlers get it as an argument."""

from typing import Protocol

from models.errors import Unavailable


class SceneCodesUnavailable(Unavailable):
    code = "scene_codes_unavailable"
    message = "微信二维码暂时无法使用，请稍后再试"


class SceneCodes(Protocol):
    """WeChat allows 100,000 a day: one is asked for by a touch alone."""

    async def scene_code(self, scene: str, seconds: int) -> str:
        """What a QR must say so that its scan brings `scene` (at most 64 characters) within so many seconds.

        Raises:
            Unavailable: `scene_codes_unavailable`.
        """


PREFIX = "pair_"


def scene_of(code: str) -> str:
    """The scene of a pairing's code."""
    return f"{PREFIX}{code}"
