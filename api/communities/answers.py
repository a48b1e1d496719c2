"""Answers: what was answered to a question, and which answer was accepted."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.communities import voices
from api.communities.questions import Question
from api.engine.fields import column, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.people.people import Person
from api.permissions import MODERATING, Access, signed_in
from api.words import enum
from domain.communities import answers

enum(
    answers.AnswerRefusal,
    "AnswerRefusal",
    "Why an answer could not be given or accepted.",
    NOT_FOUND="There is no such question, answer or person; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    NOT_A_MEMBER="Only the people of the question's channel answer it.",
    ONLY_ASKER_OR_MODERATOR="Only who asked, or a moderator, accepts an answer.",
    REFERENCE_TAKEN="Another answer has this external reference.",
)
AnswerRefused = refusal(
    "AnswerRefused", answers.AnswerRefused, answers.AnswerRefusal, "Why the answer was not given or accepted."
)
WRITE = signed_in("questions:write")
FOR_OTHERS = Access(frozenset(), "questions:write")
READABLE = (
    "EXISTS (SELECT FROM question q WHERE q.tenant_id = {tenant} AND q.id = {t}.question_id"
    f" AND {voices.in_channel('q.channel_id')})"
)


@planned(
    answers.Answer,
    prefix="ans",
    visible=Access(MODERATING, "questions:read", own=READABLE),
    filters=("question", "author", "score", "external_ref", "answered_at", "accepted_at"),
    orders=("answered_at", "score"),
)
class Answer(Node):
    """What someone answered to a question."""

    question: Question = to_one("question_id", "What was asked.")
    author: Person | None = to_one("author_id", "Who answered; null where it is not known.")
    body: str = column("The answer: plain text.")
    score: int = column("What its readers thought of it where it came from; may be negative.")
    external_ref: str | None = column("Your own reference, for integrations.")
    answered_at: datetime = column("When it was given.")
    accepted_at: datetime | None = column("When it was marked as the one that helped; null for all other answers.")
    accepted_by: Person | None = to_one("accepted_by_id", "Who marked it.")


one("answer", "Answer", "One answer, by its id or your own reference.", allow=signed_in("questions:read"))
many(
    "answers",
    "Answer",
    "The answers of all channels that the viewer may read, the latest first.",
    allow=signed_in("questions:read"),
    order="answered_at",
    descending=True,
)


@strawberry.input(description="An answer to a question.")
class AnswerQuestionInput:
    question_id: strawberry.ID = strawberry.field(description="Which question.")
    body: str = strawberry.field(description="The answer: plain text.")
    author_id: strawberry.ID | None = strawberry.field(
        default=None, description="For apps: who answers. People answer for themselves and leave it out."
    )


@strawberry.input(description="The answer that helped.")
class AcceptAnswerInput:
    id: strawberry.ID = strawberry.field(description="Which answer.")
    accepted_by_id: strawberry.ID | None = strawberry.field(
        default=None, description="For apps: who says that it helped. People leave it out."
    )


@mutation("Answer a question.", answers=Answer, refuses=[AnswerRefused], allow=WRITE)
async def answer_question(command: Command, input: AnswerQuestionInput) -> answers.Answer:  # noqa: A002 -- the schema's word
    return await answers.answer(
        command.db,
        command.row(Question, input.question_id),
        answers.NewAnswer(body=input.body),
        author_id=command.person(Person, input.author_id, others=FOR_OTHERS, field="authorId"),
        staff=command.may(voices.SPEAKS_EVERYWHERE),
        by=command.by,
        now=command.now,
    )


@mutation(
    "Say which answer helped: who asked and moderators may. A question has one accepted answer; the mark moves.",
    answers=Answer,
    refuses=[AnswerRefused],
    allow=WRITE,
)
async def accept_answer(command: Command, input: AcceptAnswerInput) -> answers.Answer:  # noqa: A002 -- the schema's word
    return await answers.accept(
        command.db,
        command.row(Answer, input.id),
        person_id=command.person(Person, input.accepted_by_id, others=FOR_OTHERS, field="acceptedById"),
        staff=command.may(voices.SPEAKS_EVERYWHERE),
        by=command.by,
        now=command.now,
    )
