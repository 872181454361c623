"""Letters about an application: its receipt and its progress."""

from collections.abc import Mapping

from models.guides import Handling
from models.store import Document
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.letters.reaching import TIME, reach
from wechat_backend.worker.notices import Letter

HANDLING = {
    Handling.FORM_GENERATION: "网上填表，打印后办理",
    Handling.PRE_ACCEPTANCE: "网上预受理",
    Handling.FULLY_ONLINE: "全流程网办",
}
PROGRESS: Mapping[str, tuple[str, str]] = {
    "application.accepted": ("已受理", "我们正在办理，请留意进度"),
    "application.not_accepted": ("不予受理", "请点开查看理由和救济途径"),
    "application.supplement_requested": ("需要补齐补正", "请点开查看，一次补齐"),
    "application.supplemented": ("已收到补正材料", "我们将尽快审核"),
    "application.returned": ("已退件", "请点开查看理由"),
    "application.concluded": ("已办结", "请点开查看结果，欢迎评价"),
    "application.withdrawn": ("已撤回", "如需办理可重新申请"),
}
"""Event → what happened, what to do now."""


async def write_application(stores: Stores, _delivery: Document, event: Document) -> Letter:
    application = await stores.applications.get(event["about"])
    status, note = PROGRESS.get(event["name"], ("已提交", ""))
    is_receipt = event["name"] == "application.submitted"
    return Letter(
        {
            "serial": application["serial"],
            "item": application["item_name"],
            "department": application["department_name"],
            "handling": HANDLING[Handling(application["handling"])],
            "time": local(event["at"], TIME),
            "status": status,
            "note": note,
        },
        page=f"/applications/{application['_id']}" + ("/receipt" if is_receipt else ""),
        **await reach(stores, application),
    )
