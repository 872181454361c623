"""For whom something is done, by whom, and from which account."""

from dataclasses import dataclass

from models.people.applicants import Applicant


@dataclass(frozen=True)
class Party:
    """`applicant` is the 服务对象; `agent` the person at the screen (the same one, unless for a body)."""

    applicant: Applicant
    agent: Applicant
    account: str

    @property
    def for_body(self) -> bool:
        """Whether the agent acts for an enterprise or organization."""
        return self.applicant["_id"] != self.agent["_id"]

    @property
    def id(self) -> str:
        return self.applicant["_id"]
