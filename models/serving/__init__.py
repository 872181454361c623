"""The service of papers (送达): until a legal notice is known to have reached its person."""

from models.serving.document import (
    Delivered,
    How,
    Note,
    Outcome,
    Paper,
    Serving,
    State,
    Step,
    ToServe,
    Word,
)
from models.serving.papers import name_of
from models.serving.rules import (
    BY_CLERKS,
    NOTED,
    ServingMovedOn,
    is_with_clerks,
    served_by_notice,
    step_of,
    words_for,
)
from models.serving.store import EFFECT, NEXT, PRINTED, Servings

__all__ = [
    "BY_CLERKS",
    "EFFECT",
    "NEXT",
    "NOTED",
    "PRINTED",
    "Delivered",
    "How",
    "Note",
    "Outcome",
    "Paper",
    "Serving",
    "ServingMovedOn",
    "Servings",
    "State",
    "Step",
    "ToServe",
    "Word",
    "is_with_clerks",
    "name_of",
    "served_by_notice",
    "step_of",
    "words_for",
]
