"""Service items and their guides (articles 4.2, 10, 12, 14, 24)."""

from models.items.departments import Department, Departments
from models.items.forms import Condition, Form, Option, Part, Question, Section
from models.items.guide import (
    Fees,
    Guide,
    Handling,
    Material,
    MaterialKind,
    NotForApplicant,
    Step,
    TimeLimit,
    Way,
    check_publishable,
    guide_of,
)
from models.items.store import Guides

__all__ = [
    "Condition",
    "Department",
    "Departments",
    "Fees",
    "Form",
    "Guide",
    "Guides",
    "Handling",
    "Material",
    "MaterialKind",
    "NotForApplicant",
    "Option",
    "Part",
    "Question",
    "Section",
    "Step",
    "TimeLimit",
    "Way",
    "check_publishable",
    "guide_of",
]
