"""Whose visit a number is that a person says at the service desk (article 9)."""

import re
from collections.abc import Iterable
from datetime import date

from models import typed
from models.appointments.booking import Appointments
from models.appointments.document import Appointment
from models.errors import BadInput

NUMBER = re.compile(r"[0-9]{4}")


class NumberUnknown(BadInput):
    code = "number_unknown"
    message = "这一天没有这个预约号，请核对号码、日期和大厅"
    field = "code"


class NumberAmbiguous(BadInput):
    code = "number_ambiguous"
    message = "几个大厅当天都有这个预约号，请先选大厅再查找"
    field = "code"


def said_number(text: str) -> str | None:
    """The four digits that were typed, also in full width; None if it is something else."""
    narrow = typed.narrow(text).strip()
    return narrow if NUMBER.fullmatch(narrow) else None


async def called(appointments: Appointments, number: str, halls: Iterable[str], day: date) -> Appointment:
    """The visit with this number on this day at one of these halls.

    Raises:
        BadInput: `number_unknown`, or `number_ambiguous` where several halls have it.
    """
    query = {"hall": {"$in": sorted(halls)}, "day": day.isoformat(), "number": number}
    found = [one async for one in appointments.documents.find(query, {"hall": 1}).sort("start", 1).limit(20)]
    if not found:
        raise NumberUnknown
    if len({one["hall"] for one in found}) > 1:
        raise NumberAmbiguous
    return await appointments.get(found[0]["_id"])
