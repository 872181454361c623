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
    """事项服务主体; `code` is its USCC, `short` what people call it."""

    code: str = Field(pattern=r"^[0-9A-Z]{18}$")
    name: str
    name_en: str = ""
    short: str
    phone: str
    address: str


class Departments(Store):
    """One document each: `{_id: USCC, name, name_en, short, phone, address}`."""

    collection = "departments"
    missing = DepartmentNotFound
    tells = ("department.added", "department.changed")

    async def put(self, department: Department, by: Cause) -> bool:
        """Keep a department as it is described; False if that changed nothing."""
        code, content = department.code, department.model_dump(exclude={"code"})
        known = await self.documents.find_one({"_id": code})
        if known is None:
            await self.add({"_id": code, **content}, Event("department.added", code, by))
            return True
        if content.items() <= known.items():
            return False
        changed = Event("department.changed", code, by)
        await self.change(code, expects={}, sets=content, event=changed, otherwise=self.missing)
        return True

    async def all(self) -> list[Document]:
        return [d async for d in self.documents.find({}, {"events": 0}).sort("_id", ASCENDING)]
