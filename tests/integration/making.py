"""What tests of journeys, conversations and evaluations begin with, made by the domain's own commands."""

from datetime import timedelta

from domain.evaluations import instruments
from domain.evaluations.instruments import Level, NewInstrument
from domain.evaluations.items import ItemKind, NewItem
from domain.journeys.activities import ActivityKind, Anchor, Audience, Mode, Purpose, Stage
from domain.programs import enrollments
from domain.sessions import registrations
from domain.sessions.meetings import MeetingPlan
from tests import rows
from tests.conftest import BY, NOW

STARTS = NOW + timedelta(days=10)
ENDS = STARTS + timedelta(hours=3)
AGREEMENT = ("Disagree", "Neither", "Agree")


async def a_person(db, name="Ada"):
    return await rows.a_person(db, name=name)


async def a_program(db):
    return await rows.a_program(db, title="Difficult conversations")


async def a_cohort(db, program):
    return await rows.a_cohort(db, program, name="Autumn 2026")


async def a_session(db, program, cohort=None, *, number=1, starts=STARTS):
    facts = {"cohort_id": cohort and cohort.id, "number": number, "title": f"Workshop {number}"}
    return await rows.a_session(db, program, **facts, meetings=[a_meeting(starts)])


def a_meeting(starts):
    wall = starts.replace(tzinfo=None)
    return MeetingPlan(local_start=wall, local_end=wall + timedelta(hours=3), time_zone="UTC")


async def an_activity(db, program, **facts):
    """A prompt to the cohort, a day after the session ends, a week to answer it."""
    prompt = {
        "kind": ActivityKind.PROMPT,
        "purpose": Purpose.APPLICATION,
        "title": "What did you try?",
        "body": "Tell the others what you have tried since the workshop.",
        "offset_minutes": 24 * 60,
    }
    return await rows.an_activity(db, program, **{**prompt, **facts})


async def pre_work(db, program, **facts):
    """Reading for each learner, from a week before the session, two days to do it."""
    reading = {
        "stage": Stage.BEFORE,
        "mode": Mode.FORMAL,
        "kind": ActivityKind.PRE_WORK,
        "purpose": Purpose.INTRODUCTION,
        "title": "Read the case",
        "body": "",
        "anchor": Anchor.START,
        "offset_minutes": -7 * 24 * 60,
        "days_to_complete": 2,
        "audience": Audience.LEARNER,
    }
    return await an_activity(db, program, **{**reading, **facts})


async def enrolled(db, cohort, name="Ada", *, now=NOW):
    person = await a_person(db, name)
    return await enrollments.enroll(db, cohort.id, person.id, by=BY, now=now)


async def registered(db, session, name="Ada"):
    person = await a_person(db, name)
    return await registrations.register(db, session.id, person.id, by=BY, now=NOW)


async def an_instrument(db, **facts):
    """A rating that must be answered, and a recommendation, a choice, choices and a text that may be."""
    new = NewInstrument(
        **{
            "name": "After the workshop",
            "level": Level.REACTION,
            "items": [
                NewItem(kind=ItemKind.RATING, code="worth", prompt="It was worth it", choices=AGREEMENT, required=True),
                NewItem(kind=ItemKind.RECOMMENDATION, code="recommend", prompt="Would you recommend it?"),
                NewItem(kind=ItemKind.SINGLE_CHOICE, code="pace", prompt="The pace was", choices=("Slow", "Fast")),
                NewItem(kind=ItemKind.MULTIPLE_CHOICE, code="parts", prompt="I liked", choices=("Cases", "Peers")),
                NewItem(kind=ItemKind.TEXT, code="more", prompt="Anything else?"),
            ],
            **facts,
        }
    )
    return await instruments.create(db, new, by=BY, now=NOW)
