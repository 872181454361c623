"""People of the simulator, as the tests meet them."""

from models.people.parties import Party
from simulator import Running
from simulator.people import Person
from tests.wechat_backend.worker.world import World


def somebody(simulator: Running, key: str) -> Person:
    found = simulator.simulator.people.person(key)
    assert found
    return found


async def li_follows(simulator: Running, world: World) -> Party:
    """Li follows in the chat, and is bound."""
    li = somebody(simulator, "li")
    push = await simulator.simulator.wechat.follow(li)
    assert push
    assert push.outcome == "replied"
    openid = simulator.simulator.wechat.ids.openid("li")
    account = await world.services.accounts.documents.find_one({"openid": openid})
    assert account["following"] is True
    person = await world.bind(account, li.phone, li.credentials[0].number)
    return Party(person, person, account["_id"])
