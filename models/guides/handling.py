"""The ways in which an item is handled, and the words for each wherever it is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Handling(StrEnum):
    """How an item is handled (article 12)."""

    FORM_GENERATION = "form_generation"  # 生成表单
    PRE_ACCEPTANCE = "pre_acceptance"  # 需补盖章的网办预受理
    FULLY_ONLINE = "fully_online"  # 全流程网办


@dataclass(frozen=True, kw_only=True)
class Words:
    """`short` is a label in a list and `long` a line of a page, both translated; the chat is in Chinese
    only."""

    short: str
    long: str
    in_chat: str


HANDLING: Mapping[str, Words] = {
    Handling.FORM_GENERATION: Words(
        short="网上填表",
        long="生成表单：网上填表，打印后办理",
        in_chat="网上填表，打印后办理",
    ),
    Handling.PRE_ACCEPTANCE: Words(
        short="网上预受理",
        long="网办预受理：网上先审，到场一次签字盖章",
        in_chat="网上预受理，来一次签字盖章",
    ),
    Handling.FULLY_ONLINE: Words(
        short="全程网办",
        long="全流程网办：全部在网上办理",
        in_chat="全程网上办",
    ),
}
