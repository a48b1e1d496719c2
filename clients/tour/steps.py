"""What the tour tells: steps, and in each what was expected and what came."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    what: str
    expected: object
    came: object

    @property
    def ok(self) -> bool:
        return self.expected == self.came


@dataclass
class Step:
    """One step of the story: what the first tenant finds, and what the second finds of it, each at least something."""

    number: int
    title: str
    first: list[Check] = field(default_factory=list)
    second: list[Check] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.first) and bool(self.second) and all(check.ok for check in (*self.first, *self.second))

    def expect(self, what: str, expected: object, came: object) -> None:
        self.first.append(Check(what, expected, came))

    def expect_of_second(self, what: str, expected: object, came: object) -> None:
        self.second.append(Check(what, expected, came))

    def facts(self) -> dict[str, Any]:
        """The step as plain values."""
        checks = [
            {"tenant": tenant, "what": check.what, "expected": check.expected, "came": check.came, "ok": check.ok}
            for tenant, found in (("first", self.first), ("second", self.second))
            for check in found
        ]
        return {"step": self.number, "title": self.title, "ok": self.ok, "checks": checks}
