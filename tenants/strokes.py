"""A stroke: a command that is one statement where nothing is in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stroke:
    """What is done by one statement: named `steps`, as after WITH, and the one `value` that follows from them.

    There is none when they have changed nothing. `$1` is the tenant; `arguments` are those after it. `news`: whether
    others wait to hear of it.
    """

    steps: str
    value: str
    arguments: Sequence[Any]
    news: bool = True
