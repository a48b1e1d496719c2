"""Responses: one person's answers to an evaluation."""

from __future__ import annotations

from datetime import datetime

import strawberry

from api.engine.fields import column, sql, to_list, to_one
from api.engine.types import Node, many, one, planned
from api.evaluations.evaluations import Evaluation
from api.evaluations.items import Item
from api.mutations import Command, mutation, refusal
from api.people.people import Person
from api.permissions import STAFF, Access, signed_in
from api.words import enum
from domain.evaluations import items, responses
from domain.evaluations.items import ItemKind

enum(
    responses.ResponseRefusal,
    "ResponseRefusal",
    "Why a response was not taken.",
    NOT_FOUND="There is no such evaluation, item or person; `field` says which.",
    INVALID="An answer does not fit its item, or is missing; `field` says which.",
    NOT_INVITED="The evaluation does not ask this person.",
    ALREADY_ANSWERED="The person has answered already.",
    CLOSED="The evaluation is closed.",
    REFERENCE_TAKEN="Another response has this external reference.",
)
ResponseRefused = refusal(
    "ResponseRefused", responses.ResponseRefused, responses.ResponseRefusal, "Why the response was not taken."
)

NAMED = """(SELECT r.* FROM response r
    JOIN evaluation e ON e.tenant_id = {tenant} AND e.id = r.evaluation_id
    JOIN instrument i ON i.tenant_id = {tenant} AND i.id = e.instrument_id
    WHERE r.tenant_id = {tenant} AND NOT i.anonymous)"""
"""Single responses are told only where their people know that they are."""


@planned(responses.ItemAnswer, visible=signed_in("evaluations:read"))
class ItemAnswer:
    """What one person answered to one item."""

    item: Item = to_one("item_id", "What was asked.")
    number: int | None = column("The number given, to a rating or a recommendation.")
    label: str | None = sql(
        "(SELECT i.choices[{t}.number] FROM item i WHERE i.tenant_id = {tenant} AND i.id = {t}.item_id"
        f" AND i.kind = '{ItemKind.RATING}')",
        "The rating in words; null for other kinds.",
    )
    choices: list[str] | None = column("What was chosen, where there were choices.")
    text: str | None = column("What was written, where a text was asked for.")


@planned(
    responses.Response,
    source=NAMED,
    prefix="rsp",
    visible=Access(STAFF, "evaluations:read", own="{t}.person_id = {viewer}"),
    filters=("evaluation", "person", "external_ref", "submitted_at"),
    orders=("submitted_at",),
)
class Response(Node):
    """One person's answers to an evaluation that is not anonymous. Anonymous responses are told only as results."""

    evaluation: Evaluation = to_one("evaluation_id", "What they answer.")
    person: Person | None = to_one("person_id", "Who responded; null where the response was brought from elsewhere.")
    submitted_at: datetime = column("When it was given.")
    external_ref: str | None = column("Your own reference, for integrations.")
    answers: list[ItemAnswer] = to_list("response_id", "The answers, item by item.", order="item")


@planned(responses.Response, visible=Access(STAFF, "evaluations:write", own="true"))
class Submission:
    """A response that was taken."""

    evaluation: Evaluation = to_one("evaluation_id", "What was answered.")
    response: Response | None = to_one("id", "The response; null where it is anonymous: nobody sees it again.")


one("response", "Response", "One response, by its id or your own reference.", allow=signed_in("evaluations:read"))
many(
    "responses",
    "Response",
    "The single responses that the viewer may see, the latest first: learners see their own.",
    allow=signed_in("evaluations:read"),
    order="submitted_at",
    descending=True,
)


@strawberry.input(description="The answer to one item: a number, choices or a text, as the item's kind asks.")
class ItemAnswerInput:
    item_id: strawberry.ID = strawberry.field(description="Which item.")
    number: int | None = strawberry.field(default=None, description="The number, for a rating or a recommendation.")
    choices: list[str] | None = strawberry.field(default=None, description="What is chosen, where there are choices.")
    text: str | None = strawberry.field(default=None, description="What is written, where a text is asked for.")


@strawberry.input(description="Answers to an evaluation.")
class RespondToEvaluationInput:
    evaluation_id: strawberry.ID = strawberry.field(description="Which evaluation.")
    answers: list[ItemAnswerInput] = strawberry.field(description="The answers; required items must be among them.")
    person_id: strawberry.ID | None = strawberry.field(
        default=None, description="For apps: who answers. People answer for themselves and leave it out."
    )


@mutation(
    "Answer an evaluation, once. Who has answered an anonymous one is known; what they answered can't be traced back.",
    answers=Submission,
    refuses=[ResponseRefused],
    allow=signed_in("evaluations:write"),
)
async def respond_to_evaluation(command: Command, input: RespondToEvaluationInput) -> responses.Response:  # noqa: A002 -- the schema's word
    return await responses.respond(
        command.db,
        command.row(Evaluation, input.evaluation_id),
        command.person(Person, input.person_id, others=Access(frozenset(), "evaluations:write")),
        [
            items.ItemValue(
                item_id=command.row(Item, answer.item_id),
                number=answer.number,
                choices=answer.choices,
                text=answer.text,
            )
            for answer in input.answers
        ],
        by=command.by,
        now=command.now,
    )
