"""Guides for the tests of the models."""

from typing import Any

from models.guides import Guide


def guide(number: int = 1, **changes: Any) -> Guide:
    return Guide.model_validate(
        {
            "item": f"11440113007512345A{number:013}",
            "name": "老年人优待证申领",
            "summary": "-",
            "department": "11440113007512345A",
            "audience": ["person"],
            "topics": ["养老"],
            "basis": ["-"],
            "conditions": ["-"],
            "materials": [
                {"code": "id_card", "name": "身份证", "kinds": ["copy"]},
                {"code": "photo", "name": "照片", "kinds": ["electronic"], "required": False},
            ],
            "window_steps": [{"name": "受理"}, {"name": "办结"}],
            "online_steps": [{"name": "受理"}, {"name": "办结"}],
            "handling": "fully_online",
            "visits": 0,
            "deliverable": "老年人优待证",
            "places": ["centre"],
            "group": "general",
            "consult_phone": "020-84600001",
            "complaint_phone": "12345",
            "channels": ["h5"],
            "form": {
                "sections": [{"title": "-", "questions": [{"name": "q", "label": "-", "kind": "text"}]}]
            },
            **changes,
        }
    )
