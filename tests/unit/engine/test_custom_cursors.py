"""A cursor of an order in which a row may have no key."""

import pytest

from api.engine.cursors import OPTIONAL, CursorError


def test_a_key_is_told_from_none():
    assert [OPTIONAL.read(raw) for raw in (b"\x00", b"\x01", b"\x01\x00", b"\x0142")] == [None, b"", b"\x00", b"42"]


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x00\x00", b"42"])
def test_anything_else_is_no_key(raw):
    with pytest.raises(CursorError):
        OPTIONAL.read(raw)
