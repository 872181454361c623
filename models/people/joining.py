"""A follower of the official account and a user of the mini-program become one account.

The report that somebody follows has an openid alone. It plans to ask WeChat for the `unionid`, so that the
answer in the chat waits for nobody; with it, whoever is bound in the mini-program is bound in the chat.
"""

from dataclasses import dataclass
from datetime import timedelta

from models.events import Cause
from models.people.accounts import Account, Accounts
from models.people.binding import Binding
from models.people.verification import Followers, PlatformUser
from models.schedule import Due
from models.sessions import Sessions

PATIENCE = timedelta(days=3)
"""So long WeChat is asked again when it does not answer; later, signing in joins them."""


@dataclass(frozen=True)
class Joining:
    accounts: Accounts
    binding: Binding
    sessions: Sessions
    followers: Followers

    async def join(self, due: Due, by: Cause) -> bool:
        """Ask whose the openid is that the plan is about, and keep what follows from it. Safe to repeat, also
        where it was cut off.

        Raises:
            Unavailable: `wechat_unavailable`.
            Conflict: `changed_meanwhile`.
        """
        openid, known = due.about, await self.accounts.find(due.about)
        if known and known.get("unionid"):
            await self._keep(known, by)
            return False
        if (known and not known.get("following")) or by.at - due.at > PATIENCE:
            return False
        unionid = await self.followers.unionid(openid)
        if unionid is None:
            return False
        await self._keep(await self.accounts.arrive(PlatformUser(openid, unionid), by), by)
        if known is None:  # an attempt before was cut off when the openid had left its account
            await self.accounts.follow(openid, by, due.at)
        return True

    async def _keep(self, account: Account, by: Cause) -> None:
        """Bind the persons of the accounts that are no more; who was signed in there signs in anew."""
        await self.binding.keep_bound(account, by)
        for absorbed in account.get("absorbed", []):
            await self.sessions.end_all(f"account:{absorbed}")
