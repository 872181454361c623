"""Sixty messages that five people may send, written without knowing the answers: what each is answered.

`messages.tsv` has who writes, the message, what a fitting answer does, and the pattern that it has, and
one that it has not. <NUMBER> is that of the visit which the person has: on Thursday, the foreigner on
Wednesday.
"""

import csv
import re
from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path

import pytest

from models.appointments import Appointment
from models.workdays import local_moment
from tests.house.wechat import USER, Peer, answering, message
from wechat_backend.loading.loader import load
from wechat_backend.loading.writer import prepared, store

WEDNESDAY, THURSDAY = date(2026, 11, 25), date(2026, 11, 26)
with (Path(__file__).parent / "messages.tsv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
async def panyu(mongo_uri: str) -> AsyncIterator[tuple[Peer, dict[date, Appointment]]]:
    """With all halls and items of `data/`, and two people who each have a visit."""
    async with answering(mongo_uri) as peer:
        await store(load(), await prepared(peer.services.database), peer.by())
        yield peer, {day: await visiting(peer, day) for day in (WEDNESDAY, THURSDAY)}


async def visiting(peer: Peer, day: date) -> Appointment:
    party, services = await peer.applicant(openid=f"{USER}-{day}"), peer.services
    [guide] = (await services.search.find("失业保险金申领")).guides
    hall, start = await services.halls.get("centre"), local_moment(day, time(9, 30))
    return await services.appointments.book(party, guide, hall, start, services.calendar, peer.by())


@pytest.mark.parametrize("row", ROWS, ids=[f"{number}" for number in range(1, len(ROWS) + 1)])
async def test_what_people_send_is_answered_fittingly(
    panyu: tuple[Peer, dict[date, Appointment]], row: dict[str, str]
) -> None:
    peer, visits = panyu
    day = WEDNESDAY if row["who"] == "foreigner" else THURSDAY
    await peer.services.dialogues.documents.delete_many({})
    sent = row["message"].replace("<NUMBER>", visits[day]["number"])
    said = await peer.say(message(sent, FromUserName=f"{USER}-{day}"))
    assert re.search(row["has"], said, re.DOTALL), f"{row['fitting']}\n{said}"
    assert not row["hasnt"] or not re.search(row["hasnt"], said), f"{row['fitting']}\n{said}"
    [after] = await peer.services.appointments.of_applicant(visits[day]["applicant"])
    assert (after["state"], after["start"]) == (visits[day]["state"], visits[day]["start"])
