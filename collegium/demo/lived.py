"""What has happened in the demo until now: a cohort that had its workshop some ten days ago and now practices.

Everything is done by the domain's own commands, each at the time at which it happened.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from collegium.demo import blueprint
from domain.communities import answers, posts, questions
from domain.communities.answers import NewAnswer
from domain.communities.channels import Channel
from domain.communities.posts import NewPost, Post, PostKind
from domain.communities.questions import NewQuestion
from domain.journeys import journeys, steps, sweeps
from domain.journeys.activities import Activity, ActivityKind
from domain.journeys.steps import Step
from domain.people import organizations, people
from domain.people.organizations import NewOrganization
from domain.people.people import NewPerson, Person
from domain.programs import cohorts, enrollments
from domain.programs.cohorts import Cohort, NewCohort
from domain.programs.enrollments import Enrollment
from domain.programs.programs import Program
from domain.sessions import attendance, registrations, sessions
from domain.sessions.attendance import AttendanceStatus, Evidence, Presence
from domain.sessions.meetings import MeetingPlan, of_session
from domain.sessions.sessions import NewSession, Session, SessionFormat
from tenants.viewer import Actor

ZONE = "Europe/Zurich"
SEATS = 10
EMPLOYERS = ("Alpine Insurance", "Lakeside Hospital")
NAMES = (
    "Amara Okafor", "Ben Keller", "Chiara Rossi", "Daniel Meier", "Elif Yilmaz", "Fabian Roth",
    "Grace Müller", "Hassan Ali", "Ines Pereira", "Jonas Frei", "Katja Novak", "Luc Favre",
)  # fmt: skip
REPLIES = (
    "A new planning tool. The dispatchers fear that it will plan them away.",
    "Two wards become one. Both head nurses are good, and only one will lead.",
    "We close the counter in Chur. I grew up with half of the team.",
)
QUESTION = NewQuestion(
    title="What if the loudest critic is right?",
    body="My best engineer says that the plan can't work, and I think she is right. Do I still have to defend it?",
    tags=["resistance", "trust"],
)
ANSWERS = (
    "I said so in front of the team. It cost me an hour and bought me their trust.",
    "Ask her for the plan that would work, and take it upstairs together.",
)


@dataclass(frozen=True)
class Run:
    """One run of the program. `by` is its coordinator."""

    db: AsyncSession
    by: Actor
    cohort: Cohort
    session: Session
    channel: Channel
    learners: list[Person]

    async def complete(self, kind: ActivityKind, learners: list[Person], *, at: datetime) -> None:
        """Everything due until then happens, and then these learners complete their own step."""
        await sweeps.open_due(self.db, now=at)
        for learner in learners:
            own = (
                select(Step.id)
                .join(Activity, col(Activity.id) == Step.activity_id)
                .join(Enrollment, col(Enrollment.id) == Step.enrollment_id)
                .where(Activity.kind == kind, Step.cohort_id == self.cohort.id, Enrollment.person_id == learner.id)
            )
            step_id = (await self.db.scalars(own)).one()
            await steps.complete(self.db, step_id, by=Actor(person_id=learner.id), now=at)


async def live(db: AsyncSession, *, now: datetime) -> None:
    begun = now - timedelta(days=45)
    coordinator = await people.create(db, NewPerson(name="Carla Coordinator"), by=Actor(), now=begun)
    by = Actor(person_id=coordinator.id)
    program = await blueprint.write(db, by=by, now=begun)
    run = await gather(db, program, by=by, begun=begun, first=tuesday(now - timedelta(days=10)))
    await schedule_the_next(db, program, by=by, now=now)
    await prepare(run)
    await meet(run)
    await carry_on(run)
    await sweeps.open_due(db, now=now)


async def gather(db: AsyncSession, program: Program, *, by: Actor, begun: datetime, first: date) -> Run:
    """Twelve from two employers enroll; ten get a seat in the workshop, two wait."""
    employers = [await organizations.create(db, NewOrganization(name=name), by=by, now=begun) for name in EMPLOYERS]
    learners = [
        await people.create(
            db,
            NewPerson(
                name=name,
                email=f"{name.split()[0].lower()}@example.org",
                organization_id=employers[place % len(employers)].id,
            ),
            by=by,
            now=begun,
        )
        for place, name in enumerate(NAMES)
    ]
    cohort = await cohorts.create(db, program.id, NewCohort(name="Zürich, autumn"), by=by, now=begun)
    session = await sessions.schedule(
        db,
        NewSession(
            program_id=program.id,
            cohort_id=cohort.id,
            title="Leading through Change: the workshop",
            format=SessionFormat.WORKSHOP,
            capacity=SEATS,
            meetings=[day(first), day(first + timedelta(days=1))],
        ),
        by=by,
        now=begun,
    )
    for learner in learners:
        await enrollments.enroll(db, cohort.id, learner.id, by=by, now=begun)
    await journeys.unroll(db, cohort.id, by=by, now=begun)
    for minute, learner in enumerate(learners):
        asked = begun + timedelta(days=1, minutes=minute)
        await registrations.register(db, session.id, learner.id, by=Actor(person_id=learner.id), now=asked)
    channel = (await db.scalars(select(Channel).where(Channel.cohort_id == cohort.id))).one()
    return Run(db, by, cohort, session, channel, learners)


async def schedule_the_next(db: AsyncSession, program: Program, *, by: Actor, now: datetime) -> None:
    """A workshop to come, open to all: to register for, to move, to try things out with."""
    first = tuesday(now + timedelta(days=36))
    new = NewSession(
        program_id=program.id,
        title="Leading through Change: the next workshop",
        format=SessionFormat.WORKSHOP,
        external_ref="next-workshop",
        capacity=SEATS,
        meetings=[day(first), day(first + timedelta(days=1))],
    )
    await sessions.schedule(db, new, by=by, now=now)


async def prepare(run: Run) -> None:
    """The week before: most do the pre-work, three answer the prompt."""
    starts_at = run.session.starts_at
    await run.complete(ActivityKind.PRE_WORK, run.learners[:10], at=starts_at - timedelta(days=4))
    await sweeps.open_due(run.db, now=starts_at - timedelta(days=2))
    prompt = (await run.db.scalars(select(Post).where(Post.channel_id == run.channel.id))).one()
    for hour, (learner, body) in enumerate(zip(run.learners, REPLIES, strict=False), 1):
        said_at = starts_at - timedelta(days=2) + timedelta(hours=hour)
        await posts.write(
            run.db,
            run.channel.id,
            NewPost(body=body, kind=PostKind.STORY, reply_to_id=prompt.id),
            author_id=learner.id,
            staff=False,
            by=Actor(person_id=learner.id),
            now=said_at,
        )


async def meet(run: Run) -> None:
    """The two days: nine are there, one falls ill."""
    seated = run.learners[:SEATS]
    present, ill = seated[:-1], seated[-1:]
    for meeting in await of_session(run.db, run.session.id):
        for learner in seated:
            status = AttendanceStatus.ABSENT if learner in ill else AttendanceStatus.PRESENT
            seen = Presence(status=status, evidence=Evidence.SIGN_IN)
            await attendance.record(run.db, meeting.id, learner.id, seen, by=run.by, now=meeting.ends_at)
    await run.complete(ActivityKind.SESSION, present, at=run.session.ends_at)


async def carry_on(run: Run) -> None:
    """The days after: most recall, half practice, one asks and is helped."""
    ended = run.session.ends_at
    await run.complete(ActivityKind.REINFORCEMENT, run.learners[:8], at=ended + timedelta(days=2))
    await run.complete(ActivityKind.ON_THE_JOB, run.learners[:6], at=ended + timedelta(days=8))
    asker, *helpers = run.learners
    asked_at = ended + timedelta(days=3)
    me = Actor(person_id=asker.id)
    question = await questions.ask(
        run.db, run.channel.id, QUESTION, author_id=asker.id, staff=False, by=me, now=asked_at
    )
    given = [
        await answers.answer(
            run.db,
            question.id,
            NewAnswer(body=body),
            author_id=helper.id,
            staff=False,
            by=Actor(person_id=helper.id),
            now=asked_at + timedelta(hours=5),
        )
        for helper, body in zip(helpers, ANSWERS, strict=False)
    ]
    thanked_at = asked_at + timedelta(days=1)
    await answers.accept(run.db, given[-1].id, person_id=asker.id, staff=False, by=me, now=thanked_at)


def tuesday(moment: datetime) -> date:
    """The last Tuesday until then."""
    return moment.date() - timedelta(days=(moment.weekday() - 1) % 7)


def day(on: date) -> MeetingPlan:
    return MeetingPlan(
        local_start=datetime.combine(on, time(9)),
        local_end=datetime.combine(on, time(17)),
        time_zone=ZONE,
        place="Seefeldstrasse 10, Zürich",
        country="CH",
        latitude=47.3594,
        longitude=8.5522,
    )
