"""Questions that were asked elsewhere, with their scores, tags and dates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlmodel import select

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.facts import given, moment, needed, reference, text, texts, whole
from api.imports.values.formulas import Value
from domain.communities import questions
from domain.communities.channels import Channel
from domain.communities.communities import Community
from domain.communities.questions import NewQuestion, Question
from domain.people.people import Person


class QuestionShape(Shape):
    """Asked in the channel of a `community`, by the person `author`, or by nobody known."""

    record: Literal["question"]
    external_ref: Value
    community: Value
    author: Value | None = None
    title: Value
    body: Value
    tags: Value | None = None
    score: Value | None = None
    asked_at: Value | None = None

    def draft(self, row: Row) -> "QuestionDraft":
        return QuestionDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(reference(self.community, row, "community"), "community"),
            reference(self.author, row, "author"),
            given(
                title=needed(text(self.title, row, "title"), "title"),
                body=needed(text(self.body, row, "body"), "body"),
                tags=texts(self.tags, row, "tags"),
                score=whole(self.score, row, "score"),
                asked_at=moment(self.asked_at, row, "asked_at", zone=self._zone),
            ),
        )


@dataclass(frozen=True)
class QuestionDraft(Draft):
    record: ClassVar = "question"
    reference: str
    community: str
    author: str | None
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Question, self.reference)
        yield Mention(Community, self.community)
        if self.author:
            yield Mention(Person, self.author)

    async def write(self, desk: Desk) -> Outcome:
        community_id = desk.known.the(Community, self.community, "community")["id"]
        author_id = desk.known.id_of(Person, self.author, "author")
        before = desk.known.find(Question, self.reference)
        if before is not None:
            said = {**self.facts, **given(author_id=author_id)}
            if "tags" in said:
                said["tags"] = questions.normalized(said["tags"])
            return Outcome.KEPT if any(before[name] != fact for name, fact in said.items()) else Outcome.UNCHANGED

        key = (Channel, community_id)
        if key not in desk.known.more:
            channel = select(Channel.id).where(Channel.community_id == community_id)
            desk.known.more[key] = (await desk.db.scalars(channel)).one()
        new = NewQuestion(**self.facts, external_ref=self.reference)
        asked = await questions.ask(
            desk.db, desk.known.more[key], new, author_id=author_id, staff=True, by=desk.by, now=desk.now
        )
        desk.known.add(asked)
        return Outcome.CREATED
