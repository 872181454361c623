"""服务对象 bound by their real name (article 7): persons, and the bodies for which agents act."""

from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar, NotRequired, TypedDict
from uuid import uuid4

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import BadInput, Conflict, NotFound, Refused
from models.events import Cause, Channel, Event
from models.people.credentials import RULES, ApplicantKind, Credential, CredentialKind
from models.people.masks import NAMES, mask_number, mask_phone
from models.people.same import known_by
from models.privacy import Privacy
from models.store import Database, Document, Record, Store, unique_text
from models.together import Finds


class PhoneDiffers(Refused):
    code = "phone_differs"
    message = "请使用该证件登记时的手机号码接收验证码；号码已停用的，请带证件到窗口更新后再绑定"


class BindingRaced(Conflict):
    code = "binding_raced"
    message = "该证件正在办理绑定，请稍后再试"


class ApplicantNotFound(NotFound):
    code = "applicant_not_found"
    message = "没有找到该服务对象"


class AlreadyVerified(Conflict):
    code = "already_verified"
    message = "该证件已以“{name}”认证，与所填姓名不一致，请核对证件"


class RevealNeedsReason(BadInput):
    code = "reason_required"
    message = "请填写查看完整信息的理由"
    field = "reason"


class AccountBound(Conflict):
    code = "account_bound"
    message = "当前微信已绑定其他身份，请先在个人中心解除绑定"


class NotBoundToAccount(Conflict):
    code = "not_bound"
    message = "当前微信没有绑定该身份"


class KeptCredential(TypedDict):
    """`index` finds this very credential, `number_index` whatever card the number is on."""

    kind: CredentialKind
    label: str
    index: str
    number_index: str
    masked: str


class Verified(TypedDict):
    """`by` is `staff:<name>` who saw the document, or `register`."""

    at: datetime
    by: str


class Agreement(TypedDict):
    """That electronic service was agreed to, or no longer is: to which words (`models.people.electronic`),
    when, through which door, and by whom."""

    agreed: bool
    wording: str
    at: datetime
    channel: Channel
    by: str


class Applicant(Record):
    """`name`, `number` and `phone` are sealed; `account` is the one that a person is bound to; a body has a
    `representative`, from `number_index`. `known_by` are the hashes by which it is found under each of its
    credentials (`models.people.same`). `agreements` (to electronic service) are the latest first."""

    kind: ApplicantKind
    name: str
    number: str
    phone: NotRequired[str]
    credential: KeptCredential
    known_by: list[str]
    masked_name: str
    masked_phone: NotRequired[str]
    account: str | None
    verified: Verified
    representative: NotRequired[str]
    agreements: NotRequired[list[Agreement]]


def shown_name(privacy: Privacy, applicant: Applicant) -> str:
    """A body's name in full, since registers publish it; a person's masked."""
    if applicant["kind"] is ApplicantKind.PERSON:
        return applicant["masked_name"]
    return privacy.open(applicant["name"], f"applicant:{applicant['_id']}:name")


AGREED, REVOKED = "applicant.electronic_agreed", "applicant.electronic_revoked"


class Applicants(Store[Applicant]):
    """One document for each verified credential.

    The credential is unique, and so is the account: a credential binds to one account at a time, an account
    to one person.
    """

    collection = "applicants"
    missing = ApplicantNotFound
    tells = (
        "applicant.bound",
        "applicant.rebound",
        "applicant.unbound",
        "applicant.moved",
        "applicant.registered",
        "applicant.verified_at_window",
        "applicant.phone_changed",
        "applicant.revealed",
        AGREED,
        REVOKED,
    )
    indexes: ClassVar = [
        IndexModel("credential.index", unique=True, name="credential"),
        IndexModel("credential.number_index", name="number"),
        IndexModel("known_by", name="known_by"),
        unique_text("account"),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy, self.by_account = privacy, Finds(self.documents, "account")

    def shaped(self, document: Document) -> Applicant:
        credential = document["credential"]
        for agreement in document.get("agreements", ()):
            agreement["channel"] = Channel(agreement["channel"])
        return super().shaped(
            {
                **document,
                "kind": ApplicantKind(document["kind"]),
                "credential": {**credential, "kind": CredentialKind(credential["kind"])},
            }
        )

    async def find_by_account(self, account: str) -> Applicant | None:
        """The person bound to an account, if there is one."""
        found = await self.by_account.ask(account)
        return None if found is None else self.shaped(found)

    async def find_by_credential(self, credential: Credential) -> Applicant | None:
        """The person or body with this credential, if it was verified before, here or at a window."""
        return await self._first({"credential.index": self._index(credential)})

    async def find_by_number_index(self, index: str) -> Applicant | None:
        """The person bound by any credential with this number, if any (see `number_index`)."""
        return await self._first({"credential.number_index": index, "account": {"$type": "string"}})

    async def known_by(self, keys: list[str]) -> list[str]:
        """Ids of all who are known by one of these (`models.people.same`), bound or not."""
        found = self.documents.find({"known_by": {"$in": keys}}, {"_id": 1})
        return [one["_id"] async for one in found]

    async def bind(
        self, credential: Credential, *, name: str, phone: str, account: str, verified_by: str, by: Cause
    ) -> Applicant:
        """Bind a verified person to an account; the account bound before is named in `applicant.rebound`.

        A credential that was kept with a phone can only be bound with that phone: otherwise a stranger who
        knows name and number could take over the binding.

        Raises:
            Refused: `phone_differs`.
            Conflict: `account_bound`, the account is bound to another person; `binding_raced`.
        """
        before = await self.find_by_credential(credential)
        if before and self.phone(before) not in (None, phone):
            raise PhoneDiffers
        old = before["account"] if before else None
        name_of_event, data = "applicant.bound", {}
        if old not in (None, account):
            name_of_event, data = "applicant.rebound", {"old_account": old}
        spelled = self._spelled(before, name)
        identity = self._identity(before, ApplicantKind.PERSON, credential, spelled, phone)
        sets = {**identity, "account": account, "verified": {"at": by.at, "by": verified_by}}
        try:
            return await self._put(before, sets, name_of_event, by, data, expects={"account": old})
        except DuplicateKeyError:
            raise AccountBound from None

    async def register_body(
        self, kind: ApplicantKind, credential: Credential, *, name: str, representative: str, by: Cause
    ) -> Applicant:
        """Keep a verified enterprise or organization; `representative` is from `number_index`."""
        before = await self.find_by_credential(credential)
        sets = {
            **self._identity(before, kind, credential, self._spelled(before, name), None),
            "account": None,
            "representative": representative,
            "verified": {"at": by.at, "by": "register"},
        }
        return await self._put(before, sets, "applicant.registered", by)

    async def verify_at_window(
        self, kind: ApplicantKind, credential: Credential, *, name: str, phone: str, by: Cause
    ) -> Applicant:
        """Keep a person or body whose document staff have seen, so that it can be bound online. A new
        phone replaces the old one; the bound account and the old phone are told.

        Raises:
            Conflict: `already_verified`, under another name.
        """
        before = await self.find_by_credential(credential)
        if before and not typed.same_name(self.name(before), name):
            raise AlreadyVerified(name=before["masked_name"])
        former = before and phone and self.phone(before) not in (None, phone) and before["phone"]
        sets = {
            **self._identity(before, kind, credential, name, phone or None),
            "verified": {"at": by.at, "by": by.actor},
        }
        if before is None:
            sets["account"] = None
        if former:
            return await self._put(before, sets, "applicant.phone_changed", by, {"old_phone": former})
        return await self._put(before, sets, "applicant.verified_at_window", by)

    async def move(self, old: str, account: str, by: Cause) -> None:
        """Move the person bound to the account `old` to another account of the same user; nothing changes
        if that account is bound already."""
        data = {"old_account": old, "account": account}
        with suppress(DuplicateKeyError):
            await self.change_many(
                {"account": old},
                sets={"account": account},
                event=lambda key: Event("applicant.moved", key, by, data),
            )

    async def unbind(self, applicant: str, account: str, by: Cause) -> None:
        """
        Raises:
            Conflict: `not_bound`.
        """
        await self.change(
            applicant,
            expects={"account": account},
            sets={"account": None},
            event=Event("applicant.unbound", applicant, by, {"account": account}),
            otherwise=NotBoundToAccount,
        )

    async def reveal(self, applicant: str, reason: str, by: Cause, application: str) -> dict[str, Any]:
        """The whole identity, for a member of staff who handles an application; who saw it, and why, is
        recorded.

        Raises:
            BadInput: `reason_required`.
        """
        if not (reason := typed.words(reason)):
            raise RevealNeedsReason
        why = self.privacy.sealed(reason, f"applicant:{applicant}:reason")
        data = {"reason": why, "application": application}
        event = Event("applicant.revealed", applicant, by, data)
        found = await self.change(applicant, expects={}, event=event, otherwise=self.missing)
        return self.export(found)

    def name(self, applicant: Applicant) -> str:
        return self._open(applicant, "name", applicant["name"])

    def number(self, applicant: Applicant) -> str:
        return self._open(applicant, "number", applicant["number"])

    def phone(self, applicant: Applicant) -> str | None:
        sealed = applicant.get("phone")
        return self._open(applicant, "phone", sealed) if sealed else None

    def former_phone(self, applicant: str, sealed: str) -> str:
        """A phone of before, as the event of its change keeps it."""
        return self.privacy.open(sealed, f"applicant:{applicant}:phone")

    def number_index(self, number: str) -> str:
        """A keyed hash that finds a number on any kind of credential; registers do not name a
        representative's."""
        return self.privacy.index(number, "credential_number")

    def export(self, applicant: Applicant) -> dict[str, Any]:
        """All that we hold of a person or body, in the clear, for itself alone (PIPL article 45)."""
        return {
            "kind": applicant["kind"],
            "name": self.name(applicant),
            "credential_kind": applicant["credential"]["kind"],
            "credential_number": self.number(applicant),
            "phone": self.phone(applicant),
            "verified": applicant["verified"],
        }

    def _open(self, applicant: Applicant, field: str, sealed: str) -> str:
        return self.privacy.open(sealed, f"applicant:{applicant['_id']}:{field}")

    def _index(self, credential: Credential) -> str:
        return self.privacy.index(f"{credential.register}:{credential.number}", "credential")

    def _spelled(self, before: Applicant | None, name: str) -> str:
        """The name as it was kept before, if only its spelling differs: staff may have seen it so, and
        others use it."""
        known = self.name(before) if before else name
        return known if typed.same_name(known, name) else name

    def _identity(
        self,
        before: Applicant | None,
        kind: ApplicantKind,
        credential: Credential,
        name: str,
        phone: str | None,
    ) -> Document:
        key = before["_id"] if before else uuid4().hex
        clear = {"name": name, "number": credential.number, "phone": phone}
        sealed = {
            field: self.privacy.seal(text, f"applicant:{key}:{field}")
            for field, text in clear.items()
            if text
        }
        return {
            "_id": key,
            "kind": kind.value,
            **sealed,
            "masked_name": NAMES[kind](name),
            **({"masked_phone": mask_phone(phone)} if phone else {}),
            "credential": {
                "kind": credential.kind.value,
                "label": RULES[credential.kind].label,
                "index": self._index(credential),
                "number_index": self.number_index(credential.number),
                "masked": mask_number(credential.number),
            },
        }

    async def _put(
        self,
        before: Applicant | None,
        sets: Document,
        name_of_event: str,
        by: Cause,
        data: Document | None = None,
        expects: Document | None = None,
    ) -> Applicant:
        """Insert, or update where it is still as it `expects`.

        Raises:
            Conflict: `binding_raced`.
        """
        key = sets["_id"]
        sets = {**sets, "known_by": known_by(self.privacy, {**(before or {}), **sets})}
        event = Event(name_of_event, key, by, {**(data or {}), "account": sets.get("account")})
        if before is None:
            try:
                return await self.add(sets, event)
            except DuplicateKeyError as error:
                if "credential" not in str(error.details):
                    raise
                raise BindingRaced from None
        changes = {field: value for field, value in sets.items() if field != "_id"}
        seen = {"known_by": before["known_by"], **(expects or {})}
        return await self.change(key, expects=seen, sets=changes, event=event, otherwise=BindingRaced)
