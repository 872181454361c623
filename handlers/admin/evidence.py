"""Evidence of a decision of the blacklist, as it was frozen and compared with its hash, on record."""

from collections.abc import Mapping
from datetime import datetime
from json import dumps
from typing import Any

from handlers.admin.panel import PanelPage
from handlers.web import words
from handlers.web.answers import readable
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.applications import LABELS
from models.blacklist import Opened
from models.staff import Scope
from models.voices import LEVELS, TAG_LISTS, tags_of_version
from models.workdays import local

EARLIEST_TAGS = TAG_LISTS[0].version
"""Of what was frozen before a review kept the version of its tags."""
Facts = list[tuple[str, str]]
Sections = list[tuple[str, Facts]]
NUMBER = "([1-9][0-9]{0,5})"


class EvidencePage(PanelPage):
    """GET /admin/bans/{id}/evidence/{number}"""

    place = "bans"

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self, key: str, number: str) -> None:
        await self.page(key, int(number))

    async def page(self, key: str, number: int) -> None:
        member, by = self.signed_in_member(), self.by_member()
        opened = await self.services.decisions.evidence(key, number, member, by)
        self.show(
            "admin/blacklist/evidence.html",
            opened=opened,
            back=f"/admin/{self.place}/{key}",
            sections=await self.sections(opened),
            raw=dumps(opened.record, ensure_ascii=False, indent=1, sort_keys=True) if opened.record else "",
        )

    async def sections(self, opened: Opened) -> Sections:
        """What the record says, in words."""
        record = opened.record
        if record is None:
            return []
        if opened.evidence["kind"] == "review":
            return [("评价", of_review(record))]
        guide = await self.services.guides.version(record["guide"])
        return [("办件", of_application(record)), *readable(guide, record["answers"]), *of_papers(record)]


class EvidenceForAppeals(EvidencePage):
    """GET /admin/appeals/{decision}/evidence/{number}"""

    place = "appeals"

    @needs(Scope.APPEALS_DECIDE)
    async def get(self, key: str, number: str) -> None:
        await self.page(key, int(number))


def of_application(record: Mapping[str, Any]) -> Facts:
    return [
        ("事项", record["item_name"]),
        ("流水号", record["serial"] or "—"),
        ("部门", record["department_name"]),
        ("状态", LABELS[record["state"]]),
        ("提交时间", _moment(record["submitted_at"])),
    ]


def of_papers(record: Mapping[str, Any]) -> Sections:
    papers = [
        (one["name"], f"{words.MATERIAL_STATES[one['state']]} {one['file_name'] or ''}".strip())
        for one in record["materials"]
    ]
    return [("材料", papers)] if papers else []


def of_review(record: Mapping[str, Any]) -> Facts:
    level = record["level"]
    names = tags_of_version(record.get("tags_version", EARLIEST_TAGS)).tags[level]
    tags = "、".join(names[tag].name for tag in record["tags"])
    return [
        ("事项", record["item_name"] or "—"),
        ("满意程度", LEVELS[level]),
        ("标签", tags or "—"),
        ("文字", record["words"] or "—"),
        ("评价时间", _moment(record["at"])),
    ]


def _moment(written: str | None) -> str:
    return local(datetime.fromisoformat(written)) if written else "—"


ROUTES = [
    (rf"/admin/bans/{DOCUMENT_ID}/evidence/{NUMBER}", EvidencePage),
    (rf"/admin/appeals/{DOCUMENT_ID}/evidence/{NUMBER}", EvidenceForAppeals),
]
