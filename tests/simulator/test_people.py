"""The people of the simulator have numbers that the service's own checks let through."""

from datetime import date

import pytest

from models.people.credentials import ApplicantKind, CredentialKind, check_credential
from simulator.people import Ids, Person, load

REGISTRY = load()
TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("person", REGISTRY.people, ids=lambda person: str(person.id))
def test_people_have_possible_numbers(person: Person) -> None:
    for credential in person.credentials:
        check_credential(ApplicantKind.PERSON, CredentialKind(credential.kind), credential.number, TODAY)


def test_bodies_have_possible_numbers() -> None:
    for body in REGISTRY.bodies:
        assert REGISTRY.person(body.representative)
        for each in body.credentials:
            check_credential(ApplicantKind(body.kind), CredentialKind(each.kind), each.number, TODAY)


def test_every_kind_is_held_by_somebody() -> None:
    held = [person.credentials for person in REGISTRY.people] + [body.credentials for body in REGISTRY.bodies]
    assert {CredentialKind(each.kind) for credentials in held for each in credentials} == set(CredentialKind)


def test_nobody_shares_a_number_or_a_phone() -> None:
    numbers = [(each.kind, each.number) for person in REGISTRY.people for each in person.credentials]
    assert len(set(numbers)) == len(numbers)
    assert len({person.phone for person in REGISTRY.people}) == len(REGISTRY.people)


def test_ids_are_stable_and_told_apart_by_app() -> None:
    ids = Ids("wxa", "wxb")
    assert ids.openid("li") == Ids("wxa", "wxb").openid("li")
    assert len({ids.openid("li"), ids.openid("wang"), ids.miniprogram_openid("li"), ids.unionid("li")}) == 4
    assert len(ids.openid("li")) == 28
