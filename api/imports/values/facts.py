"""Facts: what values say, as what a field holds. What a row doesn't say is None."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from api.imports.rows import Row, Unfit
from api.imports.values.formulas import Formula
from domain.records import Word
from domain.sessions.meetings import MeetingRefused, instant
from domain.texts import storable

WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:\.0+)?")
DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

W = TypeVar("W", bound=Word)
T = TypeVar("T")


def texts(value: Formula | None, row: Row, field: str) -> list[str] | None:
    said = None if value is None else value.said_by(row, field)
    return [said] if isinstance(said, str) else said


def text(value: Formula | None, row: Row, field: str) -> str | None:
    """Of a list, the first."""
    said = texts(value, row, field)
    return said[0] if said else None


def reference(value: Formula | None, row: Row, field: str) -> str | None:
    """The name another system gives to a record. What PostgreSQL can't hold is the name of nothing."""
    said = text(value, row, field)
    if said is not None and not storable(said):
        raise Unfit(field, "Remove the characters that are no text: NUL, or what is not in the file's encoding.")
    return said


def whole(value: Formula | None, row: Row, field: str) -> int | None:
    said = text(value, row, field)
    return None if said is None else number(said, field)


def number(said: str, field: str) -> int:
    written = WHOLE.fullmatch(said)
    if written is None:
        raise Unfit(field, f"'{said}' is no whole number.")
    return int(written[1])


def decimal(value: Formula | None, row: Row, field: str) -> float | None:
    said = text(value, row, field)
    if said is None:
        return None
    if not DECIMAL.fullmatch(said):
        raise Unfit(field, f"'{said}' is no number.")
    return float(said)


def truth(value: Formula | None, row: Row, field: str) -> bool | None:
    said = text(value, row, field)
    if said is None:
        return None
    if said.lower() not in TRUTH:
        raise Unfit(field, f"'{said}' is neither true nor false.")
    return TRUTH[said.lower()]


def word(value: Formula | None, of: type[W], row: Row, field: str) -> W | None:
    said = text(value, row, field)
    if said is None:
        return None
    try:
        return of(said.upper())
    except ValueError:
        raise Unfit(field, f"'{said}' is none of {', '.join(of)}.") from None


def wall(value: Formula | None, row: Row, field: str) -> datetime | None:
    """A time on the wall, as it is written."""
    said = text(value, row, field)
    if said is None or value is None:
        return None
    try:
        return datetime.strptime(said, value.date) if value.date else datetime.fromisoformat(said)  # noqa: DTZ007 -- a wall's
    except ValueError:
        wanted = f"a time written as {value.date}" if value.date else "a time such as 2026-11-24 09:00"
        raise Unfit(field, f"'{said}' is not {wanted}.") from None


def moment(value: Formula | None, row: Row, field: str, *, zone: str) -> datetime | None:
    """An instant: by its own offset where one is written, else by the wall of the plan's time zone."""
    local = wall(value, row, field)
    if local is None:
        return None
    try:
        return instant(local, zone) if local.tzinfo is None else local.astimezone(UTC)
    except MeetingRefused as refused:
        raise Unfit(field, refused.message) from None
    except OverflowError:
        raise Unfit(field, f"{local} is beyond all calendars.") from None


def needed(fact: T | None, field: str) -> T:
    if fact is None:
        raise Unfit(field, "The row says nothing here, and it is needed.")
    return fact


def given(**facts: Any) -> Mapping[str, Any]:  # noqa: ANN401 -- facts of all kinds
    """Those that the row says something about."""
    return {name: fact for name, fact in facts.items() if fact is not None}
