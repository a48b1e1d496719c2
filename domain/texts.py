"""Texts: what people type, checked once for everyone.

Every rule takes `invalid`, the caller's own way of refusing: `invalid(field, message)` gives the refusal to raise.
"""

from collections.abc import Callable
from typing import Any

from pydantic import HttpUrl, TypeAdapter, ValidationError

from domain.records import Refused

Invalid = Callable[[str, str], Refused[Any]]

TITLE = 200
BODY = 20_000
LINK = 2_000

_URL = TypeAdapter(HttpUrl)


def text_of(value: str, field: str, *, longest: int = TITLE, invalid: Invalid) -> str:
    """The text without the white space around it; never empty."""
    stripped = prose_of(value, field, longest=longest, invalid=invalid)
    if not stripped:
        raise invalid(field, "Write something here; it can't be left empty.")
    return stripped


def prose_of(value: str, field: str, *, longest: int = BODY, invalid: Invalid) -> str:
    """The text without the white space around it; may be empty."""
    stripped = value.strip()
    if len(stripped) > longest:
        raise invalid(field, f"Shorten this text to {longest:,} characters; it has {len(stripped):,}.")
    if not storable(stripped):
        raise invalid(field, "Remove the characters that are no text: NUL, or half of a surrogate pair.")
    return stripped


def reference_of(value: str | None, field: str = "externalRef", *, invalid: Invalid) -> str | None:
    """The name that another system gives to the record, if any."""
    return None if value is None else text_of(value, field, invalid=invalid)


def link_of(value: str, field: str, *, invalid: Invalid) -> str:
    """An https address."""
    written = text_of(value, field, longest=LINK, invalid=invalid)
    try:
        url = _URL.validate_python(written)
    except ValidationError:
        raise invalid(field, "This is no web address. Use one such as 'https://meet.example.org/room'.") from None
    if url.scheme != "https":
        raise invalid(field, "Use an address that starts with 'https://'.")
    return str(url)


def storable(value: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, and only characters that UTF-8 has."""
    return "\x00" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
