"""Letters about a binding that has changed."""

from collections.abc import Mapping

from models.store import Document
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.letters.reaching import TIME
from wechat_backend.worker.notices import Letter

REBINDING: Mapping[str, str] = {
    "applicant.rebound": "您的实名认证已转绑到其他微信",
    "applicant.phone_changed": "您登记的手机号码已在窗口更改",
}


async def write_rebinding(stores: Stores, _delivery: Document, event: Document) -> Letter:
    """To the account that lost the binding, or that is bound while the phone was changed at a window."""
    applicant = await stores.applicants.get(event["about"])
    return Letter(
        {"what": REBINDING[event["name"]], "time": local(event["at"], TIME)},
        page="/me",
        account=event["data"].get("old_account") or applicant["account"],
        phone=stores.applicants.phone(applicant),
    )
