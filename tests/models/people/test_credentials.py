from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadInput
from models.people.credentials import RULES, ApplicantKind, CredentialKind, check_credential
from tests.models.pasting import pasted

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


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
def test_each_credential_of_article_7_is_accepted(
    applicant: ApplicantKind, kind: CredentialKind, number: str
) -> None:
    assert check_credential(applicant, kind, f" {number.lower()} ", TODAY).number == number


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
def test_full_width_is_the_same_number(applicant: ApplicantKind, kind: CredentialKind, number: str) -> None:
    wide = number.translate({character: character + 0xFEE0 for character in range(33, 127)})
    assert check_credential(applicant, kind, f"　{wide}", TODAY).number == number


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
def test_no_digits_of_other_scripts(applicant: ApplicantKind, kind: CredentialKind, number: str) -> None:
    arabic = number.translate({digit: digit - 48 + 0x0660 for digit in range(48, 58)})
    with pytest.raises(BadInput):
        check_credential(applicant, kind, arabic, TODAY)


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
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


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
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


SAID = [
    (PERSON, CredentialKind.RESIDENT_ID, "", "请填写身份证号"),
    (PERSON, CredentialKind.RESIDENT_ID, "\u202d \u202c\u3164", "请填写身份证号"),
    (PERSON, CredentialKind.RESIDENT_ID, "4401131990010100", "身份证号应为18位，您填了16位"),
    (PERSON, CredentialKind.RESIDENT_ID, "44O11319900101001X", "身份证号应由数字（最后一位可以是X）组成"),
    (PERSON, CredentialKind.RESIDENT_ID, with_check_digit("81000019900101001"), "这不是身份证号，"),
    (
        PERSON,
        CredentialKind.RESIDENT_ID,
        with_check_digit("44011319900230001"),
        "身份证号里的出生日期",
    ),
    (PERSON, CredentialKind.RESIDENT_ID, "110105194912310021", "身份证号填得不对，"),
    (PERSON, CredentialKind.HMT_RESIDENCE_PERMIT, "11010519491231002X", "这不是居住证号，"),
    (
        PERSON,
        CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID,
        "GBR44018506",
        "永久居留身份证号应为15位，",
    ),
    (
        PERSON,
        CredentialKind.FOREIGN_PERMANENT_RESIDENT_ID,
        "9114401985",
        "永久居留身份证号应为18位，",
    ),
    (PERSON, CredentialKind.SOCIAL_SECURITY, "123", "社保号应为8至12位，您填了3位"),
    (PERSON, CredentialKind.SOCIAL_SECURITY, "1101051949123100", "社保号应为18位，您填了16位"),
    (PERSON, CredentialKind.PASSPORT, "E123456789", "护照号应为5至9位，您填了10位"),
    (PERSON, CredentialKind.PASSPORT, "ABCDEF", "护照号应由数字和字母（至少一个数字）组成"),
    (ENTERPRISE, CredentialKind.REGISTRATION_NUMBER, "1101080000000", "工商注册号应为15位，您填了13位"),
    (ENTERPRISE, CredentialKind.REGISTRATION_NUMBER, "110108000000017", "工商注册号填得不对，"),
    (
        ENTERPRISE,
        CredentialKind.USCC,
        "91440113MA59K2XT4I",
        "统一社会信用代码应由数字和字母（没有I",
    ),
    (ENTERPRISE, CredentialKind.USCC, "91440113MA59K2XT4N", "统一社会信用代码填得不对，"),
    (ORGANIZATION, CredentialKind.LEGAL_PERSON_CERTIFICATE, "1", "法人证号应为6至18位，您填了1位"),
    (ORGANIZATION, CredentialKind.LEGAL_PERSON_CERTIFICATE, "1" * 18, "法人证号填得不对，"),
]


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
@pytest.mark.parametrize(("applicant", "kind", "number", "said"), SAID)
def test_a_wrong_number_is_told_what_is_wrong_with_it(
    applicant: ApplicantKind, kind: CredentialKind, number: str, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        check_credential(applicant, kind, number, TODAY)
    assert (refused.value.code, refused.value.field) == ("credential_number_invalid", "number")
    assert str(refused.value).startswith(said)


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
@pytest.mark.parametrize(("applicant", "kind", "number"), VALID)
@given(data=st.data())
def test_a_number_is_the_same_wherever_it_was_copied(
    applicant: ApplicantKind, kind: CredentialKind, number: str, data: st.DataObject
) -> None:
    label = data.draw(st.sampled_from(["", "证件号码：", "ID No.: "]))
    text = label + data.draw(pasted(number, spaces=True)).lower()
    assert check_credential(applicant, kind, text, TODAY).number == number


@pytest.mark.article("7.person", "7.enterprise", "7.organization")
@pytest.mark.parametrize(
    ("kind", "text", "number"),
    [
        (CredentialKind.USCC, "91440113-MA59K2XT4-M", "91440113MA59K2XT4M"),
        (CredentialKind.LEGAL_PERSON_CERTIFICATE, "12440113–455307621C", "12440113455307621C"),
        (CredentialKind.LEGAL_PERSON_CERTIFICATE, "粤事证第 1234－56 号", "粤事证第1234-56号"),
        (CredentialKind.RESIDENT_ID, "我的身份证号是11010519491231002x。", "11010519491231002X"),
    ],
)
def test_hyphens_and_words_around_a_number(kind: CredentialKind, text: str, number: str) -> None:
    applicant = next(iter(RULES[kind].kinds - ({ORGANIZATION} if kind is CredentialKind.USCC else set())))
    assert check_credential(applicant, kind, text, TODAY).number == number


@pytest.mark.parametrize(
    ("applicant", "kind"), [(PERSON, CredentialKind.USCC), (ENTERPRISE, CredentialKind.PASSPORT)]
)
def test_the_kind_at_fault_is_named_as_its_form_calls_it(
    applicant: ApplicantKind, kind: CredentialKind
) -> None:
    with pytest.raises(BadInput) as refused:
        check_credential(applicant, kind, "91440113MA59K2XT4M", TODAY)
    assert refused.value.field == ("kind" if applicant is PERSON else "credential_kind")


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
