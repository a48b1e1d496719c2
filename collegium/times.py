"""Times and durations as they are written on the command line: as in the API."""

from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from api.scalars import read_duration, read_instant


def instant(_: type, tokens: Any) -> datetime:  # noqa: ANN401 -- what the command line's library hands over
    return _read(read_instant, tokens[0].value)  # type: ignore[no-any-return]


def duration(_: type, tokens: Any) -> timedelta:  # noqa: ANN401 -- what the command line's library hands over
    return _read(read_duration, tokens[0].value)  # type: ignore[no-any-return]


def _read(read: Any, text: str) -> Any:  # noqa: ANN401 -- a scalar's own reader and value
    try:
        return read(text)
    except GraphQLError as fault:
        raise ValueError(fault.message) from None
