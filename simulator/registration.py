"""Registering invented people and bodies while the simulator runs (docs/simulator.md, "Control")."""

from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from tornado.web import HTTPError

from simulator.control import ControlHandler, ListHandler, person_document
from simulator.names import plain
from simulator.numbers import BODY_KINDS, PERSON_KINDS, PHONE, POSSIBLE, Kind, normal
from simulator.people import COLOURS, Body, Credential, Person, Population, Taken

CROWD, EVERYBODY = 10_000, 100_000
"""How many one call registers, and how many there are in all, at most."""


class Holder(BaseModel):
    """`number` must be one that a credential of its `kind` can have."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    kind: Kind
    number: str = Field(max_length=50)

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not plain(name):
            raise ValueError("name is empty")
        return " ".join(name.split())

    @model_validator(mode="after")
    def _possible(self) -> "Holder":
        self.number = normal(self.number)
        if not POSSIBLE[self.kind](self.number):
            raise ValueError(f"number is none that a {self.kind.value} can have: form, date or check digit")
        return self

    def credentials(self) -> tuple[Credential, ...]:
        return (Credential(kind=self.kind, number=self.number),)


class NewPerson(Holder):
    phone: str = Field(pattern=PHONE.pattern, max_length=11)
    language: str = Field("zh_CN", pattern="zh_CN|en")
    about: str = Field("新登记的居民", max_length=100)

    @field_validator("kind")
    @classmethod
    def _of_a_person(cls, kind: Kind) -> Kind:
        if kind not in PERSON_KINDS:
            raise ValueError("bodies are registered at /control/bodies")
        return kind


class NewBody(Holder):
    """`representative` is a person's id."""

    representative: str

    @field_validator("kind")
    @classmethod
    def _of_a_body(cls, kind: Kind) -> Kind:
        if kind not in BODY_KINDS:
            raise ValueError("people are registered at /control/people")
        return kind

    @property
    def is_enterprise(self) -> bool:
        """A USCC of a business begins with 9 (GB 32100)."""
        business = self.kind is Kind.USCC and self.number.startswith("9")
        return business or self.kind is Kind.REGISTRATION_NUMBER


class Crowd(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: int = Field(ge=1, le=CROWD, strict=True)


class RegisteringHandler(ControlHandler):
    def refuse(self, error: ValidationError) -> NoReturn:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        self.reply(
            {"error": ": ".join([*map(str, first["loc"]), first["msg"].removeprefix("Value error, ")])}, 400
        )

    def register(self, population: Population) -> None:
        """
        Raises:
            HTTPError: 409, the phone or the number is taken, or there is no room.
        """
        if len(self.simulator.people.people) + len(population.people) > EVERYBODY:
            raise HTTPError(409, reason=f"at most {EVERYBODY} people live here")
        try:
            self.simulator.settle(population)
        except Taken as taken:
            raise HTTPError(409, reason=f"somebody has this {taken}") from None
        self.simulator.changed()


class PeopleHandler(RegisteringHandler, ListHandler):
    """GET /control/people; POST registers a person."""

    def get(self, name: str = "people") -> None:
        super().get(name)

    def post(self) -> None:
        try:
            new = NewPerson.model_validate(self.asked())
        except ValidationError as error:
            self.refuse(error)
        n = len(self.simulator.people.people) + 1
        person = Person(
            id=f"person{n}",
            name=new.name,
            phone=new.phone,
            about=new.about,
            colour=COLOURS[n % len(COLOURS)],
            language=new.language,
            credentials=new.credentials(),
        )
        self.register(Population(people=(person,)))
        self.reply(person_document(self.simulator, person), 201)


class BodiesHandler(RegisteringHandler, ListHandler):
    """GET /control/bodies; POST registers an enterprise or another organization."""

    def get(self, name: str = "bodies") -> None:
        super().get(name)

    def post(self) -> None:
        try:
            new = NewBody.model_validate(self.asked())
        except ValidationError as error:
            self.refuse(error)
        if self.simulator.people.person(new.representative) is None:
            raise HTTPError(400, reason="representative is the id of a person")
        body = Body(
            id=f"body{len(self.simulator.people.bodies) + 1}",
            kind="enterprise" if new.is_enterprise else "organization",
            name=new.name,
            representative=new.representative,
            credentials=new.credentials(),
        )
        self.register(Population(bodies=(body,)))
        self.reply(body.model_dump(mode="json"), 201)


class CrowdHandler(RegisteringHandler):
    """POST /control/crowd {"count"}: so many invented residents."""

    def post(self) -> None:
        try:
            asked = Crowd.model_validate(self.asked())
        except ValidationError as error:
            self.refuse(error)
        crowd = self.simulator.people.crowd(asked.count)
        self.register(crowd)
        self.reply({"items": [person_document(self.simulator, person) for person in crowd.people]}, 201)


ROUTES: list[Any] = [
    ("/control/people", PeopleHandler),
    ("/control/bodies", BodiesHandler),
    ("/control/crowd", CrowdHandler),
]
