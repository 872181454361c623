"""智能引导: which questions of a form are asked, and how answers are checked (article 12)."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from models import typed
from models.errors import BadInput, InvalidForm
from models.guides.form.kinds import MASKS, Kind
from models.guides.form.schema import Form, Question
from models.people import (
    NAMES,
    RULES,
    ApplicantKind,
    CredentialKind,
    check_phone,
    national,
    normal_number,
)


class AnswerMissing(BadInput):
    code = "answer_missing"
    message = "请填写此项"


class QuestionUnknown(BadInput):
    code = "question_unknown"
    message = "表单中没有这一项"


class AnswerInvalid(BadInput):
    """What is written cannot be an answer to the question."""

    code = "answer_invalid"


class NotAnOption(AnswerInvalid):
    message = "请选择列出的选项"


class DateInFuture(AnswerInvalid):
    message = "日期不能晚于今天"


class NotText(AnswerInvalid):
    message = "请填写文字"


class TooLong(AnswerInvalid):
    message = "最多填写{limit}字"


class NotANumber(AnswerInvalid):
    message = "请填写数字"


class TooSmall(AnswerInvalid):
    message = "请填写不小于{low}的数字"


class TooGreat(AnswerInvalid):
    message = "请填写不大于{high}的数字"


class NotADate(AnswerInvalid):
    message = "日期有误，请按年-月-日填写"


class NotACredential(AnswerInvalid):
    message = "证件号码有误，请核对后重新填写"


class NotYesOrNo(AnswerInvalid):
    message = "请选择是或否"


Answers = dict[str, Any]


def mask_answer(question: Question, answer: Any, whose: ApplicantKind) -> Any:
    """An answer as it may be shown to staff who have not asked to see it; `whose` is the applicant's kind."""
    if question.prefill == "name":
        return NAMES[whose](str(answer))
    mask = MASKS.get(question.kind)
    return mask(str(answer)) if mask else answer


def is_asked(question: Question, answers: Mapping[str, Any]) -> bool:
    """Whether this question is asked, given the answers to earlier questions."""
    if question.when is None:
        return True
    answer = answers.get(question.when.question)
    given = answer if isinstance(answer, list) else [answer]
    return any(value in question.when.values for value in given)


def check_answers(
    form: Form, given: Mapping[str, Any], known: Mapping[str, Any], *, complete: bool, today: date
) -> Answers:
    """The answers to the questions that are asked, in their normal form; those to questions that are not
    asked now are dropped, and what the form does not know is refused.

    A locked question is answered from the binding (`known`); what is given for it is ignored.

    With `complete`, required questions must be answered, and rightly; without, a draft may leave them open,
    and keeps what is written whole, right or not. A date that must lie in the past is not after `today`.

    Raises:
        InvalidForm: `fields` maps each question at fault to what is wrong.
    """
    answers: Answers = {}
    names = {question.name for question in form.questions()}
    faults: dict[str, BadInput] = {name: QuestionUnknown() for name in given if name not in names}
    for question in form.questions():
        if not is_asked(question, answers):
            continue
        if question.locked:
            if question.name in known:
                answers[question.name] = known[question.name]
            continue
        raw = given.get(question.name)
        try:
            if not _empty(raw):
                answers[question.name] = _answer(question, raw, today)
            elif question.required:
                raise AnswerMissing
        except BadInput as error:
            if complete:
                faults[question.name] = error
            elif not _empty(raw):
                answers[question.name] = _as_written(raw)
    if faults:
        raise InvalidForm(faults)
    return answers


def _answer(question: Question, raw: Any, today: date) -> Any:
    """In its normal form.

    Raises:
        BadInput
    """
    answer = CHECKS[question.kind](question, raw)
    if question.latest == "today" and answer > today.isoformat():
        raise DateInFuture
    return answer


def _empty(raw: Any) -> bool:
    return raw is None or raw == [] or (isinstance(raw, str) and not typed.narrow(raw).strip())


def _as_written(raw: Any) -> Any:
    """What is not right yet, whole; how much a request may hold bounds it."""
    return [str(value) for value in raw] if isinstance(raw, list) else typed.words(str(raw))


def _text(question: Question, raw: Any) -> str:
    if not isinstance(raw, str):
        raise NotText
    if len(raw) > 10 * question.max_length:  # whatever of it is invisible
        raise TooLong(limit=question.max_length)
    text = typed.words(raw) if question.kind is Kind.LONG_TEXT else typed.line(raw)
    if len(text) > question.max_length:
        raise TooLong(limit=question.max_length)
    return text


def _number(question: Question, raw: Any) -> float | int:
    text = typed.figure(str(raw))
    if isinstance(raw, bool) or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", text):
        raise NotANumber
    number = float(text)
    low, high = question.minimum, question.maximum
    if low is not None and number < low:
        raise TooSmall(low=f"{low:g}")
    if high is not None and number > high:
        raise TooGreat(high=f"{high:g}")
    return int(number) if number.is_integer() else number


def _date(_: Question, raw: Any) -> str:
    try:
        return date.fromisoformat(typed.figure(str(raw))).isoformat()
    except ValueError:
        raise NotADate from None


def _choice(question: Question, raw: Any) -> str:
    if raw not in [option.value for option in question.options]:
        raise NotAnOption
    return str(raw)


def _choices(question: Question, raw: Any) -> list[str]:
    values = [raw] if isinstance(raw, str) else raw
    known = [option.value for option in question.options]
    if not isinstance(values, list) or any(value not in known for value in values):
        raise NotAnOption
    return [value for value in known if value in values]


def _phone(_: Question, raw: Any) -> str:
    """A mobile number, or a landline with its area code."""
    text = national(str(raw))
    if re.fullmatch("0[0-9]{9,11}", text):
        return text
    return check_phone(text)


def _credential(_: Question, raw: Any) -> str:
    """A number that some credential can have; 13 or more digits are not an old certificate's."""
    resident = normal_number(CredentialKind.RESIDENT_ID, str(raw))
    fault = RULES[CredentialKind.RESIDENT_ID].fault(resident, date.max)
    long = re.fullmatch("[0-9]{12,}[0-9X]", resident)
    for kind in CredentialKind:
        number = normal_number(kind, str(raw))
        old = kind is CredentialKind.LEGAL_PERSON_CERTIFICATE
        if not (old and long) and not RULES[kind].fault(number, date.max):
            return number
    raise fault if fault and long else NotACredential()


def _yes_no(_: Question, raw: Any) -> str:
    if raw not in ("yes", "no"):
        raise NotYesOrNo
    return str(raw)


CHECKS: Mapping[Kind, Callable[[Question, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.NAME: _text,
    Kind.CREDENTIAL: _credential,
    Kind.REFERENCE: _text,
    Kind.PHONE: _phone,
    Kind.ADDRESS: _text,
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.HEALTH: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _yes_no,
}
