"""事项服务主体: the departments that handle items."""

from pydantic import Field
from pymongo import ASCENDING

from models.errors import NotFound
from models.events import Cause, Event
from models.guides.form.schema import GuidePart
from models.store import Document, Store


class DepartmentNotFound(NotFound):
    code = "department_not_found"
    message = "没有找到该部门"


class Department(GuidePart):
    """事项服务主体; `code` is its USCC, `short` what people call it, `address` empty if it is not known."""

    code: str = Field(pattern=r"^[0-9A-Z]{18}$")
    name: str
    name_en: str = ""
    short: str
    phone: str
    address: str = ""


class Departments(Store[Department]):
    """A document is a `Department` by its code."""

    collection = "departments"
    missing = DepartmentNotFound
    tells = ("department.added", "department.changed")

    def shaped(self, document: Document) -> Department:
        values = {name: document[name] for name in Department.model_fields if name in document}
        return Department.model_validate({"code": document["_id"], **values})

    async def put(self, department: Department, by: Cause) -> bool:
        """Keep a department as it is described; False if that changed nothing."""
        code, content = department.code, department.model_dump(exclude={"code"})
        known = await self._first({"_id": code})
        if known == department:
            return False
        event = Event("department.changed" if known else "department.added", code, by)
        await self.upsert({"_id": code}, sets=content, event=event, otherwise=self.missing)
        return True

    async def all(self) -> list[Department]:
        return await self._each(self.documents.find({}).sort("_id", ASCENDING))
