"""For whom something is done, by whom, and from which account."""

from dataclasses import asdict, dataclass
from typing import Any

from models.errors import Conflict, NotFound
from models.people.applicants import Applicant
from models.people.credentials import ApplicantKind
from models.people.same import known_by
from models.privacy import Privacy


@dataclass(frozen=True)
class Acting:
    """As whom a person may act: for a `body`, whose name registers publish, or, where it is None, for
    oneself, with the name masked."""

    body: str | None
    name: str
    kind: ApplicantKind


class NotTheirs(NotFound):
    """There is none, or it is that of `owner`, another applicant, of whom the party is told nothing."""

    def __init__(self, owner: str | None = None) -> None:
        super().__init__()
        self.owner = owner


class OtherRole(Conflict):
    """It belongs to another role of the same person."""

    code = "other_role"
    message = "这件事是以“{name}”的身份办理的，请切换身份后继续"

    def __init__(self, role: Acting) -> None:
        super().__init__(name=role.name if role.body else "本人")
        self.body, self.role = role.body, role

    @property
    def details(self) -> dict[str, Any]:
        return {"acting": [asdict(self.role)]}


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
    def people(self) -> tuple[Applicant, ...]:
        """Both, or the one who acts for themselves."""
        return (self.applicant, self.agent) if self.for_body else (self.agent,)

    @property
    def id(self) -> str:
        return self.applicant["_id"]


def party_known_by(privacy: Privacy, party: Party) -> list[str]:
    """As `known_by`, of whom is applied for and of the person who acts."""
    return list(dict.fromkeys(key for one in party.people for key in known_by(privacy, one)))
