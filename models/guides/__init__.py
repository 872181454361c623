"""Service items and their guides (articles 4.2, 10, 12, 14, 24)."""

from models.guides.departments import Department, Departments
from models.guides.form.answers import AnswerMissing, Answers, check_answers, is_asked, mask_answer
from models.guides.form.kinds import Kind
from models.guides.form.schema import Condition, Form, Option, Question, Section
from models.guides.guide import (
    ITEM_CODE,
    Fees,
    Guide,
    ItemCode,
    Material,
    MaterialKind,
    Medium,
    NotForApplicant,
    Offer,
    Step,
    TimeLimit,
    Way,
    check_audience,
    check_publishable,
    guide_of,
)
from models.guides.handling import HANDLING, Handling
from models.guides.referrals import Referral, Referrals
from models.guides.search import Found, Search
from models.guides.shown import ShownDepartments, ShownGuides, ShownReferrals, kept_guides, kept_uses
from models.guides.store import Guides, GuideState, Offered
from models.guides.types import TYPES, ItemType, TypeRules
from models.guides.uses import Uses

__all__ = [
    "HANDLING",
    "ITEM_CODE",
    "TYPES",
    "AnswerMissing",
    "Answers",
    "Condition",
    "Department",
    "Departments",
    "Fees",
    "Form",
    "Found",
    "Guide",
    "GuideState",
    "Guides",
    "Handling",
    "ItemCode",
    "ItemType",
    "Kind",
    "Material",
    "MaterialKind",
    "Medium",
    "NotForApplicant",
    "Offer",
    "Offered",
    "Option",
    "Question",
    "Referral",
    "Referrals",
    "Search",
    "Section",
    "ShownDepartments",
    "ShownGuides",
    "ShownReferrals",
    "Step",
    "TimeLimit",
    "TypeRules",
    "Uses",
    "Way",
    "check_answers",
    "check_audience",
    "check_publishable",
    "guide_of",
    "is_asked",
    "kept_guides",
    "kept_uses",
    "mask_answer",
]
