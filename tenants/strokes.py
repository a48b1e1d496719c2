"""A stroke: a command that is one statement where nothing is in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stroke:
    """What is done by one statement. It gives one value when it has written, and none when it has changed nothing.

    `$1` is the tenant; `arguments` are those after it.
    """

    sql: str
    arguments: Sequence[Any]
