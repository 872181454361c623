"""For whom something is done, by whom, and from which account."""

from dataclasses import dataclass

from models.store import Document


@dataclass(frozen=True)
class Party:
    """`applicant` is the 服务对象; `agent` the person at the screen (the same one, unless for a body)."""

    applicant: Document
    agent: Document
    account: str

    @property
    def id(self) -> str:
        return str(self.applicant["_id"])
