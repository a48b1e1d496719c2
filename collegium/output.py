"""What a command answers: facts for programs, words for people; and how it says no."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from rich.console import Console, RenderableType

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

FAILED = 1
USAGE = 2


class Problem(Exception):  # noqa: N818 -- something the operator can put right, not a fault of the program
    """What is wrong and what to do about it, in a sentence; and `more` of it for programs."""

    def __init__(self, message: str, more: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.more = more


@dataclass(frozen=True)
class Answer:
    """`facts` is printed with `--json`, otherwise `words`; `aside` goes to people only, beside what may be piped on."""

    facts: object
    words: RenderableType
    aside: str = ""
    code: int = 0


def show(answer: Answer, *, json: bool) -> None:
    if json:
        show_json(answer.facts)
        return
    out.print(answer.words, soft_wrap=isinstance(answer.words, str), markup=False)
    if answer.aside:
        err.print(answer.aside, soft_wrap=True, markup=False, style="dim")


def show_json(facts: object) -> None:
    out.out(orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode(), highlight=False)


def show_problem(problem: str, *, json: bool, more: Mapping[str, object] | None = None) -> None:
    if json:
        show_json({"error": problem, **(more or {})})
        return
    err.print(f"Error: {problem}", soft_wrap=True, markup=False, style="red")
