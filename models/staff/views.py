"""Views: what a member narrows a list of the panel to again and again, kept under a name of the member's."""

from collections.abc import Mapping
from dataclasses import dataclass

from models import typed
from models.errors import BadInput, Conflict
from models.events import Cause, Event
from models.staff.document import Member, View
from models.staff.members import Staff

MOST = 20
"""Views of a member."""
LONGEST = 20
"""Characters of a name."""
KEPT, REMOVED = "staff.view_kept", "staff.view_removed"


class ViewUnnamed(BadInput):
    code = "view_unnamed"
    message = "请给这组条件起一个名称"
    field = "name"


class ViewNameTaken(Conflict):
    code = "view_name_taken"
    message = "已有同名的常用条件，请换一个名称"


class TooManyViews(Conflict):
    code = "too_many_views"
    message = "常用条件最多保存{most}个，请先删除不用的"


@dataclass(frozen=True)
class Views:
    """Kept in the member's record, each in one write: what is kept in two tabs at once is both kept."""

    staff: Staff

    async def keep(
        self, member: Member, address: str, name: str, asked: Mapping[str, str], by: Cause
    ) -> None:
        """Keep what the list at `address` is `asked` for, by the names of its address. What was searched for
        is no part of a view: it names a person.

        Raises:
            ViewUnnamed, ViewNameTaken, TooManyViews
        """
        if not (name := typed.line(name)[:LONGEST].strip()):
            raise ViewUnnamed
        view = View(list=address, name=name, asked=dict(asked))
        other = {"$not": {"$elemMatch": {"list": address, "name": name}}}
        try:
            await self.staff.change(
                member["_id"],
                expects={"views": other, f"views.{MOST - 1}": {"$exists": False}},
                update={"$push": {"views": view}},
                event=Event(KEPT, member["_id"], by, {"list": address}),
                otherwise=ViewNameTaken,
            )
        except ViewNameTaken:
            if len((await self.staff.get(member["_id"])).get("views", [])) >= MOST:
                raise TooManyViews(most=MOST) from None
            raise

    async def remove(self, member: Member, address: str, name: str, by: Cause) -> None:
        """Keep it no more; doing it again changes nothing."""
        await self.staff.change(
            member["_id"],
            expects={},
            update={"$pull": {"views": {"list": address, "name": name}}},
            event=Event(REMOVED, member["_id"], by, {"list": address}),
            otherwise=ViewNameTaken,
        )


def views_of(member: Member, address: str) -> list[View]:
    """A member's views of the list at an address, the first kept first."""
    return [view for view in member.get("views", []) if view["list"] == address]
