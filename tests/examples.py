"""The explorer's examples in the order of their story, and its rule for what they leave open (`placeholders.ts`)."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from graphql import OperationDefinitionNode, OperationType, parse

from api.explorer import SOURCE

FOLDER = SOURCE / "examples"
ID = re.compile(r'"(([a-z]{3})_[0-9a-f]{32})"')
NOW = re.compile(r'"now": "([^"]+)"')
PLACEHOLDER = re.compile(
    r'"<(?:(?P<prefix>[a-z]{3})_…[^">]*|(?P<now>now)|in (?P<days>\d+) days(?: at (?P<time>\d\d:\d\d))?)>"'
)


@dataclass(frozen=True)
class Example:
    path: Path

    @property
    def name(self):
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def capability(self):
        return self.path.parent.name.replace("-", "_")

    @property
    def title(self):
        return self.path.stem.replace("-", " ").capitalize()

    @cached_property
    def document(self):
        return self.path.read_text()

    @property
    def comment(self):
        lines = self.document.splitlines()
        return lines[: next(number for number, line in enumerate(lines) if not line.startswith("#"))]

    @cached_property
    def operation(self):
        (operation,) = parse(self.document).definitions
        assert isinstance(operation, OperationDefinitionNode)
        return operation

    @property
    def shown_by(self):
        """The titles of the examples whose answers show the ids that this one needs."""
        return re.findall(r'"([^"]+)"', " ".join(self.comment))

    @property
    def is_query(self):
        return self.operation.operation == OperationType.QUERY

    @property
    def is_subscription(self):
        return self.operation.operation == OperationType.SUBSCRIPTION

    @property
    def root_fields(self):
        return {selected.name.value for selected in self.operation.selection_set.selections}

    @property
    def variables(self):
        """As they are written."""
        path = self.path.with_suffix(".json")
        return path.read_text() if path.exists() else "{}"


CHAPTERS = json.loads((FOLDER / "story.json").read_text())
EXAMPLES = [Example(FOLDER / f"{name}.graphql") for chapter in CHAPTERS for name in chapter["examples"]]


class Reader:
    """Somebody who runs one example after the other: what the last answers showed fills what the next leaves open."""

    def __init__(self):
        self.now = datetime.now(UTC)
        self.ids = {}

    def notice(self, answer):
        first = {}
        for written, prefix in ID.findall(json.dumps(answer)):
            first.setdefault(prefix, written)
        self.ids |= first
        if moved := NOW.search(json.dumps(answer)):
            self.now = datetime.fromisoformat(moved[1])

    def filled(self, variables):
        return json.loads(PLACEHOLDER.sub(lambda found: json.dumps(self._value(found)), variables))

    def _value(self, found):
        if found["prefix"]:
            return self.ids.get(found["prefix"], json.loads(found[0]))
        then = self.now + timedelta(days=int(found["days"] or 0))
        return f"{then:%Y-%m-%d}T{found['time']}:00" if found["time"] else then.isoformat()
