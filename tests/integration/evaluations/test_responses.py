import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from domain.evaluations import evaluations, items, responses
from domain.evaluations.evaluations import NewEvaluation
from domain.evaluations.items import ItemValue
from domain.evaluations.responses import ItemAnswer, Participation, Response, ResponseRefusal, ResponseRefused
from domain.history import Event
from domain.records import new_id
from tenants.viewer import Actor
from tests.conftest import BY, NOW
from tests.integration.making import a_cohort, a_person, a_program, an_instrument, enrolled

LATER = NOW + timedelta(hours=5)
MIDNIGHT = NOW.replace(hour=0)


@pytest.fixture
async def cohort(database, tenant):
    async with database.transaction(tenant.id) as db:
        return await a_cohort(db, await a_program(db))


@pytest.fixture
async def learner(database, tenant, cohort):
    async with database.transaction(tenant.id) as db:
        return await enrolled(db, cohort)


@pytest.fixture
def opened(database, tenant, cohort):
    async def opened(*, anonymous=False, closes_at=None):
        async with database.transaction(tenant.id) as db:
            instrument = await an_instrument(db, anonymous=anonymous)
            new = NewEvaluation(instrument_id=instrument.id, cohort_id=cohort.id, closes_at=closes_at)
            evaluation = await evaluations.open_for(db, new, by=BY, now=NOW)
            return evaluation, {item.code: item.id for item in await items.of(db, instrument.id)}

    return opened


@pytest.fixture
def respond(database, tenant):
    async def respond(evaluation, person_id, values, *, now=LATER):
        async with database.transaction(tenant.id) as db:
            by = Actor(person_id=person_id)
            return await responses.respond(db, evaluation.id, person_id, values, by=by, now=now)

    return respond


@pytest.fixture
def rows(database, tenant):
    async def rows(record):
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(record)))

    return rows


def everything(item_ids):
    return [
        ItemValue(item_id=item_ids["worth"], number=3),
        ItemValue(item_id=item_ids["recommend"], number=9),
        ItemValue(item_id=item_ids["pace"], choices=["Fast"]),
        ItemValue(item_id=item_ids["parts"], choices=["Peers", "Cases"]),
        ItemValue(item_id=item_ids["more"], text=" More time. "),
    ]


def enough(item_ids):
    return [ItemValue(item_id=item_ids["worth"], number=1)]


async def test_a_learner_answers_in_their_own_name(opened, respond, rows, learner):
    evaluation, item_ids = await opened()
    response = await respond(evaluation, learner.person_id, everything(item_ids))

    (row,), (participation,) = await rows(Response), await rows(Participation)
    given = {answer.item_id: (answer.number, answer.choices, answer.text) for answer in await rows(ItemAnswer)}
    assert (row.id, row.evaluation_id, row.person_id) == (response.id, evaluation.id, learner.person_id)
    assert (row.submitted_at, row.external_ref) == (LATER, None)
    assert (participation.evaluation_id, participation.person_id) == (evaluation.id, learner.person_id)
    assert given == {
        item_ids["worth"]: (3, None, None),
        item_ids["recommend"]: (9, None, None),
        item_ids["pace"]: (None, ["Fast"], None),
        item_ids["parts"]: (None, ["Peers", "Cases"], None),
        item_ids["more"]: (None, None, "More time."),
    }


async def test_answering_leaves_its_history(opened, respond, rows, learner):
    evaluation, item_ids = await opened()
    response = await respond(evaluation, learner.person_id, enough(item_ids))

    (event,) = [event for event in await rows(Event) if event.aggregate_id == response.id]
    assert (event.verb, event.person_id, event.occurred_at) == ("submitted", learner.person_id, LATER)
    assert event.facts == {"evaluation_id": str(evaluation.id)}


async def test_an_anonymous_response_leads_to_nobody(opened, respond, rows, learner):
    evaluation, item_ids = await opened(anonymous=True)
    response = await respond(evaluation, learner.person_id, everything(item_ids))

    (row,), (participation,) = await rows(Response), await rows(Participation)
    (event,) = [event for event in await rows(Event) if event.verb == "submitted"]
    answers = await rows(ItemAnswer)
    assert (row.id, row.person_id, row.submitted_at) == (response.id, None, MIDNIGHT)
    assert (event.aggregate_id, event.person_id, event.app_id) == (evaluation.id, None, None)
    assert (event.occurred_at, event.facts) == (LATER, {"evaluation_id": str(evaluation.id)})
    assert (participation.evaluation_id, participation.person_id) == (evaluation.id, learner.person_id)
    assert {one.id.version for one in (row, participation, *answers)} == {4}
    assert set(Participation.model_fields) == {"tenant_id", "id", "evaluation_id", "person_id"}


async def test_nothing_that_was_written_with_an_anonymous_response_names_its_person(opened, respond, rows, learner):
    evaluation, item_ids = await opened(anonymous=True)
    before = {event.id for event in await rows(Event)}
    await respond(evaluation, learner.person_id, everything(item_ids))

    written = [*await rows(Response), *await rows(ItemAnswer)]
    written += [event for event in await rows(Event) if event.id not in before]
    assert [row for row in written if str(learner.person_id) in row.model_dump_json()] == []


@pytest.mark.parametrize("anonymous", [False, True])
async def test_a_person_answers_once(opened, respond, rows, learner, anonymous):
    evaluation, item_ids = await opened(anonymous=anonymous)
    await respond(evaluation, learner.person_id, enough(item_ids))

    with pytest.raises(ResponseRefused) as refusal:
        await respond(evaluation, learner.person_id, enough(item_ids))

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.ALREADY_ANSWERED, "evaluationId")
    assert len(await rows(Response)) == 1


@pytest.mark.race
async def test_ten_anonymous_answers_at_once_are_ten_lines_of_one_history(database, tenant, cohort, opened, rows):
    """Take the evaluation's lock out of `responses.respond`, and some of the ten take the same number."""
    evaluation, item_ids = await opened(anonymous=True)
    async with database.transaction(tenant.id) as db:
        learners = [await enrolled(db, cohort, f"Learner {number}") for number in range(10)]
    together = asyncio.Barrier(10)

    async def respond_together(learner):
        async with database.transaction(tenant.id) as db:
            await together.wait()
            await responses.respond(db, evaluation.id, learner.person_id, enough(item_ids), by=BY, now=LATER)

    await asyncio.gather(*(respond_together(learner) for learner in learners))

    history = [event.sequence for event in await rows(Event) if event.aggregate_id == evaluation.id]
    assert sorted(history) == list(range(1, 12))


@pytest.mark.race
@pytest.mark.parametrize("anonymous", [False, True])
async def test_answering_ten_times_at_once_counts_once(database, tenant, opened, rows, learner, anonymous):
    """Take the unique key of Participation away, or look before writing instead, and all ten count."""
    evaluation, item_ids = await opened(anonymous=anonymous)
    together = asyncio.Barrier(10)

    async def respond_together():
        async with database.transaction(tenant.id) as db:
            await together.wait()
            await responses.respond(db, evaluation.id, learner.person_id, enough(item_ids), by=BY, now=LATER)

    answers = await asyncio.gather(*(respond_together() for _ in range(10)), return_exceptions=True)

    outcomes = Counter(answer.reason if isinstance(answer, ResponseRefused) else answer for answer in answers)
    assert outcomes == {None: 1, ResponseRefusal.ALREADY_ANSWERED: 9}
    assert len(await rows(Response)) == 1


async def test_who_is_not_asked_does_not_answer(database, tenant, opened, respond, rows):
    evaluation, item_ids = await opened()
    async with database.transaction(tenant.id) as db:
        stranger = await a_person(db, "Cyd")

    with pytest.raises(ResponseRefused) as refusal:
        await respond(evaluation, stranger.id, enough(item_ids))

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.NOT_INVITED, "evaluationId")
    assert await rows(Participation) == []


async def test_a_closed_evaluation_takes_no_answers(opened, respond, learner):
    evaluation, item_ids = await opened(closes_at=LATER)

    with pytest.raises(ResponseRefused) as refusal:
        await respond(evaluation, learner.person_id, enough(item_ids))

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.CLOSED, "evaluationId")


async def test_a_wrong_answer_is_not_counted_as_taking_part(opened, respond, rows, learner):
    evaluation, item_ids = await opened()

    with pytest.raises(ResponseRefused) as refusal:
        await respond(evaluation, learner.person_id, [ItemValue(item_id=item_ids["worth"], number=4)])
    await respond(evaluation, learner.person_id, enough(item_ids))

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.INVALID, "answers.0.number")
    assert len(await rows(Participation)) == 1


async def test_an_evaluation_that_does_not_exist_is_named(database, tenant, learner):
    with pytest.raises(ResponseRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await responses.respond(db, new_id(), learner.person_id, [], by=BY, now=NOW)

    assert (refusal.value.reason, refusal.value.field) == (ResponseRefusal.NOT_FOUND, "evaluationId")


async def test_a_response_from_elsewhere_has_no_person_and_keeps_its_date(database, tenant, opened, rows):
    evaluation, item_ids = await opened(closes_at=LATER)
    last_year = NOW - timedelta(days=365)
    for reference in ("r-1", None, None):
        async with database.transaction(tenant.id) as db:
            given = {"external_ref": reference, "submitted_at": last_year}
            await responses.bring_in(db, evaluation.id, enough(item_ids), **given, by=BY, now=LATER)

    brought = await rows(Response)
    assert [row.person_id for row in brought] == [None, None, None]
    assert {row.submitted_at for row in brought} == {last_year}
    assert Counter(row.external_ref for row in brought) == {"r-1": 1, None: 2}
    assert await rows(Participation) == []


async def test_an_anonymous_response_from_elsewhere_keeps_only_its_day(database, tenant, opened, rows):
    evaluation, item_ids = await opened(anonymous=True)
    async with database.transaction(tenant.id) as db:
        given = {"external_ref": None, "submitted_at": NOW}
        await responses.bring_in(db, evaluation.id, enough(item_ids), **given, by=BY, now=LATER)

    assert [row.submitted_at for row in await rows(Response)] == [MIDNIGHT]


@pytest.mark.parametrize(
    ("given", "reason", "field"),
    [
        pytest.param({"external_ref": "r-1"}, ResponseRefusal.REFERENCE_TAKEN, "externalRef", id="brought-already"),
        pytest.param({"external_ref": ""}, ResponseRefusal.INVALID, "externalRef", id="an-empty-reference"),
        pytest.param(
            {"submitted_at": LATER + timedelta(seconds=1)}, ResponseRefusal.INVALID, "submittedAt", id="in-the-future"
        ),
    ],
)
async def test_what_is_wrong_with_a_response_from_elsewhere_is_named(database, tenant, opened, given, reason, field):
    evaluation, item_ids = await opened()
    usual = {"external_ref": "r-1", "submitted_at": NOW}
    async with database.transaction(tenant.id) as db:
        await responses.bring_in(db, evaluation.id, enough(item_ids), **usual, by=BY, now=LATER)

    another = {**usual, "external_ref": "r-2", **given}

    with pytest.raises(ResponseRefused) as refusal:
        async with database.transaction(tenant.id) as db:
            await responses.bring_in(db, evaluation.id, enough(item_ids), **another, by=BY, now=LATER)

    assert (refusal.value.reason, refusal.value.field) == (reason, field)
