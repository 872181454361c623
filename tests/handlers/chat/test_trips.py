"""How often a step of a conversation asks the database: WeChat waits no longer than five seconds."""

from tests.handlers.chat.test_talk import EVERYWHERE, FAR_HALL
from tests.handlers.test_round_trips import watched
from tests.house.guides import plain_guide
from tests.house.wechat import USER, Peer, message

STEPS = (
    ("预约居住证签注 明天", 12),
    ("1", 10),
    ("上午九点", 9),
    ("1", 14),
    ("我的预约", 9),
    ("改到后天上午十点", 11),
    ("1", 15),
)
"""What is said, and how many calls its answer may take: four are for knowing who writes and for answering
once, and of what is chosen each thing is read once."""


async def test_no_step_asks_for_anything_twice(peer: Peer) -> None:
    await peer.furnish(plain_guide(1, **EVERYWHERE, places=["district", "far"]))
    await peer.stores.halls.put(FAR_HALL, peer.by())
    await peer.applicant(openid=USER)
    await peer.say(message("预约"))
    counted = []
    for said, _ in STEPS:
        async with watched(peer) as calls:
            await peer.say(message(said))
        counted.append((said, sum(calls.values())))
    assert counted == list(STEPS)
