"""What the demo has of the blacklist: a flag to look at, a decision in force, and one with an appeal.

Both who are listed live in the simulator: who binds there as one of them sees the decision. All is made
through the models, each step at a time in the past, like the cases (`cases`).
"""

from dataclasses import dataclass
from datetime import datetime

from models.blacklist import PAPER, FlagReason, Ground
from models.events import Channel
from models.people import Party
from models.schedule import Due
from models.serving import Paper
from models.stores import Stores
from wechat_backend.demo.cases import CONCLUDED, FENG, a_paper
from wechat_backend.demo.scene import Person, Scene, bound
from wechat_backend.worker.serving import serve_ban

LISTED = Person("demo-listed-a", "演示甲", "440113199003073011", "13900010093")
APPEALING = Person("demo-listed-b", "演示乙", "440113198809156049", "13900010094")
PEOPLE = (LISTED, APPEALING)
FLAGS, PROPOSES, CONFIRMS, ANSWERS = "reviewer", "management", "management2", "management3"
"""The members of staff; the last one has no part in either decision, and can answer the appeal."""
SEEN = "老人家属来电反映，申请所附照片不是本人，经比对登记照片确有出入，请核实。（演示）"
FACTS = {
    LISTED: "申请时提交的居住证明，经向出具单位核实，该单位没有出具过。（演示）",
    APPEALING: "以同一份伪造的劳动合同先后三次申请同一事项。（演示）",
}
WORDS = "合同是中介代为准备的，本人不知道是伪造的，附上与中介的聊天记录，请求撤销。（演示）"


async def make_once(stores: Stores, now: datetime) -> bool:
    """Make it where there are no decisions yet; False where there are. The staff are enrolled and the cases
    made; without them there is no flag."""
    if await stores.bans.documents.find_one({}, {"_id": 1}):
        return False
    demo = _Demo(stores, now)
    await demo.flag()
    await demo.list(LISTED, Ground.FALSEHOOD)
    await demo.appeal(await demo.list(APPEALING, Ground.FALSEHOOD), APPEALING)
    return True


@dataclass(frozen=True)
class _Demo(Scene):
    async def flag(self) -> None:
        """By the department, about one of its cases."""
        party = await self.party(FENG)
        mine = await self.stores.applications.of_applicant(party.id)
        about = [one["_id"] for one in mine if one["item_name"] == CONCLUDED.item]
        if about:
            member, by = await self.stores.staff.get(FLAGS), self.by(f"staff:{FLAGS}", 1)
            flags, reason = self.stores.flags, FlagReason.FALSE_MATERIALS
            with a_paper() as file:
                await flags.raise_by_member(member, party.id, reason, about, SEEN, by, file)

    async def list(self, person: Person, ground: Ground) -> str:
        """Proposed by one, confirmed by another, and opened by the person on the own page; its id."""
        party, decisions, staff = await self.party(person), self.stores.decisions, self.stores.staff
        proposes, by = await staff.get(PROPOSES), self.by(f"staff:{PROPOSES}", 5)
        with a_paper() as file:
            ban = await decisions.propose(party.id, proposes, ground, FACTS[person], [], by, file=file)
        key = ban["_id"]
        await decisions.confirm(key, await staff.get(CONFIRMS), self.by(f"staff:{CONFIRMS}", 4))
        await self.serve(key)
        by = self.by(f"applicant:{party.id}", 3, Channel.MINIPROGRAM)
        await decisions.opened(key, party, by)
        await self.stores.servings.opened(Paper.BAN, key, by)
        return key

    async def serve(self, key: str) -> None:
        """As the worker begins to, when it finds the plan of the confirmation."""
        ban = await self.stores.bans.documents.find_one({"_id": key}, {"events": 1})
        by = self.by("system", 4, Channel.SYSTEM)
        due = Due(f"{ban['events'][-1]['id']}:{PAPER}", PAPER, key, by.at, 1, "demo")
        await serve_ban(self.stores, due, by)

    async def appeal(self, key: str, person: Person) -> None:
        party, appeals = await self.party(person), self.stores.appeals
        by = self.by(f"applicant:{party.id}", 1, Channel.MINIPROGRAM)
        await appeals.appeal(key, party, WORDS, by)
        with a_paper() as file:
            await appeals.attach(key, party, file, by)

    async def party(self, person: Person) -> Party:
        return await bound(self.stores, person, self.by("system", 10, Channel.MINIPROGRAM))
