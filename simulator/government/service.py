"""The government's systems: acceptance (一站式), reviews (好差评), disclosure, credit, and data sharing.

docs/architecture.md, "Government systems", gives the paths, bodies and signature; the field names and rules
of 好差评 are those of the national interface as implementations use it.
"""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from simulator.config import SimulatorConfig
from simulator.errors import PlatformError
from simulator.people import Registry

SKEW = timedelta(minutes=5)

STATES = frozenset(
    {
        "generated",
        "submitted",
        "supplement_requested",
        "accepted",
        "paused",
        "not_accepted",
        "returned",
        "concluded",
        "withdrawn",
    }
)
PERSON_KINDS = frozenset(
    {
        "resident_id",
        "hmt_residence_permit",
        "foreign_permanent_resident_id",
        "social_security",
        "passport",
    }
)
BODY_KINDS = frozenset({"registration_number", "uscc", "legal_person_certificate"})

TAGS: Mapping[str, Mapping[str, range]] = {
    "1": {
        "5": range(510, 518),
        "4": range(406, 414),
        "3": range(307, 315),
        "2": range(207, 215),
        "1": range(108, 116),
    }
}
"""Version of the list of tags → level → codes of its tags."""
RECEIPTS: Mapping[str, str] = {"disclosure": "GS", "credit": "XY"}
"""The systems that give a receipt, and with which letters theirs begin."""
PAGE = 50
"""Reviews that are listed in one answer."""
BAD = frozenset({"1", "2"})

Check = Callable[[str], bool]


def _pattern(pattern: str) -> Check:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda value: compiled.fullmatch(value) is not None


def _one_of(*values: str) -> Check:
    return lambda value: value in values


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


USCC = _pattern("[0-9A-HJ-NPQRTUWXY]{18}")
TEXT = _pattern(r".{1,500}")

REQUIRED: Mapping[str, Check] = {
    "areaCode": _pattern(r"\d{6,12}"),
    "deptCode": USCC,
    "taskCode": _pattern(r"[0-9A-Z]{18,32}"),
    "taskName": TEXT,
    "projectNo": _pattern(r"[0-9A-Za-z-]{1,50}"),
    "proStatus": _one_of("1", "2", "3"),
    "userProp": _one_of("1", "2"),
    "satisfaction": _one_of(*"12345"),
    "assessTime": _is_time,
    "assessNumber": _one_of("1", "2"),
    "pf": _one_of(*"1234567"),
    "revision": _pattern(r"[1-9]\d{0,8}"),
    "assessState": _one_of("1", "2"),
    "tagsVersion": _one_of(*TAGS),
}
OPTIONAL: Mapping[str, Check] = {
    "taskHandleItem": TEXT,
    "subMatter": TEXT,
    "proDepart": TEXT,
    "proManager": TEXT,
    "userName": TEXT,
    "evalDetail": _pattern(r"\d{3}(?:,\d{3})*"),
    "writingEvaluation": TEXT,
    "promiseTime": _one_of("1", "2"),
    "acceptDate": _is_time,
    "dataSource": _pattern(r"\w{1,20}"),
}
REPORT: Mapping[str, Check] = {
    "serial": _pattern(r"[0-9A-Z-]{8,64}"),
    "item": _pattern(r"[0-9A-Z]{18,32}"),
    "department": USCC,
    "state": lambda value: value in STATES,
    "at": _is_time,
}


DECISION: Mapping[str, Check] = {
    "number": _pattern(r"[\u4e00-\u9fff]{2,8}〔\d{4}〕[1-9]\d*号"),
    "name": TEXT,
    "kind": lambda value: value in PERSON_KINDS | BODY_KINDS,
    "code": _pattern(r"[0-9A-Z]{5,32}"),
    "ground": TEXT,
    "basis": TEXT,
    "office": TEXT,
    "state": _one_of("published", "withdrawn"),
    "until": _is_time,
    "at": _is_time,
}


class Government:
    """`reports` and `reviews` hold what came, in order."""

    def __init__(self, config: SimulatorConfig, clock: Callable[[], datetime], registry: Registry) -> None:
        self.config, self.clock, self.registry = config, clock, registry
        self.systems: Mapping[str, Callable[[dict[str, Any]], bool]] = {
            "acceptance": self._check_report,
            "reviews": self._check_review,
            "disclosure": self._check_disclosure,
            "credit": self._check_credit,
        }
        self.reset()

    def reset(self) -> None:
        self.records: dict[str, list[dict[str, Any]]] = {system: [] for system in self.systems}
        self.keys: dict[tuple[str, str], bytes] = {}
        self.verifications: list[dict[str, Any]] = []

    def check(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        """Whether a request is the service's own.

        Raises:
            PlatformError: unknown_app, timestamp_stale, signature_invalid.
        """
        if headers.get("X-App-Id") != self.config.government_app_id:
            raise PlatformError("unknown_app")
        stamp = headers.get("X-Timestamp", "")
        sent = int(stamp) if re.fullmatch(r"\d{1,12}", stamp) else 0
        if abs(self.clock().timestamp() - sent) > SKEW.total_seconds():
            raise PlatformError("timestamp_stale")
        key, text = self.config.government_secret.encode(), f"{stamp}\n{path}\n".encode() + body
        expected = hmac.new(key, text, sha256).hexdigest()
        if not hmac.compare_digest(expected.encode(), headers.get("X-Signature", "").encode()):
            raise PlatformError("signature_invalid")

    def take(self, system: str, key: str, body: bytes) -> dict[str, Any]:
        """Record what `system` is told, once for each key; what comes again has the receipt of the first.

        Raises:
            PlatformError: idempotency_key_missing, idempotency_key_reused, or what is wrong with the body.
        """
        if not re.fullmatch(r"\S{1,200}", key):
            raise PlatformError("idempotency_key_missing")
        before = self.keys.get((system, key))
        if before is not None and before != body:
            raise PlatformError("idempotency_key_reused")
        if before is None:
            document = parse(body)
            is_news = self.systems[system](document)
            self.keys[system, key] = body
            if is_news:
                record = {"key": key, "at": self.clock().isoformat(), "body": document}
                self.records[system].append(record | self._receipt(system))
        if system not in RECEIPTS:
            return {"ok": True}
        [receipt] = (each["receipt"] for each in self.records[system] if each["key"] == key)
        return {"ok": True, "receipt": receipt}

    def verify_person(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        kind, name, number = _identity(asked, PERSON_KINDS)
        result = self.registry.check_person([kind], name, number)
        self.verifications.append({"at": self.clock().isoformat(), "kind": kind, "result": result})
        return {"ok": True, "result": result}

    def verify_body(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        kind, name, number = _identity(asked, BODY_KINDS)
        result, person = self.registry.check_body(kind, name, number)
        self.verifications.append({"at": self.clock().isoformat(), "kind": kind, "result": result})
        if person is None:
            return {"ok": True, "result": result}
        representative = {"name": person.name, "number": person.credentials[0].number}
        return {"ok": True, "result": result, "legal_representative": representative}

    def list_reviews(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The latest of each review and follow-up that was given on the `day`, in the order of their keys:
        one page, `after` a key. `next` is the key after which the next page begins, "" on the last one.

        Raises:
            PlatformError: a field is wrong.
        """
        _check_fields(asked, {"day": _pattern(r"\d{4}-\d{2}-\d{2}")}, {"after": TEXT})
        day, after = asked["day"], str(asked.get("after") or "")
        keys = {f"{project}:{number}": body for (project, number), body in self.latest().items()}
        left = [key for key in sorted(keys) if key > after and keys[key]["assessTime"].startswith(day)]
        more = left[PAGE - 1] if len(left) > PAGE else ""
        return {"ok": True, "items": [keys[key] for key in left[:PAGE]], "next": more}

    def latest(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The latest revision of each review (`assessNumber` 1) and follow-up (2)."""
        return {_key(each["body"]): each["body"] for each in self.reviews}

    def spoil(self, way: str, project: str, number: str, fields: Mapping[str, Any]) -> bool:
        """As after a fault of 好差评 itself: it has `forgotten` a record, it has `altered` `fields`, or one
        like it is `invented` under another `projectNo`. False if there is no such record."""
        found = self.latest().get((project, number))
        if found is None:
            return False
        if way == "forgotten":
            self.records["reviews"] = [
                each for each in self.reviews if _key(each["body"]) != (project, number)
            ]
        elif way == "altered":
            found.update(fields)
        else:
            body = {**found, "projectNo": f"{project}-X"}
            self.reviews.append({"key": way, "at": self.clock().isoformat(), "body": body})
        return True

    def _receipt(self, system: str) -> dict[str, str]:
        """Of the next record, where the system gives one."""
        if system not in RECEIPTS:
            return {}
        number = len(self.records[system]) + 1
        return {"receipt": f"{RECEIPTS[system]}{self.clock():%Y%m%d}{number:06}"}

    def _check_report(self, body: dict[str, Any]) -> bool:
        _check_fields(body, REPORT, {})
        return True

    def _check_disclosure(self, body: dict[str, Any]) -> bool:
        """Of business entities alone.

        Raises:
            PlatformError: not_an_entity; see `_check_decision`.
        """
        self._check_decision("disclosure", body)
        if body["kind"] not in BODY_KINDS:
            raise PlatformError("not_an_entity")
        return True

    def _check_credit(self, body: dict[str, Any]) -> bool:
        self._check_decision("credit", body)
        return True

    def _check_decision(self, system: str, body: dict[str, Any]) -> None:
        """A number is published once, and not again after it was withdrawn, in whatever order they come.

        Raises:
            PlatformError: a field is wrong; decision_exists or decision_withdrawn.
        """
        _check_fields(body, DECISION, {})
        known = {
            each["body"]["state"] for each in self.records[system] if each["body"]["number"] == body["number"]
        }
        if "withdrawn" in known:
            raise PlatformError("decision_withdrawn")
        if body["state"] in known:
            raise PlatformError("decision_exists")

    def _check_review(self, body: dict[str, Any]) -> bool:
        """A later revision takes the place of an earlier one; the same one again is no news.

        Raises:
            PlatformError: a field is wrong; bad_rating_without_reason, follow_up_without_first,
                revision_stale, or revision_reused: the same revision says something else.
        """
        _check_fields(body, REQUIRED, OPTIONAL)
        level, tags = str(body["satisfaction"]), str(body.get("evalDetail") or "")
        for tag in filter(None, tags.split(",")):
            if int(tag) not in TAGS[str(body["tagsVersion"])][level]:
                raise PlatformError("field_invalid: evalDetail")
        if level in BAD and not tags and not str(body.get("writingEvaluation") or "").strip():
            raise PlatformError("bad_rating_without_reason")
        latest, (project, number) = self.latest(), _key(body)
        if number == "2" and (project, "1") not in latest:
            raise PlatformError("follow_up_without_first")
        known = latest.get((project, number))
        if known is None or int(body["revision"]) > int(known["revision"]):
            return True
        if int(body["revision"]) < int(known["revision"]):
            raise PlatformError("revision_stale")
        if body != known:
            raise PlatformError("revision_reused")
        return False

    @property
    def reviews(self) -> list[dict[str, Any]]:
        return self.records["reviews"]


def parse(body: bytes) -> dict[str, Any]:
    """
    Raises:
        PlatformError: not_json.
    """
    try:
        document = json.loads(body)
    except ValueError:
        raise PlatformError("not_json") from None
    if not isinstance(document, dict):
        raise PlatformError("not_json")
    return document


def _check_fields(
    body: Mapping[str, Any], required: Mapping[str, Check], optional: Mapping[str, Check]
) -> None:
    for name in body.keys() - required.keys() - optional.keys():
        raise PlatformError(f"field_unknown: {name}")
    for name in required:
        if body.get(name) in (None, ""):
            raise PlatformError(f"field_missing: {name}")
    for name, check in (*required.items(), *optional.items()):
        value = body.get(name)
        if value in (None, "") and name in optional:
            continue
        if not isinstance(value, str | int) or isinstance(value, bool) or not check(str(value)):
            raise PlatformError(f"field_invalid: {name}")


def _key(review: Mapping[str, Any]) -> tuple[str, str]:
    return str(review["projectNo"]), str(review["assessNumber"])


def _identity(asked: Mapping[str, Any], kinds: frozenset[str]) -> tuple[str, str, str]:
    for name in ("kind", "name", "number"):
        if not isinstance(asked.get(name), str) or not asked[name].strip():
            raise PlatformError(f"field_missing: {name}")
    if asked["kind"] not in kinds:
        raise PlatformError("field_invalid: kind")
    return asked["kind"], asked["name"], asked["number"]
