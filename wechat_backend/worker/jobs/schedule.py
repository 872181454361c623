"""Looks at each plan when its moment has come, several at a time, and waits for the next moment.

What is asked of an outside system is looked at by a job of its own (`jobs.questions`).
"""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from models.applications import ASK_REVIEW, LOOK, PAPER, SILENCE
from models.appointments import ASK_REVIEW as ASK_VISITOR
from models.appointments import DAY_OVER, REMIND_EVENING, REMIND_HOUR
from models.blacklist import EXPIRY
from models.blacklist import PAPER as BAN_PAPER
from models.errors import Unavailable
from models.events import Cause, Channel
from models.kiosks import BEGIN, HELP_OVER, RETIREMENT, TELL
from models.kiosks import END as SUSPENSION_END
from models.kiosks import LOOK as ALERT_LOOK
from models.outgoing import REPORT
from models.people import ASK_UNIONID
from models.schedule import Due, held
from models.serving import EFFECT, NEXT
from models.staff import HAND_OVER
from models.store import ChangedMeanwhile
from models.stores import Stores
from models.voices import CONTACT_DUE, END, FIX_DUE, FURTHER, RECTIFY
from models.voices import LOOK as REVIEW_LOOK
from wechat_backend.gateways.base import Clock
from wechat_backend.worker.job import AT_ONCE, LATER, NET, Job
from wechat_backend.worker.serving import go_on, report, serve_application, serve_ban, take_effect
from wechat_backend.worker.several import Several

log = structlog.get_logger("panyu.worker")

SIDE_BY_SIDE = 4
"""Plans that one worker looks at at the same time."""

Fire = Callable[[Stores, Due, Cause], Awaitable[bool]]
"""A model's verb. It makes the change that a plan calls for; False where the plan no longer holds."""


async def _accept_by_silence(stores: Stores, due: Due, by: Cause) -> bool:
    """Accepts an application for a permit that nobody answered in time (行政许可法 32)."""
    return await held(stores.handling.accept_by_silence(due, by), stores.applications.missing)


async def _close(stores: Stores, due: Due, by: Cause) -> bool:
    """Makes an appointment unrecorded at the end of its day, if nobody recorded how it ended (article 9)."""
    return await stores.endings.close(due, by)


async def _remind(stores: Stores, due: Due, by: Cause) -> bool:
    """Reminds the person of a visit that is still to come, if it is not too late for that."""
    return await stores.reminding.remind(due, by)


async def _hand_over(stores: Stores, due: Due, by: Cause) -> bool:
    """Hands over what is assigned to a member who has left."""
    return await stores.leaving.hand_over(due, by)


async def _expire(stores: Stores, due: Due, by: Cause) -> bool:
    """Notes that a decision of the blacklist has no more effect, once its last day is over (article 28)."""
    return await stores.decisions.expire(due, by)


async def _look(stores: Stores, due: Due, by: Cause) -> bool:
    """Flags, for a person to look at, who applies for the same item very often or writes uncivil words."""
    return await stores.watch.look(due, by)


async def _look_at_review(stores: Stores, due: Due, by: Cause) -> bool:
    """Flags, for a person to look at, of whom very many reviews were set aside."""
    return await stores.watch.look_at_review(due, by)


async def _ask_for_review(stores: Stores, due: Due, by: Cause) -> bool:
    """Asks the person of a finished matter for a review, once, unless it was given (article 17)."""
    return await stores.asking.ask(due, by)


async def _rectify(stores: Stores, due: Due, by: Cause) -> bool:
    """Opens the rectification of what a bad review is about (article 17)."""
    return await stores.rectifying.open(due, by)


async def _escalate(stores: Stores, due: Due, by: Cause) -> bool:
    """Takes a rectification that is late to the supervisor, then to service management."""
    return await stores.rectifying.escalate(due, by)


async def _end_rectification(stores: Stores, due: Due, by: Cause) -> bool:
    """Ends the rectification of a review that was set aside."""
    return await stores.rectifying.end(due, by)


async def _suspend(stores: Stores, due: Due, by: Cause) -> bool:
    """Begins the suspension of a kiosk that was announced (article 21)."""
    return await stores.suspending.begin(due, by)


async def _resume(stores: Stores, due: Due, by: Cause) -> bool:
    """Ends the suspension of a kiosk that has stayed in its place."""
    return await stores.suspending.end(due, by)


async def _retire(stores: Stores, due: Due, by: Cause) -> bool:
    """Takes a kiosk out of service on the day that was agreed."""
    return await stores.retiring.retire(due, by)


async def _see_to_alert(stores: Stores, due: Due, by: Cause) -> bool:
    """Tells the next of the line of an alert that nobody acknowledged in time, or that still lasts."""
    return await stores.alerting.see_to(due, by)


async def _close_help(stores: Stores, due: Due, by: Cause) -> bool:
    """Closes a call for help at a kiosk that nobody has taken in time."""
    return await held(stores.help_calls.close(due, by), stores.help_calls.missing)


async def _tell(stores: Stores, due: Due, by: Cause) -> bool:
    """Tells those whose visits it concerns that a kiosk stops, or does not stop after all."""
    return await stores.telling.settle(due, by)


async def _join(stores: Stores, due: Due, by: Cause) -> bool:
    """Asks WeChat whose the openid of a follower is, so that they are one with the mini-program's user."""
    return await stores.joining.join(due, by)


WITHIN: Mapping[str, Fire] = {
    SILENCE: _accept_by_silence,
    LOOK: _look,
    REVIEW_LOOK: _look_at_review,
    DAY_OVER: _close,
    REMIND_EVENING: _remind,
    REMIND_HOUR: _remind,
    HAND_OVER: _hand_over,
    EXPIRY: _expire,
    PAPER: serve_application,
    BAN_PAPER: serve_ban,
    NEXT: go_on,
    EFFECT: take_effect,
    REPORT: report,
    ASK_REVIEW: _ask_for_review,
    ASK_VISITOR: _ask_for_review,
    RECTIFY: _rectify,
    END: _end_rectification,
    CONTACT_DUE: _escalate,
    FIX_DUE: _escalate,
    FURTHER: _escalate,
    BEGIN: _suspend,
    SUSPENSION_END: _resume,
    RETIREMENT: _retire,
    TELL: _tell,
    ALERT_LOOK: _see_to_alert,
    HELP_OVER: _close_help,
}
"""What is seen to in the database alone."""
ASKING: Mapping[str, Fire] = {ASK_UNIONID: _join}
"""What asks an outside system."""
FIRES: Mapping[str, Fire] = {**WITHIN, **ASKING}
"""What stores can plan (`Store.plans`), each with the verb that sees to it."""


class ScheduleRunner:
    """`fires` are the verbs, by what was planned; it looks at no other plan."""

    def __init__(
        self, stores: Stores, fires: Mapping[str, Fire], clock: Clock, name: str = "schedule"
    ) -> None:
        self.stores, self.schedule, self.fires, self.clock = stores, stores.schedule, fires, clock
        self.looked_at = 0
        woken_by = {self.schedule.collection: ()}
        self.job = Job(name, NET, self.run, woken_by=woken_by, end=self.end)
        self.several = Several(SIDE_BY_SIDE, self.job.bell)

    async def run(self) -> float:
        """Claim one plan that is due and begin to look at it, when there is room."""
        await self.several.room()
        due = await self.schedule.claim(self.clock(), self.fires)
        if due is None:
            return await self._until_the_next()
        self.several.begin(self.look(due))
        return AT_ONCE

    async def end(self) -> None:
        await self.several.end()

    async def look(self, due: Due) -> None:
        """See to what was planned. If the database does not answer, the plan is due again after its lease."""
        try:
            await self._look(due)
        except Exception:
            log.exception("look_not_recorded", plan=due.key)

    async def _look(self, due: Due) -> None:
        by = Cause("system", self.clock(), Channel.SYSTEM, due.key)
        try:
            held = await self.fires[due.what](self.stores, due, by)
        except (ChangedMeanwhile, Unavailable) as error:
            log.info("looked_at_again", plan=due.key, code=error.code)
            await self.schedule.failed(due, type(error).__name__, self.clock())
        except Exception as error:
            log.exception("look_failed", plan=due.key, tries=due.tries)
            await self.schedule.failed(due, type(error).__name__, self.clock())
        else:
            await self.schedule.done(due, held, self.clock())
            self.looked_at += 1

    async def _until_the_next(self) -> float:
        at = await self.schedule.next_at(self.fires)
        return LATER if at is None else max(0.0, (at - self.clock()).total_seconds())
