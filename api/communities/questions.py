"""Questions: what someone asked in a channel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

from api.communities import voices
from api.communities.channels import Channel
from api.engine.fields import Connection, column, sql, to_many, to_one
from api.engine.types import Node, many, one, planned
from api.mutations import Command, mutation, refusal
from api.people.people import Person
from api.permissions import MODERATING, Access, signed_in
from api.words import enum
from domain.communities import questions

if TYPE_CHECKING:
    from api.communities.answers import Answer

enum(
    questions.QuestionRefusal,
    "QuestionRefusal",
    "Why a question could not be asked.",
    NOT_FOUND="There is no such channel or person; `field` says which.",
    INVALID="A value is not acceptable; `field` says which.",
    NOT_A_MEMBER="Only the people of the channel ask in it.",
    REFERENCE_TAKEN="Another question has this external reference.",
)
QuestionRefused = refusal(
    "QuestionRefused", questions.QuestionRefused, questions.QuestionRefusal, "Why the question was not asked."
)


@planned(
    questions.Question,
    prefix="qst",
    visible=Access(MODERATING, "questions:read", own=voices.in_channel("{t}.channel_id")),
    filters=("channel", "author", "title", "tags", "score", "external_ref", "asked_at"),
    orders=("asked_at", "score"),
)
class Question(Node):
    """A question that someone asked the people of a channel."""

    channel: Channel = to_one("channel_id", "Where it was asked.")
    author: Person | None = to_one("author_id", "Who asked; null where it is not known.")
    title: str = column("The question in one line.")
    body: str = column("The whole question: plain text.")
    tags: list[str] = column("What it is about: words in lower case.")
    score: int = column("What its readers thought of it where it came from; may be negative.")
    external_ref: str | None = column("Your own reference, for integrations.")
    asked_at: datetime = column("When it was asked.")
    answer_count: int = sql(
        "(SELECT count(*) FROM answer a WHERE a.tenant_id = {tenant} AND a.question_id = {t}.id)",
        "How many answers there are.",
    )
    accepted: bool = sql(
        "EXISTS (SELECT FROM answer a WHERE a.tenant_id = {tenant} AND a.question_id = {t}.id"
        " AND a.accepted_at IS NOT NULL)",
        "Whether an answer was accepted.",
    )
    answers: Connection[Answer] = to_many("question_id", "What was answered, the earliest first.", order="answered_at")


one("question", "Question", "One question, by its id or your own reference.", allow=signed_in("questions:read"))
many(
    "questions",
    "Question",
    "The questions of all channels that the viewer may read, the latest first.",
    allow=signed_in("questions:read"),
    order="asked_at",
    descending=True,
)


@strawberry.input(description="A question to the people of a channel.")
class AskQuestionInput:
    channel_id: strawberry.ID = strawberry.field(description="Where to ask it.")
    title: str = strawberry.field(description="The question in one line.")
    body: str = strawberry.field(description="The whole question: plain text.")
    tags: list[str] = strawberry.field(default_factory=list, description="What it is about: at most 10 words.")
    author_id: strawberry.ID | None = strawberry.field(
        default=None, description="For apps: who asks. People ask for themselves and leave it out."
    )


FOR_OTHERS = Access(frozenset(), "questions:write")


@mutation(
    "Ask the people of a channel.",
    answers=Question,
    refuses=[QuestionRefused],
    allow=signed_in("questions:write"),
)
async def ask_question(command: Command, input: AskQuestionInput) -> questions.Question:  # noqa: A002 -- the schema's word
    return await questions.ask(
        command.db,
        command.row(Channel, input.channel_id),
        questions.NewQuestion(title=input.title, body=input.body, tags=input.tags),
        author_id=command.person(Person, input.author_id, others=FOR_OTHERS, field="authorId"),
        staff=command.may(voices.SPEAKS_EVERYWHERE),
        by=command.by,
        now=command.now,
    )
