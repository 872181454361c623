"""The facts of notices about a binding that has changed."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME


@dataclass(frozen=True)
class ApplicantFacts(Facts):
    """`time` is that of the event."""

    time: str


async def about_applicant(stores: Stores, delivery: Delivery, event: KeptEvent) -> Gathered:
    """To the account that lost the binding, or that is bound while the phone was changed at a window; or to
    the phone of before, whose owner may not know of the change."""
    facts = ApplicantFacts(time=local(event["at"], TIME))
    if delivery["notice"] == "former_phone":
        old = stores.applicants.former_phone(event["about"], event["data"]["old_phone"])
        return Gathered(facts, phone=old)
    applicant = await stores.applicants.get(event["about"])
    return Gathered(
        facts,
        account=event["data"].get("old_account") or applicant["account"],
        phone=stores.applicants.phone(applicant),
    )
