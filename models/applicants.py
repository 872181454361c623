"""服务对象 bound by their real name (article 7): persons, and the bodies for which persons act."""

from typing import Any, ClassVar
from uuid import uuid4

from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from models.credentials import RULES, ApplicantKind, Credential
from models.errors import BadInput, Conflict, Forbidden, NotFound
from models.events import Cause, Event
from models.privacy import Privacy, mask_name, mask_number, mask_phone
from models.store import Database, Document, Store, unique_text

SEALED = ("name", "number", "phone")


class Applicants(Store):
    """One document for each verified credential.

    `{_id, kind, name, number, phone (sealed), credential: {kind, index, masked}, masked_name, masked_phone,
    account: the account it is bound to or None, verified: {at, by}}`. The credential is unique, and so is
    the account: a credential binds to one account at a time, an account to one person.
    """

    collection = "applicants"
    missing = NotFound("applicant_not_found", "没有找到该服务对象")
    indexes: ClassVar = [
        IndexModel("credential.index", unique=True, name="credential"),
        IndexModel("credential.number_index", name="number"),
        unique_text("account"),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    async def of_account(self, account: str) -> Document | None:
        """The person bound to an account."""
        found: Document | None = await self.documents.find_one({"account": account})
        return found

    async def known(self, credential: Credential) -> Document | None:
        """Who has this credential already, verified earlier here or at a window."""
        found: Document | None = await self.documents.find_one({"credential.index": self._index(credential)})
        return found

    async def of_number_index(self, index: str) -> Document | None:
        """A person bound by any credential with this number (see `number_index`)."""
        query = {"credential.number_index": index, "account": {"$type": "string"}}
        found: Document | None = await self.documents.find_one(query)
        return found

    async def bind(
        self, credential: Credential, *, name: str, phone: str, account: str, verified_by: str, by: Cause
    ) -> Document:
        """Bind a verified person to an account; the account bound before is named in `applicant.rebound`.

        Raises:
            Conflict: `account_bound`, the account is bound to another person.
        """
        before = await self.known(credential)
        old = before["account"] if before else None
        event = (
            Event("applicant.rebound", account, by, {"old_account": old})
            if old not in (None, account)
            else Event("applicant.bound", account, by)
        )
        identity = self._identity(before, ApplicantKind.PERSON, credential, name, phone)
        sets = {**identity, "account": account, "verified": {"at": by.at, "by": verified_by}}
        try:
            return await self._put(before, sets, event, {"account": old})
        except DuplicateKeyError:
            raise Conflict("account_bound", "当前微信已绑定其他身份，请先在个人中心解除绑定") from None

    async def register_body(
        self, kind: ApplicantKind, credential: Credential, *, name: str, representative: str, by: Cause
    ) -> Document:
        """Keep a verified enterprise or organization; `representative` is from `number_index`."""
        before = await self.known(credential)
        sets = {
            **self._identity(before, kind, credential, name, None),
            "account": None,
            "representative": representative,
            "verified": {"at": by.at, "by": "register"},
        }
        return await self._put(before, sets, Event("applicant.registered", "", by), {})

    async def verify_at_window(
        self, kind: ApplicantKind, credential: Credential, *, name: str, phone: str, by: Cause
    ) -> Document:
        """Staff saw the document itself; the person can bind online afterwards."""
        before = await self.known(credential)
        sets = {
            **self._identity(before, kind, credential, name, phone or None),
            "verified": {"at": by.at, "by": by.actor},
        }
        if before is None:
            sets["account"] = None
        return await self._put(before, sets, Event("applicant.verified_at_window", "", by), {})

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
            otherwise=Conflict("not_bound", "当前微信没有绑定该身份"),
        )

    async def reveal(self, applicant: str, reason: str, by: Cause, application: str) -> dict[str, Any]:
        """The whole identity for a member of staff, for the sake of an application; that it was seen, by
        whom and why, stays on record.

        Raises:
            BadInput: `reason_required`.
        """
        if not reason.strip():
            raise BadInput("reason_required", "请填写查看完整信息的理由", field="reason")
        data = {"reason": reason.strip()[:200], "application": application}
        event = Event("applicant.revealed", applicant, by, data)
        found = await self.change(applicant, expects={}, event=event, otherwise=self.missing)
        return self.export(found)

    def name(self, applicant: Document) -> str:
        return self._open(applicant, "name")

    def number(self, applicant: Document) -> str:
        return self._open(applicant, "number")

    def phone(self, applicant: Document) -> str | None:
        return self._open(applicant, "phone") if applicant.get("phone") else None

    def number_index(self, number: str) -> str:
        """Finds a number whatever kind of credential it is on: a representative's, as registers give it."""
        return self.privacy.index(number, "credential_number")

    def export(self, applicant: Document) -> dict[str, Any]:
        """All that we hold of a person or body, in the clear, for itself alone (PIPL article 45)."""
        return {
            "kind": applicant["kind"],
            "name": self.name(applicant),
            "credential_kind": applicant["credential"]["kind"],
            "credential_number": self.number(applicant),
            "phone": self.phone(applicant),
            "verified": applicant["verified"],
        }

    def _open(self, applicant: Document, field: str) -> str:
        return self.privacy.open(applicant[field], f"applicant:{applicant['_id']}:{field}")

    def _index(self, credential: Credential) -> str:
        return self.privacy.index(f"{credential.kind}:{credential.number}", "credential")

    def _identity(
        self,
        before: Document | None,
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
            "masked_name": mask_name(name),
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
        self, before: Document | None, sets: Document, event: Event, expects: Document
    ) -> Document:
        """Insert or update; `about` of the event becomes the applicant's id."""
        key = sets["_id"]
        event = Event(event.name, key, event.cause, {**event.data, "account": sets.get("account")}, event.id)
        if before is None:
            try:
                return await self.add(sets, event)
            except DuplicateKeyError as error:
                if "credential" not in str(error.details):
                    raise
                raise Conflict("binding_raced", "该证件正在办理绑定，请稍后再试") from None
        changed: Document | None = await self.documents.find_one_and_update(
            {"_id": key, **expects},
            {"$set": {k: v for k, v in sets.items() if k != "_id"}, "$push": {"events": event.document()}},
            return_document=ReturnDocument.AFTER,
        )
        if changed is None:
            raise Conflict("binding_raced", "该证件正在办理绑定，请稍后再试")
        return changed


class Agencies(Store):
    """经办人 for a body: `{_id: "<person>:<body>", person, body, representative, state}`."""

    collection = "agencies"
    missing = NotFound("agency_not_found", "没有找到该经办关系")
    indexes: ClassVar = [
        IndexModel([("person", 1), ("state", 1)]),
        IndexModel([("representative", 1), ("state", 1)]),
    ]

    async def request(self, person: Document, body: Document, by: Cause) -> Document:
        """Ask to act for a body; the legal representative's own request is confirmed at once."""
        key = f"{person['_id']}:{body['_id']}"
        own = person["credential"]["number_index"] == body["representative"]
        state, name = ("confirmed", "agency.confirmed") if own else ("requested", "agency.requested")
        try:
            changed: Document = await self.documents.find_one_and_update(
                {"_id": key, "state": {"$nin": ["requested", "confirmed"]}},
                {
                    "$set": {
                        "person": person["_id"],
                        "body": body["_id"],
                        "agent_name": person["masked_name"],
                        "representative": body["representative"],
                        "state": state,
                    },
                    "$push": {"events": Event(name, key, by).document()},
                },
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            raise Conflict("agency_exists", "您已申请或已是该单位的经办人") from None
        return changed

    async def decide(self, key: str, representative: Document, *, confirmed: bool, by: Cause) -> Document:
        """The legal representative confirms or declines.

        Raises:
            Conflict: `agency_not_waiting`, also for somebody who is not the representative.
        """
        state, name = ("confirmed", "agency.confirmed") if confirmed else ("ended", "agency.ended")
        return await self.change(
            key,
            expects={
                "state": "requested",
                "representative": representative["credential"]["number_index"],
            },
            sets={"state": state},
            event=Event(name, key, by),
            otherwise=Conflict("agency_not_waiting", "该申请不在等待您确认的状态"),
        )

    async def end(self, key: str, person: Document, by: Cause) -> Document:
        """The agent gives it up, or the representative takes it back."""
        return await self.change(
            key,
            expects={
                "state": {"$ne": "ended"},
                "$or": [
                    {"person": person["_id"]},
                    {"representative": person["credential"]["number_index"]},
                ],
            },
            sets={"state": "ended"},
            event=Event("agency.ended", key, by),
            otherwise=Conflict("agency_ended", "该经办关系已结束"),
        )

    async def of_person(self, person: str) -> list[Document]:
        query = {"person": person, "state": {"$ne": "ended"}}
        return [agency async for agency in self.documents.find(query, {"events": 0})]

    async def of_representative(self, person: Document) -> list[Document]:
        """What a legal representative has to confirm, or has confirmed."""
        query = {
            "representative": person["credential"]["number_index"],
            "state": {"$ne": "ended"},
            "person": {"$ne": person["_id"]},
        }
        return [agency async for agency in self.documents.find(query, {"events": 0})]

    async def check_acting(self, person: str, body: str) -> None:
        """
        Raises:
            Forbidden: `not_agent`.
        """
        if not await self.documents.find_one({"_id": f"{person}:{body}", "state": "confirmed"}, {"_id": 1}):
            raise Forbidden("not_agent", "您不是该单位已确认的经办人")
