import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import texts
from domain.programs.programs import ProgramRefusal, ProgramRefused


def invalid(field, message):
    return ProgramRefused(ProgramRefusal.INVALID, message, field=field)


def test_a_text_loses_the_white_space_around_it():
    assert texts.text_of("  Giving\n feedback \t", "title", invalid=invalid) == "Giving\n feedback"


def test_prose_may_be_empty():
    assert texts.prose_of("  ", "summary", invalid=invalid) == ""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(" \n", "Write something here; it can't be left empty.", id="empty"),
        pytest.param("a" * 201, "Shorten this text to 200 characters; it has 201.", id="too-long"),
        pytest.param("a\x00b", "Remove the characters that are no text: NUL, or half of a surrogate pair.", id="nul"),
        pytest.param("\ud800", "Remove the characters that are no text: NUL, or half of a surrogate pair.", id="half"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_with_its_field_and_what_to_do(value, message):
    with pytest.raises(ProgramRefused) as refused:
        texts.text_of(value, "title", invalid=invalid)

    assert (refused.value.reason, refused.value.field, refused.value.message) == (
        ProgramRefusal.INVALID,
        "title",
        message,
    )


def test_a_text_of_exactly_the_longest_length_is_kept():
    assert texts.text_of("a" * 200, "title", invalid=invalid) == "a" * 200


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_a_text_is_storable_exactly_if_utf_8_and_postgresql_have_it(value):
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        encoded = None

    assert texts.storable(value) == (encoded is not None and b"\x00" not in encoded)


def test_no_reference_is_no_reference():
    assert texts.reference_of(None, invalid=invalid) is None


def test_an_empty_reference_is_refused():
    with pytest.raises(ProgramRefused) as refused:
        texts.reference_of("", invalid=invalid)

    assert refused.value.field == "externalRef"


def test_a_link_is_an_https_address():
    assert texts.link_of(" https://meet.example.org/room?x=1 ", "link", invalid=invalid) == (
        "https://meet.example.org/room?x=1"
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("http://meet.example.org", "Use an address that starts with 'https://'."),
        ("javascript:alert(1)", "This is no web address. Use one such as 'https://meet.example.org/room'."),
        ("https://", "This is no web address. Use one such as 'https://meet.example.org/room'."),
        ("meet.example.org", "This is no web address. Use one such as 'https://meet.example.org/room'."),
        ("https://a.example/" + "x" * 2000, "Shorten this text to 2,000 characters; it has 2,018."),
    ],
)
def test_a_link_that_is_none_is_refused(value, message):
    with pytest.raises(ProgramRefused) as refused:
        texts.link_of(value, "link", invalid=invalid)

    assert (refused.value.field, refused.value.message) == ("link", message)
