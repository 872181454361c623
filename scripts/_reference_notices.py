"""The reference pages of notices and events, and the templates that `.env.example` lists."""

import json
import re
from collections.abc import Iterable, Mapping

from _reference_tables import code, table

from models.outgoing import Via
from models.outgoing.notices import NOTICES, REPORTS, SILENT, Notice, Report, sent_by
from models.stores import told

WAYS = {Via.WECHAT: "WeChat", Via.SMS: "SMS"}
TEMPLATES = {"PANYU_WECHAT_TEMPLATES": Via.WECHAT, "PANYU_SMS_TEMPLATES": Via.SMS}


def notices() -> str:
    """What each notice is made of, the words of its events, and what the government's systems are told."""
    made = [(_name(each), *_makes(each)) for each in NOTICES.values()]
    said = [
        (code(event), code(each.name), telling.to.words, _words(telling.words))
        for each in NOTICES.values()
        for event, telling in each.events.items()
    ]
    reported = [
        (_name(each), code(event), code(state))
        for each in REPORTS.values()
        for event, state in each.states.items()
    ]
    return (
        "# Notices\n\n"
        "Each notice has a WeChat template (`PANYU_WECHAT_TEMPLATES`: notice → template id) and an SMS\n"
        "template (`PANYU_SMS_TEMPLATES`: notice → template code). Fields are typed by their names, as\n"
        "WeChat's are, and hold the fact beside them; SMS parameters are named as the facts. `purpose` says\n"
        "which part of the day's short messages a notice may use. `{about}` is the id of what the event is\n"
        "about.\n\n"
        + table(["notice", "sent by", "purpose", "WeChat fields", "SMS parameters", "leads to"], made)
        + "\n## Words\n\n"
        + table(["event", "notice", "told", "words"], said)
        + "\n## Reports to the government's systems\n\n"
        + table(["system", "event", "state"], reported)
    )


def _name(record: Notice | Report) -> str:
    return f"{code(record.name)} {record.label}"


def _makes(notice: Notice) -> list[str]:
    ways = " and ".join(WAYS[via] for via in notice.ways)
    if notice.fallback and notice.fallback not in notice.ways:
        ways += f", else {WAYS[notice.fallback]}"
    fields = ", ".join(f"{code(field)} {fact}" for field, fact in notice.fields.items())
    return [
        ways,
        notice.purpose.value,
        fields or "–",
        code(" ".join(notice.parameters)),
        code(notice.page) if notice.page else "–",
    ]


def _words(words: Mapping[str, str]) -> str:
    return "; ".join(f"{fact}: {text}" for fact, text in words.items()) or "–"


def events() -> str:
    """Every event that can happen, the store that tells of it, and who hears."""
    why = {event: f"nobody: {reason}" for reason, names in SILENT.items() for event in names}
    rows = [
        (
            code(event),
            code(f"{store.__module__}.{store.__qualname__}"),
            _named(event, NOTICES.values()) or why.get(event, "**undecided**"),
            _named(event, REPORTS.values()) or "–",
        )
        for event, store in sorted(told().items())
    ]
    head = (
        "# Events\n\nWhat can happen. The audit record keeps all of it; notices and reports tell of it.\n\n"
    )
    return head + table(["event", "store", "told by", "reported to"], rows)


def _named(event: str, records: Iterable[Notice | Report]) -> str:
    return ", ".join(code(record.name) for record in records if record.tells_of(event))


def example(text: str) -> str:
    """`.env.example` with the names of all templates that are needed."""
    for setting, via in TEMPLATES.items():
        names = json.dumps(dict.fromkeys(sent_by(via), ""))
        text = re.sub(rf"^{setting}=.*$", f"{setting}='{names}'", text, flags=re.MULTILINE)
    return text
