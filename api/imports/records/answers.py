"""Answers that were given elsewhere, and which of them were accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from api.imports.known import Mention
from api.imports.rows import Row
from api.imports.shapes import Desk, Draft, Outcome, Shape
from api.imports.values.facts import given, moment, needed, reference, text, whole
from api.imports.values.formulas import Value
from domain.communities import answers
from domain.communities.answers import Answer, NewAnswer
from domain.communities.questions import Question
from domain.people.people import Person


class AnswerShape(Shape):
    """Given to a `question`, by the person `author`, or by nobody known."""

    record: Literal["answer"]
    external_ref: Value
    question: Value
    author: Value | None = None
    body: Value
    score: Value | None = None
    answered_at: Value | None = None

    def draft(self, row: Row) -> "AnswerDraft":
        return AnswerDraft(
            needed(reference(self.external_ref, row, "external_ref"), "external_ref"),
            needed(reference(self.question, row, "question"), "question"),
            reference(self.author, row, "author"),
            given(
                body=needed(text(self.body, row, "body"), "body"),
                score=whole(self.score, row, "score"),
                answered_at=moment(self.answered_at, row, "answered_at", zone=self._zone),
            ),
        )


@dataclass(frozen=True)
class AnswerDraft(Draft):
    record: ClassVar = "answer"
    reference: str
    question: str
    author: str | None
    facts: Mapping[str, Any]

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Answer, self.reference)
        yield Mention(Question, self.question)
        if self.author:
            yield Mention(Person, self.author)

    async def write(self, desk: Desk) -> Outcome:
        question_id = desk.known.the(Question, self.question, "question")["id"]
        author_id = desk.known.id_of(Person, self.author, "author")
        before = desk.known.find(Answer, self.reference)
        if before is not None:
            said = {**self.facts, **given(author_id=author_id, question_id=question_id)}
            return Outcome.KEPT if any(before[name] != fact for name, fact in said.items()) else Outcome.UNCHANGED
        new = NewAnswer(**self.facts, external_ref=self.reference)
        answered = await answers.answer(
            desk.db, question_id, new, author_id=author_id, staff=True, by=desk.by, now=desk.now
        )
        desk.known.add(answered)
        return Outcome.CREATED


class AcceptanceShape(Shape):
    """That `answer` is the one that helped, as the person `by` found. A question has one accepted answer at most."""

    record: Literal["acceptance"]
    answer: Value
    by: Value | None = None
    accepted_at: Value | None = None

    def draft(self, row: Row) -> "AcceptanceDraft":
        return AcceptanceDraft(
            needed(reference(self.answer, row, "answer"), "answer"),
            reference(self.by, row, "by"),
            moment(self.accepted_at, row, "accepted_at", zone=self._zone),
        )


@dataclass(frozen=True)
class AcceptanceDraft(Draft):
    record: ClassVar = "acceptance"
    answer: str
    by: str | None
    accepted_at: datetime | None

    def mentions(self) -> Iterable[Mention]:
        yield Mention(Answer, self.answer)
        if self.by:
            yield Mention(Person, self.by)

    async def write(self, desk: Desk) -> Outcome:
        before = desk.known.the(Answer, self.answer, "answer")
        person_id = desk.known.id_of(Person, self.by, "by")
        if before["accepted_at"] is not None:
            said = given(accepted_at=self.accepted_at, accepted_by_id=person_id)
            return Outcome.KEPT if any(before[name] != fact for name, fact in said.items()) else Outcome.UNCHANGED
        accepted = await answers.accept(
            desk.db,
            before["id"],
            person_id=person_id,
            staff=True,
            accepted_at=self.accepted_at,
            by=desk.by,
            now=desk.now,
        )
        desk.known.add(accepted)
        return Outcome.CREATED
