"""Who and what the story is about, as far as it has been told."""

from dataclasses import dataclass, field
from datetime import datetime

from clients.tour.graphql import Client


@dataclass
class Learner:
    name: str
    client: Client
    person_id: str
    enrollment_id: str
    registration_id: str = ""


@dataclass
class Story:
    """`rows` holds, by the name of the query's field, one row of each kind for the second tenant to ask for."""

    admin: Client
    stranger: Client
    coordinator: Client = field(init=False)
    instructor: Client = field(init=False)
    learners: list[Learner] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    meetings: list[str] = field(default_factory=list)
    items: dict[str, str] = field(default_factory=dict)
    own_rows: dict[str, int] = field(default_factory=dict)
    starts_at: datetime = field(init=False)
    ends_at: datetime = field(init=False)

    @property
    def seated(self) -> list[Learner]:
        """Who has a seat once the third has given hers up: the first of the queue has it now."""
        return [*self.learners[:2], *self.learners[3:11]]

    async def clock_to(self, to: datetime) -> bool:
        """Move the first tenant's clock; whether it shows that time, or some seconds later."""
        moved = await self.admin.does("moveClock", "Tenant { now }", to=to.isoformat())
        return 0 <= (instant(moved["now"]) - to).total_seconds() < 60  # noqa: PLR2004 -- a minute

    async def statuses(self, kind: str | None = None) -> dict[str, int]:
        """How many steps stand where: all of them, or those of one activity."""
        where = {"cohort": {"eq": self.rows["cohort"]}}
        if kind is not None:
            where["activity"] = {"eq": self.activities[kind]}
        counts = await self.coordinator.ask(STATUSES, **{one: where | {"status": {"eq": one}} for one in STATES})
        return {one: counts[one]["totalCount"] for one in STATES if counts[one]["totalCount"]}


STATES = ("PENDING", "DUE", "COMPLETED", "OVERDUE", "SKIPPED")
STATUSES = (
    f"query ({', '.join(f'${one}: StepFilter' for one in STATES)}) "
    f"{{ {' '.join(f'{one}: steps(where: ${one}) {{ totalCount }}' for one in STATES)} }}"
)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
