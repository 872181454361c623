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
from models.serving.rules import BY_CLERKS, NOTED, served_by_notice, step_of, words_for
from models.serving.store import EFFECT, NEXT, Servings

__all__ = [
    "BY_CLERKS",
    "EFFECT",
    "NEXT",
    "NOTED",
    "Delivered",
    "How",
    "Note",
    "Outcome",
    "Paper",
    "Serving",
    "Servings",
    "State",
    "Step",
    "ToServe",
    "Word",
    "served_by_notice",
    "step_of",
    "words_for",
]
