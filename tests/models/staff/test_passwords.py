"""What a password must be like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInput
from models.staff.passwords import (
    COMMONEST,
    LONGEST,
    SHORTEST,
    PasswordCommon,
    PasswordNamed,
    PasswordShort,
    check_password,
    one_time_password,
)


@pytest.mark.parametrize(
    ("password", "refusal"),
    [
        ("a1b2c3d4e", PasswordShort),
        ("a" * (LONGEST + 1), PasswordShort),
        ("Admin123456", PasswordCommon),
        ("1111111111", PasswordCommon),
        ("ababababab", PasswordCommon),
        ("chenjiamin", PasswordNamed),
        ("ChenJiamin2026", PasswordNamed),
        ("陈嘉敏陈嘉敏陈嘉敏1234", PasswordNamed),
    ],
)
def test_what_is_easily_guessed_is_refused(password: str, refusal: type[BadInput]) -> None:
    with pytest.raises(refusal):
        check_password(password, "chenjiamin", "陈嘉敏")


@pytest.mark.parametrize(
    "password",
    ["竹子 石桥 白云 灯笼", "correct horse", "x7#k2!pQ9w", "chenjiamin likes tea", "0" * 9 + "abc"],
)
def test_what_is_long_and_their_own_will_do(password: str) -> None:
    check_password(password, "chenjiamin", "陈嘉敏")


def test_a_short_name_forbids_no_password() -> None:
    check_password("demoHR3kd9x2", "hr", "叶")


def test_every_common_one_is_long_enough_to_be_there() -> None:
    assert all(len(one) >= SHORTEST and one == one.casefold() for one in COMMONEST)


@given(st.text(max_size=30), st.text(max_size=10), st.text(max_size=10))
def test_no_name_and_no_password_is_a_fault_of_ours(password: str, username: str, name: str) -> None:
    try:
        check_password(password, username, name)
    except BadInput as refused:
        assert refused.field == "password"
    else:
        assert len(password) >= SHORTEST


def test_a_one_time_password_is_one_that_may_be_and_another_each_time() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        check_password(one, "chen", "陈")
