"""The ladder: which step follows when, and what counts as having reached the person. Sent is not delivered.

WeChat's and the carrier's reports count where electronic service was agreed to when the message went out and
when it arrived. Without that agreement both messages go out all the same, as they tell where the paper is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import typed
from models.clocks import clock
from models.errors import BadInput, Conflict, NotFound
from models.law import Term, in_force
from models.people import Applicant, agreed_at
from models.serving.document import How, Serving, State, Step, Word
from models.workdays import Workdays, local_date

LADDER: tuple[How, ...] = tuple(How)
LONGEST = 500


class ServingNotFound(NotFound):
    code = "serving_not_found"
    message = "没有找到该文书的送达记录"


class ServingMovedOn(Conflict):
    code = "serving_moved_on"
    message = "该文书的送达刚刚有了新的进展，请刷新后再操作"


class WordsRequired(BadInput):
    code = "words_required"
    message = "请写明情况，最多{limit}字"
    field = "words"


class ServingTimeWrong(BadInput):
    code = "serving_time_wrong"
    message = "时间应在本步骤开始以后、现在以前"
    field = "at"


@dataclass(frozen=True)
class Wait:
    """How long a step is given: so long, or to the end of that many working days."""

    minutes: int = 0
    workdays: int = 0

    def end(self, begun: datetime, calendar: Workdays) -> datetime:
        if self.workdays:
            return calendar.deadline(begun, self.workdays)
        return begun + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Patience:
    """Our own settings, as no law names them, for steps that begin on `since` or later: how long each is
    given before the next, and how many `calls` that nobody answered are enough. A change is a further
    entry. A letter's time runs from when it was sent."""

    since: date
    waits: Mapping[How, Wait]
    calls: int


PATIENCE: Sequence[Patience] = (
    Patience(
        date(2020, 1, 1),
        {
            How.WECHAT: Wait(minutes=10),
            How.SMS: Wait(workdays=1),
            How.OWN_PAGE: Wait(workdays=2),
            How.CALL: Wait(workdays=5),
            How.LETTER: Wait(workdays=15),
        },
        calls=3,
    ),
)


def patience_on(day: date) -> Patience:
    return max((one for one in PATIENCE if one.since <= day), key=lambda one: one.since)


@dataclass(frozen=True)
class Noted:
    """What a word does: it shows that the paper was `delivered`, it ends the step (`ends`), or neither, and
    the step's time begins with it (`begins`). `label` is for staff; `after` must have been noted before;
    `once` in a step; `counts` towards the calls that are enough."""

    label: str
    delivered: bool = False
    ends: bool = False
    begins: bool = False
    after: Word | None = None
    once: bool = False
    counts: bool = False


NOTED: Mapping[How, Mapping[Word, Noted]] = {
    How.CALL: {
        Word.READ_OUT: Noted("已接通，本人知悉内容", delivered=True),
        Word.NO_ANSWER: Noted("未接通", counts=True),
        Word.WRONG_NUMBER: Noted("号码有误或不是本人", ends=True),
    },
    How.LETTER: {
        Word.SENT: Noted("已寄出", begins=True, once=True),
        Word.SIGNED: Noted("回执已签收", delivered=True, after=Word.SENT),
        Word.RETURNED: Noted("已退回", ends=True, after=Word.SENT),
    },
    How.PUBLIC_NOTICE: {
        Word.PUBLISHED: Noted("发布公告", begins=True, once=True),
    },
}
"""What a clerk may note of a step; there is nothing to note of the others."""
BY_CLERKS = frozenset(NOTED)


def words_for(serving: Serving) -> dict[Word, str]:
    """What can be noted now, each with its label."""
    if serving["state"] is not State.UNDERWAY:
        return {}
    before = [note["what"] for note in step_of(serving)["notes"]]
    return {
        word: noted.label
        for word, noted in NOTED.get(serving["step"], {}).items()
        if (noted.after is None or noted.after in before) and not (noted.once and word in before)
    }


def is_with_clerks(serving: Serving) -> bool:
    """Whether a clerk calls, writes or publishes just now, and may print the paper for that."""
    return serving["state"] is State.UNDERWAY and serving["step"] in BY_CLERKS


def step_of(serving: Serving) -> Step:
    """The step being taken."""
    return serving["steps"][-1]


def follows(how: How) -> How | None:
    """The next step; None after the last one."""
    later = LADDER[LADDER.index(how) + 1 :]
    return later[0] if later else None


def time_of(how: How, begun: datetime, calendar: Workdays) -> datetime | None:
    """When a step that begins is over; None where a clerk has to begin it (a letter, a public notice)."""
    waits_for_clerk = any(noted.begins for noted in NOTED.get(how, {}).values())
    return None if waits_for_clerk else _end(how, begun, calendar)


def begun_time(how: How, at: datetime, calendar: Workdays) -> datetime:
    """When the time of a letter that was sent, or a notice that was published, is over."""
    if how is How.PUBLIC_NOTICE:
        return served_by_notice(at, calendar)
    return _end(how, at, calendar)


def served_by_notice(published: datetime, calendar: Workdays) -> datetime:
    """When what was made public counts as delivered: at the end of the period of law, whose first day is not
    counted and whose last is a working day (民事诉讼法 95, 民法典 203)."""
    period = in_force(Term.PUBLIC_NOTICE, local_date(published))
    running = clock(published, period.number, period.unit, calendar, period=period)
    assert running["due"]
    return running["due"]


def is_enough(serving: Serving, word: Word, at: datetime) -> bool:
    """Whether a step is over with this word: it ends it, or it is one failed call too many."""
    noted = NOTED[serving["step"]][word]
    if noted.counts:
        before = sum(note["what"] is word for note in step_of(serving)["notes"])
        return before + 1 >= patience_on(local_date(at)).calls
    return noted.ends


def check_note(serving: Serving, word: Word, at: datetime, words: str, now: datetime) -> str:
    """What may be noted; returns the words in their normal form.

    Raises:
        Conflict: `serving_moved_on`, it fits another step than the one being taken.
        BadInput: `serving_time_wrong` or `words_required`.
    """
    if word not in words_for(serving):
        raise ServingMovedOn
    earliest = max([step_of(serving)["at"], *(note["at"] for note in step_of(serving)["notes"])])
    if not earliest.replace(second=0, microsecond=0) <= at <= now:
        raise ServingTimeWrong
    normal = typed.words(words)
    if not normal or len(normal) > LONGEST:
        raise WordsRequired(limit=LONGEST)
    return normal


def report_counts(applicant: Applicant, sent_at: datetime, reached_at: datetime) -> bool:
    """Whether a report of delivery delivers: electronic service was agreed to both times."""
    return agreed_at(applicant, sent_at) and agreed_at(applicant, reached_at)


def _end(how: How, begun: datetime, calendar: Workdays) -> datetime:
    return patience_on(local_date(begun)).waits[how].end(begun, calendar)
