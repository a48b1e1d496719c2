"""What the demo teaches: one blended program around a workshop of two days."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.communities import communities
from domain.communities.communities import NewCommunity
from domain.evaluations import instruments
from domain.evaluations.instruments import Level, NewInstrument
from domain.evaluations.items import ItemKind, NewItem
from domain.journeys import activities
from domain.journeys.activities import ActivityKind, Anchor, Audience, Mode, NewActivity, Purpose, Stage
from domain.programs import programs
from domain.programs.programs import NewProgram, Program
from tenants.viewer import Actor

HOUR = 60
DAY = 24 * HOUR

PROGRAM = NewProgram(
    title="Leading through Change",
    summary="A workshop of two days, and the six weeks around it in which it becomes practice.",
    goal="Leads a team through a change and keeps its trust",
    external_ref="leading-through-change",
    price_minor=180_000,
    price_currency="CHF",
)
INSTRUMENT = NewInstrument(
    name="Three weeks later",
    level=Level.BEHAVIOR,
    anonymous=True,
    items=[
        NewItem(
            kind=ItemKind.RATING,
            code="applied",
            prompt="How much of the workshop have you applied?",
            choices=["Nothing", "Little", "Some", "Much", "Most"],
            required=True,
        ),
        NewItem(
            kind=ItemKind.RECOMMENDATION,
            code="recommend",
            prompt="Would you recommend it to a colleague?",
            required=True,
        ),
        NewItem(kind=ItemKind.TEXT, code="story", prompt="What do you do differently now?"),
    ],
)
COMMUNITY = NewCommunity(
    name="Change at Work",
    domain="Leading people through what is new",
    charter="We bring real cases, ask before we advise, and keep what is said among us.",
)


def part(  # what an activity is, and when, counted in minutes from the end of the workshop where it lies
    kind: ActivityKind, mode: Mode, purpose: Purpose, title: str, body: str, *, stage: Stage, at: int, days: int
) -> NewActivity:
    together = kind in (ActivityKind.PROMPT, ActivityKind.PULSE, ActivityKind.COMMUNITY)
    return NewActivity(
        kind=kind,
        mode=mode,
        purpose=purpose,
        title=title,
        body=body,
        stage=stage,
        anchor=Anchor.END if stage == Stage.AFTER else Anchor.START,
        offset_minutes=at,
        days_to_complete=days,
        audience=Audience.COHORT if together else Audience.LEARNER,
    )


BLUEPRINT = (
    part(
        ActivityKind.PRE_WORK, Mode.FORMAL, Purpose.INTRODUCTION,
        "Read: why people resist", "Twelve pages. Mark the passage that you disagree with.",
        stage=Stage.BEFORE, at=-7 * DAY, days=6,
    ),
    part(
        ActivityKind.PROMPT, Mode.SOCIAL, Purpose.APPLICATION,
        "Which change is ahead of you?", "Which change is ahead of your team, and who will not like it? Three lines.",
        stage=Stage.BEFORE, at=-3 * DAY, days=3,
    ),
    part(
        ActivityKind.SESSION, Mode.FORMAL, Purpose.LIVE_PRACTICE,
        "The workshop", "Two days, your own case, much practice.",
        stage=Stage.DURING, at=0, days=2,
    ),
    part(
        ActivityKind.REINFORCEMENT, Mode.EXPERIENCE, Purpose.REINFORCEMENT,
        "What stayed?", "Write down three things from memory, then look them up.",
        stage=Stage.AFTER, at=20 * HOUR, days=3,
    ),
    part(
        ActivityKind.ON_THE_JOB, Mode.EXPERIENCE, Purpose.APPLICATION,
        "Hold the first conversation", "With the one who has most to lose. Note what surprised you.",
        stage=Stage.AFTER, at=7 * DAY, days=7,
    ),
    part(
        ActivityKind.PEER_CHECK_IN, Mode.SOCIAL, Purpose.REFINEMENT,
        "Check in with your peer", "Twenty minutes: what did you try, what will you try next?",
        stage=Stage.AFTER, at=14 * DAY, days=4,
    ),
    part(
        ActivityKind.PULSE, Mode.FORMAL, Purpose.REFINEMENT,
        "Did it help?", "Three questions, two minutes, without names.",
        stage=Stage.AFTER, at=21 * DAY, days=7,
    ),
    part(
        ActivityKind.COMMUNITY, Mode.SOCIAL, Purpose.CONTEXTUAL_JUDGEMENT,
        "Stay in touch", "The community of practice is yours from here.",
        stage=Stage.AFTER, at=28 * DAY, days=14,
    ),
)  # fmt: skip


async def write(db: AsyncSession, *, by: Actor, now: datetime) -> Program:
    program = await programs.create(db, PROGRAM, by=by, now=now)
    instrument = await instruments.create(db, INSTRUMENT, by=by, now=now)
    community = await communities.found(db, replace(COMMUNITY, program_id=program.id), by=by, now=now)
    for activity in BLUEPRINT:
        leads_to = replace(
            activity,
            instrument_id=instrument.id if activity.kind == ActivityKind.PULSE else None,
            community_id=community.id if activity.kind == ActivityKind.COMMUNITY else None,
        )
        await activities.add(db, program.id, leads_to, by=by, now=now)
    return program
