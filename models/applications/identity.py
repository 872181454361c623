"""What the binding knows of an applicant (article 7): it is shown in a form and never asked."""

from collections.abc import Mapping
from typing import Any, TypedDict

from models import typed
from models.guides import Answers, Form, Guide, Question, is_asked
from models.people import Party
from models.privacy import Privacy

SOURCES: Mapping[str, str] = {
    "name": "name",
    "credential_number": "number",
    "agent_name": "name",
    "contact": "name",
    "phone": "phone",
}
"""The sealed field of a binding that answers each prefill."""

OF_THE_PERSON = frozenset({"agent_name", "contact", "phone"})
"""What is taken from the person who acts, also where they act for a body."""


def prefilled(privacy: Privacy, party: Party, form: Form) -> Answers:
    """What the binding can answer, by question; what of it is not locked may be changed."""
    answers: Answers = {}
    for question in form.questions():
        if not question.prefill:
            continue
        field = SOURCES[question.prefill]
        source: Mapping[str, Any] = party.agent if question.prefill in OF_THE_PERSON else party.applicant
        if source.get(field):
            answers[question.name] = privacy.open(source[field], f"applicant:{source['_id']}:{field}")
    return answers


def locked_part(form: Form, answers: Mapping[str, Any]) -> Answers:
    """The answers to questions that the binding answers."""
    return {q.name: answers[q.name] for q in form.questions() if q.locked and q.name in answers}


def known_to(privacy: Privacy, party: Party, guide: Guide) -> Answers:
    """The answers that come from the binding, by question; what is sent for these questions is dropped."""
    return locked_part(guide.form, prefilled(privacy, party, guide.form))


def with_known(form: Form, answers: Mapping[str, Any], known: Mapping[str, Any]) -> Answers:
    """The answers in the order of the form, those of locked questions as they are known now."""
    found: Answers = {}
    for question in form.questions():
        source = known if question.locked else answers
        if question.name in source and is_asked(question, found):
            found[question.name] = source[question.name]
    return found


def differing(form: Form, answers: Mapping[str, Any], known: Mapping[str, Any]) -> list[Question]:
    """The locked questions whose kept answer is not what the binding knows."""
    return [
        q
        for q in form.questions()
        if q.locked
        and q.name in answers
        and not typed.same_name(str(answers[q.name]), str(known.get(q.name)))
    ]


class Whose(TypedDict):
    """The fields of an application that say who applies."""

    applicant: str
    agent: str
    account: str
    masked_name: str
    masked_number: str


def whose(party: Party) -> Whose:
    return {
        "applicant": party.id,
        "agent": str(party.agent["_id"]),
        "account": party.account,
        "masked_name": party.applicant["masked_name"],
        "masked_number": party.applicant["credential"]["masked"],
    }
