"""The papers of an application that must reach its applicant: a refusal to accept it, and a denial."""

from models.applications import Application, is_denied
from models.applications import State as ApplicationState
from models.events import Cause
from models.guides import TYPES
from models.serving.document import Paper, ToServe
from models.serving.store import Servings


def paper_of(application: Application) -> Paper | None:
    """The paper in which an application ended against its applicant."""
    if application["state"] is ApplicationState.NOT_ACCEPTED:
        return Paper.NON_ACCEPTANCE
    return Paper.DENIAL if is_denied(application) else None


def name_of(application: Application, paper: Paper) -> str:
    """What a paper of an application is called, by the type of its item."""
    rules = TYPES[application["type"]]
    return f"{rules.denied}{rules.denial}" if paper is Paper.DENIAL else paper.label


async def open_paper(servings: Servings, application: Application, by: Cause) -> None:
    """The applicant looks at the page on which the paper of an application is read."""
    if paper := paper_of(application):
        await servings.opened(paper, application["_id"], by)


def to_serve(application: Application, event: str) -> ToServe | None:
    """What is to be served, of which `event` has told by WeChat and SMS."""
    paper = paper_of(application)
    if paper is None:
        return None
    for_body = application["agent"] != application["applicant"]
    return ToServe(
        paper=paper,
        about=application["_id"],
        title=f"{name_of(application, paper)}（{application['serial']} {application['item_name']}）",
        applicant=application["applicant"],
        agent=application["agent"] if for_body else "",
        department=application["department"],
        event=event,
    )
