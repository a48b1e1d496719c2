"""Head counts: how many were registered, attended or were certified, where only the numbers are known.

Of several rows of a file that give the same number otherwise, the last one is right. So a number that differs from the
stored one is put right at the end of the file, and importing the same file again changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from sqlmodel import col, select

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Correction, Desk, Draft, Outcome, Shape
from api.imports.values.facts import needed, reference, whole, word
from api.imports.values.formulas import Value
from domain.sessions import head_counts
from domain.sessions.head_counts import Count, HeadCount, HeadCountKind
from domain.sessions.sessions import Session


class HeadCountShape(Shape):
    """`day` 0 is the session as a whole, 1 its first day. Where `people` is empty, nothing was counted."""

    record: Literal["head_count"]
    session: Value
    kind: Value
    day: Value | None = None
    people: Value

    def draft(self, row: Row) -> "HeadCountDraft | None":
        people = whole(self.people, row, "people")
        if people is None:
            return None
        return HeadCountDraft(
            needed(reference(self.session, row, "session"), "session"),
            needed(word(self.kind, HeadCountKind, row, "kind"), "kind"),
            whole(self.day, row, "day") or 0,
            people,
        )


@dataclass(frozen=True)
class HeadCountDraft(Draft):
    record: ClassVar = "head_count"
    session: str
    kind: HeadCountKind
    day: int
    people: int

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Session, self.session)

    @classmethod
    async def gather(cls, desk: Desk, drafts: Sequence[Self]) -> None:
        """The numbers that are there already."""
        known = [desk.known.find(Session, draft.session) for draft in drafts]
        ids = {facts["id"] for facts in known if facts}
        if not ids:
            return
        for count in await desk.db.scalars(select(HeadCount).where(col(HeadCount.session_id).in_(ids))):
            desk.known.more[HeadCount, count.session_id, count.kind, count.day] = count.people

    async def write(self, desk: Desk) -> Outcome | None:
        session_id = desk.known.the(Session, self.session, "session")["id"]
        head_counts.checked(self.day, self.people)
        key = (session_id, self.kind, self.day)
        stored = desk.known.more.get((HeadCount, *key))
        waiting = desk.tally.corrections.get(key)
        if stored is None:
            desk.known.more[HeadCount, *key] = desk.tally.new[key] = self.people
            return Outcome.CREATED
        if stored == self.people and waiting is None:
            return Outcome.UNCHANGED
        times = 1 if waiting is None else waiting.times + 1
        desk.tally.corrections[key] = Correction(stored, self.people, times)
        return None


async def put_down(desk: Desk) -> None:
    """The batch's new numbers, at once. Each was checked when its row was."""
    counts = [Count(*key, people) for key, people in desk.tally.new.items()]
    desk.tally.new.clear()
    if counts:
        await head_counts.count_each(desk.db, counts, by=desk.by, now=desk.now)


async def settle(desk: Desk) -> list[Outcome]:
    """Put the numbers right that the file had the last word on; what came of every row that spoke of them."""
    corrections = dict(desk.tally.corrections)
    desk.tally.corrections.clear()
    wrong = [(key, one.people) for key, one in corrections.items() if one.people != one.stored]
    counts = [Count(*key, people) for key, people in wrong]
    if counts:
        await head_counts.count_each(desk.db, counts, by=desk.by, now=desk.now)
    spoken = sum(correction.times for correction in corrections.values())
    return [Outcome.UPDATED] * len(wrong) + [Outcome.UNCHANGED] * (spoken - len(wrong))
