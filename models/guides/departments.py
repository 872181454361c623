"""事项服务主体: the departments that handle items."""

from pydantic import Field
from pymongo import ASCENDING

from models.described import Coded, Described
from models.errors import NotFound


class DepartmentNotFound(NotFound):
    code = "department_not_found"
    message = "没有找到该部门"


class Department(Coded):
    """事项服务主体; `code` is its USCC, `short` what people call it, `address` empty if it is not known."""

    code: str = Field(pattern=r"^[0-9A-Z]{18}$")
    name: str
    name_en: str = ""
    short: str
    phone: str
    address: str = ""


class Departments(Described[Department]):
    """A document is a `Department` by its code."""

    collection = "departments"
    model = Department
    missing = DepartmentNotFound
    tells = ("department.added", "department.changed")

    async def all(self) -> list[Department]:
        return await self._each(self.documents.find({}).sort("_id", ASCENDING))
