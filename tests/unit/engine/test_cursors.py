"""A cursor is a position that only its own list, of its own tenant, can read."""

import base64
import hashlib
import uuid

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.engine import cursors
from api.engine.cursors import KEYS, VERSION, CursorError, Position

SECRET = b"of this tenant"
LABEL = cursors.label("Person", "name", "ASCENDING")
TEXT = next(key for _, key in KEYS if key.cast == "text")
ID = uuid.UUID(int=7)


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def a_cursor(*, secret=SECRET, label=LABEL, key=b"Ada"):
    """As PostgreSQL writes it."""
    position = ID.bytes + key
    seal = hashlib.sha256(secret + label + position).digest()[:8]
    return base64.urlsafe_b64encode(VERSION + seal + position).rstrip(b"=").decode()


def test_a_cursor_is_read_by_its_own_list():
    assert cursors.decode(a_cursor(), LABEL, SECRET, TEXT) == Position(ID, "Ada")


def test_a_cursor_without_a_key_is_an_id():
    assert cursors.decode(a_cursor(key=b""), LABEL, SECRET, None) == Position(ID, None)


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param(a_cursor(secret=b"of another"), id="of-another-tenant"),
        pytest.param(a_cursor(label=cursors.label("Person", "name", "DESCENDING")), id="of-another-order"),
        pytest.param("", id="empty"),
        pytest.param("Zm9v", id="too-short"),
        pytest.param("%%%", id="no-base64"),
        pytest.param("ä", id="no-ascii"),
    ],
)
def test_any_other_text_is_refused(cursor):
    with pytest.raises(CursorError):
        cursors.decode(cursor, LABEL, SECRET, TEXT)


def test_no_byte_of_a_cursor_can_be_changed():
    raw = base64.urlsafe_b64decode(a_cursor() + "==")
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(CursorError):
            cursors.decode(base64.urlsafe_b64encode(changed).decode(), LABEL, SECRET, TEXT)


@pytest.mark.parametrize("key", [b"", b"A", b"Ad", b"Ada"])
def test_no_character_of_a_cursor_can_be_changed(key):
    """Whatever the length: where the last character holds unused bits, these count as well."""
    cursor = a_cursor(key=key)
    for place in range(len(cursor)):
        for character in ALPHABET + "+/=!":
            changed = cursor[:place] + character + cursor[place + 1 :]
            if changed != cursor:
                with pytest.raises(CursorError):
                    cursors.decode(changed, LABEL, SECRET, TEXT)


@given(st.text(min_size=1), st.integers(0, 40))
@settings(deadline=None)
def test_nothing_can_be_put_into_a_cursor(text, place):
    cursor = a_cursor()

    with pytest.raises(CursorError):
        cursors.decode(cursor[:place] + text + cursor[place:], LABEL, SECRET, TEXT)


@given(st.text())
@settings(deadline=None)
def test_no_text_at_all_is_more_than_refused(text):
    assume(text != a_cursor())

    with pytest.raises(CursorError):
        cursors.decode(text, LABEL, SECRET, TEXT)


@given(st.binary())
@settings(deadline=None)
def test_a_sealed_position_that_is_none_is_refused(position):
    """As one that an older version of a list might have made."""
    assume(len(position) < 16)
    seal = hashlib.sha256(SECRET + LABEL + position).digest()[:8]
    cursor = base64.urlsafe_b64encode(VERSION + seal + position).rstrip(b"=").decode()

    with pytest.raises(CursorError):
        cursors.decode(cursor, LABEL, SECRET, TEXT)


@pytest.mark.parametrize("cast", ["timestamptz", "date", "int8", "int4"])
def test_a_key_of_another_length_is_refused(cast):
    key = next(key for _, key in KEYS if key.cast == cast)

    with pytest.raises(CursorError):
        cursors.decode(a_cursor(key=b"abc"), LABEL, SECRET, key)
