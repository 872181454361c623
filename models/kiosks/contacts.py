"""保障联络制度: each department has one contact, who brings kiosks in, changes them and takes them out again
(article 21, item 7)."""

from datetime import datetime

from models.errors import Refused
from models.events import Cause, Event
from models.staff import Member, Role, Scope, ScopeMissing, Staff, is_let_in, reaches
from models.store import ChangedMeanwhile, Database, Record, Store


class CannotBeContact(Refused):
    code = "cannot_be_contact"
    message = "业务联络人须为本部门在岗且具有“业务联络人”岗位的人员"


class NotTheContact(Refused):
    code = "not_the_contact"
    message = "终端的进驻、服务调整和退出由本部门指定的业务联络人办理"


class Contact(Record):
    """`_id` is the department (USCC), `member` a user name."""

    member: str
    named_by: str
    named_at: datetime


class Contacts(Store[Contact]):
    collection = "contacts"
    tells = ("contact.named",)

    def __init__(self, database: Database, staff: Staff) -> None:
        super().__init__(database)
        self.staff = staff

    async def name(self, department: str, username: str, member: Member, by: Cause) -> Contact:
        """Name the one contact of a department, in the place of the one before.

        Raises:
            Forbidden: `scope_missing`, also where the member is of another department.
            NotFound: `staff_not_found`.
            Refused: `cannot_be_contact`.
        """
        if not reaches(member, Scope.KIOSKS_CONTACT, department):
            raise ScopeMissing
        named = await self.staff.get(username)
        if not is_let_in(named) or Role.CONTACT not in named["roles"] or named["department"] != department:
            raise CannotBeContact
        return await self.upsert(
            {"_id": department},
            sets={"member": username, "named_by": by.actor, "named_at": by.at},
            event=Event("contact.named", department, by, {"member": username}),
            otherwise=ChangedMeanwhile,
        )

    async def find(self, department: str) -> Contact | None:
        return await self._first({"_id": department})

    async def check(self, department: str, member: Member) -> None:
        """
        Raises:
            Refused: `not_the_contact`.
        """
        contact = await self.find(department)
        if contact is None or contact["member"] != member["_id"]:
            raise NotTheContact
