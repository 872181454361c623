from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.credentials import RULES, ApplicantKind, CredentialKind, check_credential
from models.errors import BadInput

TODAY = date(2026, 11, 24)
PERSON, ENTERPRISE, ORGANIZATION = ApplicantKind


def with_check_digit(first: str) -> str:
    weights = [pow(2, 17 - i, 11) for i in range(17)]
    rest = sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11
    return first + "10X98765432"[rest]


VALID = [
    # GB 11643's own example
    (PERSON, CredentialKind.RESIDENT_ID, "11010519491231002X"),
    (PERSON, CredentialKind.RESIDENT_ID, with_check_digit("44011319480512003")),
    (PERSON, CredentialKind.HMT_RESIDENCE_PERMIT, with_check_digit("81000019900101001")),
    (PERSON, CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID, with_check_digit("91144019850607001")),
    (PERSON, CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID, "GBR440185060712"),
    (PERSON, CredentialKind.SOCIAL_SECURITY, "1034567890"),
    (PERSON, CredentialKind.PASSPORT, "533380006"),
    (ENTERPRISE, CredentialKind.REGISTRATION_NUMBER, "110108000000016"),
    # 国家市场监督管理总局
    (ENTERPRISE, CredentialKind.USCC, "91440113MA59K2XT4M"),
    (ORGANIZATION, CredentialKind.USCC, "11100000MB0143028R"),
    (ORGANIZATION, CredentialKind.LEGAL_PERSON_CERTIFICATE, "144011300123"),
]


@pytest.mark.article(7)
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
def test_each_credential_of_article_7_is_accepted(
    applicant: ApplicantKind, kind: CredentialKind, number: str
) -> None:
    assert check_credential(applicant, kind, f" {number.lower()} ", TODAY).number == number


@pytest.mark.article(7)
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
def test_full_width_is_the_same_number(applicant: ApplicantKind, kind: CredentialKind, number: str) -> None:
    wide = number.translate({character: character + 0xFEE0 for character in range(33, 127)})
    assert check_credential(applicant, kind, f"　{wide}", TODAY).number == number


@pytest.mark.article(7)
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
def test_no_digits_of_other_scripts(applicant: ApplicantKind, kind: CredentialKind, number: str) -> None:
    arabic = number.translate({digit: digit - 48 + 0x0660 for digit in range(48, 58)})
    with pytest.raises(BadInput):
        check_credential(applicant, kind, arabic, TODAY)


@pytest.mark.article(7)
@pytest.mark.parametrize("kind", CredentialKind)
@pytest.mark.parametrize("applicant", ApplicantKind)
def test_nobody_uses_a_credential_of_another_kind_of_applicant(
    applicant: ApplicantKind, kind: CredentialKind
) -> None:
    if applicant in RULES[kind].kinds:
        return
    with pytest.raises(BadInput) as refused:
        check_credential(applicant, kind, "110105194912310021", TODAY)
    assert refused.value.code == "credential_kind_not_accepted"


@pytest.mark.article(7)
@pytest.mark.parametrize(
    ("applicant", "kind", "number"),
    [
        (PERSON, CredentialKind.RESIDENT_ID, "110105194912310021"),  # wrong check digit
        (PERSON, CredentialKind.RESIDENT_ID, with_check_digit("44011320990101001")),  # not yet born
        (PERSON, CredentialKind.RESIDENT_ID, with_check_digit("44011319900230001")),  # 30 February
        (PERSON, CredentialKind.RESIDENT_ID, with_check_digit("81000019900101001")),  # a residence permit
        (PERSON, CredentialKind.HMT_RESIDENCE_PERMIT, "11010519491231002X"),
        (PERSON, CredentialKind.PASSPORT, "ABCDEF"),
        (ENTERPRISE, CredentialKind.REGISTRATION_NUMBER, "110108000000017"),
        (ENTERPRISE, CredentialKind.USCC, "11100000MB0143028X"),
        (ORGANIZATION, CredentialKind.LEGAL_PERSON_CERTIFICATE, "1"),
    ],
)
def test_numbers_that_cannot_be(applicant: ApplicantKind, kind: CredentialKind, number: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_credential(applicant, kind, number, TODAY)
    assert refused.value.code == "credential_number_invalid"


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_id_number_is_noticed(place: int, shift: int) -> None:
    right = with_check_digit("44011319480512003")
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    with pytest.raises(BadInput):
        check_credential(PERSON, CredentialKind.RESIDENT_ID, wrong, TODAY)


@given(st.sampled_from(CredentialKind), st.text(max_size=40))
def test_no_text_breaks_the_check(kind: CredentialKind, number: str) -> None:
    applicant = next(iter(RULES[kind].kinds))
    try:
        check_credential(applicant, kind, number, TODAY)
    except BadInput as refused:
        assert refused.code == "credential_number_invalid"
