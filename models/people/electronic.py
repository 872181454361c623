"""Whether one has agreed to be served papers by WeChat and SMS (电子送达), and to which words."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.events import Cause, Event
from models.people.applicants import AGREED, REVOKED, Agreement, Applicant, Applicants
from models.store import ChangedMeanwhile, Document


class Wording(StrEnum):
    """A version of the words that one agrees to. Versions are added, never changed."""

    V2026_11 = "2026-11"


CURRENT_WORDING = Wording.V2026_11
WORDINGS: Mapping[Wording, tuple[str, ...]] = {
    Wording.V2026_11: (
        "我同意办事部门通过微信消息和我登记的手机号码短信，向我送达不予受理通知、决定等法律文书。",
        "微信或者短信通道报告已送达的时间为送达时间；我在本平台打开文书的，打开的时间为送达时间。",
        "不同意不影响申请和办理，文书改由工作人员打电话或者邮寄送达。",
        "同意后可以随时在个人中心撤回；撤回以前已经送达的文书仍然有效。",
    ),
}


def agreed_now(applicant: Applicant) -> bool:
    return bool((kept := applicant.get("agreements")) and kept[0]["agreed"])


def agreed_at(applicant: Applicant, moment: datetime) -> bool:
    """Whether electronic service was agreed to at a moment."""
    before = [one for one in applicant.get("agreements", ()) if one["at"] <= moment]
    return bool(before) and before[0]["agreed"]


@dataclass(frozen=True)
class ElectronicService:
    """Asked at the binding, at each hand-in and on the own page; not agreeing bars nothing."""

    applicants: Applicants

    async def agree(self, applicant: str, wording: Wording, by: Cause) -> Applicant:
        """Keep that one agrees to these words; agreeing to the same words again changes nothing."""
        there = {"agreements.0.agreed": True, "agreements.0.wording": wording.value}
        with suppress(ChangedMeanwhile):
            return await self._keep(applicant, True, wording, by, {"$nor": [there]})
        return await self.applicants.get(applicant)

    async def revoke(self, applicant: str, by: Cause) -> Applicant:
        """Take the agreement back; what was served before stays served. Doing it again changes nothing."""
        found = await self.applicants.get(applicant)
        if not agreed_now(found):
            return found
        wording = found["agreements"][0]["wording"]
        with suppress(ChangedMeanwhile):
            return await self._keep(applicant, False, Wording(wording), by, {"agreements.0.agreed": True})
        return await self.applicants.get(applicant)

    def export(self, applicant: Applicant) -> list[Agreement]:
        """Each agreement and revocation, the latest first, for the person it is about."""
        return list(applicant.get("agreements", ()))

    async def _keep(
        self,
        key: str,
        agreed: bool,
        wording: Wording,
        by: Cause,
        expects: Document,
    ) -> Applicant:
        kept = {
            "agreed": agreed,
            "wording": wording.value,
            "at": by.at,
            "channel": by.channel.value,
            "by": by.actor,
        }
        return await self.applicants.change(
            key,
            expects=expects,
            update={"$push": {"agreements": {"$each": [kept], "$position": 0}}},
            event=Event(AGREED if agreed else REVOKED, key, by, {"wording": wording.value}),
            otherwise=ChangedMeanwhile,
        )
