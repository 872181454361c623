"""A complete guide, small."""

from typing import Any

from models.guides import Guide

USCC = "11440113007500002X"


def a_guide(**changes: Any) -> Guide:
    given: dict[str, Any] = {
        "item": USCC + "0000000000001",
        "name": "居住证签注",
        "summary": "居住证每年签注一次。",
        "department": USCC,
        "audience": ["person"],
        "topics": ["户籍"],
        "keywords": ["流动人口"],
        "basis": ["居住证暂行条例"],
        "conditions": ["在番禺居住"],
        "materials": [{"code": "permit", "name": "居住证", "kinds": ["copy"]}],
        "window_steps": [{"name": "受理"}, {"name": "办结"}],
        "online_steps": [{"name": "办结"}],
        "handling": "fully_online",
        "visits": 0,
        "places": ["district"],
        "group": "general",
        "consult_phone": "020-84601234",
        "complaint_phone": "020-12345",
        "channels": ["h5", "miniprogram", "window"],
        "form": {
            "sections": [
                {"title": "本人", "questions": [{"name": "address", "label": "住址", "kind": "text"}]}
            ]
        },
    }
    return Guide.model_validate(given | changes)
