"""How often kiosks are used, counted without persons: one small document a kiosk and local day."""

from datetime import datetime
from typing import ClassVar, TypedDict

from pymongo import IndexModel

from models.store import Store
from models.workdays import local_date


class KioskUse(TypedDict):
    """`_id` is `<kiosk>:<day>`, `day` ISO; `signed_in` is how many sessions began."""

    _id: str
    kiosk: str
    day: str
    signed_in: int


class KioskUses(Store[KioskUse]):
    collection = "kiosk_uses"
    indexes: ClassVar = [IndexModel([("kiosk", 1), ("day", 1)])]

    async def count(self, kiosk: str, at: datetime) -> None:
        """One more session. It is a figure: a process that dies at this moment may lose one."""
        day = local_date(at).isoformat()
        kept = {"$inc": {"signed_in": 1}, "$setOnInsert": {"kiosk": kiosk, "day": day}}
        await self.documents.update_one({"_id": f"{kiosk}:{day}"}, kept, upsert=True)

    async def of_kiosk(self, kiosk: str) -> list[KioskUse]:
        """By day."""
        return await self._each(self.documents.find({"kiosk": kiosk}).sort("day", 1))
