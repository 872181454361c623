"""The guides that tests use; what a test is about, it gives itself."""

from typing import Any

from models.guides import Department, Guide, Referral

USCC = "11440113007500002X"
OTHER = "11440113007500005T"
"""Another department."""
DEPARTMENT = Department(
    code=USCC,
    name="广州市公安局番禺区分局",
    short="公安",
    phone="020-84601234",
    address="番禺区",
)
OTHER_DEPARTMENT = Department(
    code=OTHER, name="番禺区民政局", short="民政", phone="020-84600001", address="番禺区"
)

CARD = Referral(
    code="card",
    name="社会保障卡申领",
    name_en="Social Security Card",
    keywords=["社保卡"],
    topics=["社保"],
    who="合作银行",
    why="由银行制发",
    where="各银行网点",
    phone="12333",
    website="https://cards.example",
)
"""What another does."""


def plain_guide(number: int = 1, **changes: Any) -> Guide:
    """The least that a guide can be: one question, and two files, of which one is required."""
    given: dict[str, Any] = {
        "item": f"{USCC}{number:013}",
        "name": "居住证签注",
        "summary": "居住证每年签注一次。",
        "department": USCC,
        "audience": ["person"],
        "topics": ["户籍"],
        "keywords": ["流动人口"],
        "basis": ["居住证暂行条例"],
        "conditions": ["在番禺居住"],
        "materials": [
            {"code": "id_card", "name": "身份证", "kinds": ["copy"]},
            {"code": "photo", "name": "照片", "kinds": ["electronic"], "required": False},
        ],
        "window_steps": [{"name": "受理"}, {"name": "办结"}],
        "online_steps": [{"name": "办结"}],
        "handling": "fully_online",
        "visits": 0,
        "deliverable": "居住证签注凭证",
        "places": ["district"],
        "group": "general",
        "consult_phone": "020-84601234",
        "complaint_phone": "020-12345",
        "channels": ["h5", "miniprogram", "window"],
        "form": {
            "sections": [
                {"title": "本人", "questions": [{"name": "address", "label": "住址", "kind": "address"}]}
            ]
        },
    }
    return Guide.model_validate(given | changes)


def form_guide(number: int = 1, **changes: Any) -> Guide:
    """With an answer that is masked, one that the binding knows, and one that depends on another."""
    questions = [
        {"name": "name", "label": "姓名", "kind": "name", "prefill": "name"},
        {
            "name": "kind",
            "label": "类型",
            "kind": "choice",
            "options": [{"value": "new", "label": "首次"}, {"value": "lost", "label": "补领"}],
        },
        {"name": "lost_on", "label": "遗失日期", "kind": "date"}
        | {"when": {"question": "kind", "values": ["lost"]}},
        {"name": "account", "label": "账号", "kind": "reference"},
        {
            "name": "ways",
            "label": "方式",
            "kind": "choices",
            "options": [{"value": value, "label": value} for value in "abc"],
        },
    ]
    form = {"sections": [{"title": "-", "questions": questions}]}
    return plain_guide(number, **{"form": form, **changes})


def rich_guide(**changes: Any) -> Guide:
    """With sections, a question that depends on another, and one file to upload."""
    return plain_guide(
        **{
            "name_en": "Endorsement of the residence permit",
            "keywords": ["流动人口", "居住证"],
            "time_limit": {"acceptance": 5, "decision": 10, "legal": 20},
            "fees": {"amount": "不收费", "basis": "粤发改价格〔2018〕1号"},
            "conditions": ["在番禺区居住满半年", "持有有效的广东省居住证"],
            "materials": [
                {
                    "code": "permit",
                    "name": "居住证原件照片",
                    "kinds": ["copy", "certificate"],
                    "sample": "四个角都拍到",
                    "sample_file": "certificate.svg",
                    "blank_file": "commitment_blank.svg",
                },
                {
                    "code": "lease",
                    "name": "租赁合同",
                    "kinds": ["copy"],
                    "required": False,
                    "asked": ["window"],
                },
            ],
            "window_steps": [{"name": "取号", "kind": "booking"}, {"name": "受理"}, {"name": "办结"}],
            "online_steps": [{"name": "网上申请"}, {"name": "办结"}],
            "form": {
                "sections": [
                    {
                        "title": "申请人信息",
                        "questions": [
                            {"name": "name", "label": "姓名", "kind": "name", "prefill": "name"},
                            {"name": "phone", "label": "联系电话", "kind": "phone", "prefill": "phone"},
                        ],
                    },
                    {
                        "title": "居住信息",
                        "questions": [
                            {"name": "address", "label": "现住址", "kind": "long_text", "help": "写到门牌号"},
                            {
                                "name": "housing",
                                "label": "住房类型",
                                "kind": "choice",
                                "options": [
                                    {"value": "own", "label": "自有"},
                                    {"value": "rent", "label": "租赁"},
                                ],
                            },
                            {
                                "name": "landlord",
                                "label": "出租人姓名",
                                "kind": "name",
                                "when": {"question": "housing", "values": ["rent"]},
                            },
                        ],
                    },
                ]
            },
            **changes,
        }
    )


def api_guide(**changes: Any) -> Guide:
    """For persons and enterprises, and it asks for a credential's number."""
    plain = rich_guide().model_dump(mode="json")
    number = {"name": "number", "label": "证件号码", "kind": "credential", "prefill": "credential_number"}
    plain["form"]["sections"][0]["questions"].append(number)
    return Guide.model_validate(plain | {"audience": ["person", "enterprise"]} | changes)
