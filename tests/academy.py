"""A small academy: one tenant with some of everything, for tests that ask anything of anyone."""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import select

from api import ids
from api.engine.types import ENTITIES
from api.schema import schema
from domain.communities import answers, channels, communities, memberships, posts, questions
from domain.communities.channels import Channel
from domain.communities.communities import NewCommunity
from domain.communities.posts import NewPost, PostKind
from domain.communities.questions import NewQuestion
from domain.custom import fields, values
from domain.custom.choices import NewChoice
from domain.custom.fields import Carrier, FieldKind, FieldVisibility, NewField
from domain.custom.values import Given, Reference
from domain.evaluations import instruments, responses
from domain.evaluations.evaluations import Evaluation
from domain.evaluations.instruments import Level, NewInstrument
from domain.evaluations.items import Item, ItemKind, NewItem
from domain.evaluations.responses import ItemValue
from domain.exports import exports
from domain.journeys import journeys, sweeps
from domain.journeys.activities import ActivityKind, Anchor, Audience, Mode, Purpose, Stage
from domain.programs import enrollments
from domain.sessions import attendance, head_counts, registrations, sessions
from domain.sessions.attendance import AttendanceStatus, Evidence, Presence
from domain.sessions.head_counts import HeadCountKind
from domain.sessions.meetings import Meeting
from tenants import documents, keys
from tenants.keys import Role
from tenants.viewer import Actor
from tests.conftest import BY, NOW
from tests.rows import a_cohort, a_person, a_plan, a_program, a_session, an_activity, an_organization

CUSTOM = {"text": "note", "number": "size", "date": "since", "choice": "region", "reference": "contact"}
"""The keys of the custom fields of every record that can have some, by kind. The note is for staff alone."""
LATER = NOW + timedelta(days=60)
STAFF = {"staff": True, "by": BY}


@dataclass(frozen=True)
class Academy:
    """`ids`: the global ids of every row that has one, by the schema's type."""

    coordinator_id: uuid.UUID
    learner_id: uuid.UUID
    by_type: dict[str, list[str]]

    @property
    def ids(self) -> list[str]:
        return [one for some in self.by_type.values() for one in some]


async def an_academy(database, tenant, *, word="Orchid"):
    """Every text in it holds `word`, so that it is known again wherever it turns up."""
    async with database.transaction(tenant.id) as db:
        organization = await an_organization(db, name=f"{word} Ltd", external_ref=f"{word}-org")
        coordinator, learner, peer, guest = [
            await a_person(
                db,
                name=f"{word} {name}",
                email=f"{name}@{word}.example".lower(),
                organization_id=organization.id if name == "Ada" else None,
                external_ref=f"{word}-{name}",
            )
            for name in ("Cora", "Ada", "Bea", "Cyd")
        ]
        program = await a_program(db, title=f"{word} program", summary=f"{word} summary", goal=word, external_ref=word)
        await a_program(db, title=f"Another {word}", regulated=True, price_minor=125_000, price_currency="CHF")
        community = await communities.found(
            db, NewCommunity(name=f"{word} practice", domain=word, charter=word, program_id=program.id), by=BY, now=NOW
        )
        instrument = await instruments.create(
            db,
            NewInstrument(
                name=f"{word} pulse",
                level=Level.REACTION,
                items=[
                    NewItem(kind=ItemKind.RECOMMENDATION, prompt=f"{word}?", code="nps", required=True),
                    NewItem(
                        kind=ItemKind.RATING, prompt=f"{word}!", code="rate", choices=["low", "high"], required=False
                    ),
                    NewItem(kind=ItemKind.TEXT, prompt=word, code="text", required=False),
                ],
            ),
            by=BY,
            now=NOW,
        )
        await _a_blueprint(db, program, instrument, word)
        cohort = await a_cohort(db, program, name=f"{word} autumn", external_ref=f"{word}-cohort")
        session = await a_session(
            db,
            program,
            title=f"{word} workshop",
            cohort_id=cohort.id,
            capacity=2,
            waitlist_capacity=1,
            host_organization_id=organization.id,
            external_ref=f"{word}-session",
            meetings=[a_plan(8, place=f"{word} hall"), a_plan(9, link=f"https://{word.lower()}.example/room")],
        )
        for person in (learner, peer):
            await enrollments.enroll(db, cohort.id, person.id, by=BY, now=NOW)
        for person in (learner, peer, guest):
            await registrations.register(db, session.id, person.id, by=BY, now=NOW)
        await journeys.unroll(db, cohort.id, by=BY, now=NOW)
        await channels.open_for_session(db, session.id, by=BY, now=NOW)
        await sweeps.open_due(db, now=LATER)
        first = await db.scalar(select(Meeting).where(Meeting.session_id == session.id, Meeting.position == 1))
        seen = Presence(status=AttendanceStatus.PRESENT, minutes=400, evidence=Evidence.SIGN_IN)
        await attendance.record(db, first.id, learner.id, seen, by=BY, now=LATER)
        await head_counts.count(db, session.id, kind=HeadCountKind.ATTENDED, day=0, people=7, by=BY, now=LATER)
        await _a_conversation(db, community, learner, peer, word)
        await _responses(db, instrument, (learner, peer), word)
        for owner in (learner, peer, organization, program, cohort, session, community):
            await _custom_fields(db, owner, learner, word)
        other = await a_session(db, program, title=f"{word} cancelled", meetings=[a_plan(20)])
        await sessions.cancel(db, other.id, by=BY, now=NOW)
        app = await keys.create_app(db, f"{word} app", now=NOW)
        await keys.create(db, tenant, app_id=app.id, scopes=frozenset({"people:read"}), now=NOW)
        asked = documents.NewDocument(f"query {word} {{ viewer {{ displayName }} }}")
        await documents.register(db, app.id, [asked], now=NOW)
        issued = await keys.create(db, tenant, person_id=learner.id, roles=frozenset({Role.LEARNER}), now=NOW)
        await _an_export(db, learner, issued.key, word)
    async with database.transaction(tenant.id) as db:
        return Academy(coordinator.id, learner.id, await _ids(db, tenant.id))


async def _custom_fields(db, owner, contact, word):
    carrier = next(carrier for carrier, record in values.RECORDS.items() if isinstance(owner, record))
    if not await fields.in_use(db, carrier):
        for kind in FieldKind:
            field = NewField(
                record=carrier,
                key=CUSTOM[kind.lower()],
                kind=kind,
                label=f"{word} {kind}",
                visibility=FieldVisibility.STAFF if kind == FieldKind.TEXT else FieldVisibility.EVERYONE,
                refers_to=Carrier.PERSON if kind == FieldKind.REFERENCE else None,
                choices=[NewChoice(value="NORTH", label=f"{word} north")] if kind == FieldKind.CHOICE else [],
            )
            await fields.declare(db, field, by=BY, now=NOW)
    said = (f"{word} note", 7.5, date(2026, 9, 1), "NORTH", Reference(Carrier.PERSON, contact.id))
    given = [Given(key=CUSTOM[kind.lower()], kind=kind, value=one) for kind, one in zip(FieldKind, said, strict=True)]
    await values.write(db, owner, given, new=False, by=BY, now=NOW)


async def _a_blueprint(db, program, instrument, word):
    before = {"stage": Stage.BEFORE, "anchor": Anchor.START, "audience": Audience.LEARNER}
    after = {"stage": Stage.AFTER, "anchor": Anchor.END, "audience": Audience.COHORT}
    await an_activity(
        db, program, **before, position=1, mode=Mode.FORMAL, kind=ActivityKind.PRE_WORK,
        purpose=Purpose.INTRODUCTION, title=f"{word} reading", offset_minutes=-7 * 1440,
    )  # fmt: skip
    await an_activity(
        db, program, **{**before, "audience": Audience.COHORT}, position=2, mode=Mode.SOCIAL, kind=ActivityKind.PROMPT,
        purpose=Purpose.INTRODUCTION, title=f"{word} prompt", body=f"{word} asks", offset_minutes=-90,
    )  # fmt: skip
    await an_activity(db, program, **after, position=3, title=f"{word} check-in")
    await an_activity(
        db, program, **after, position=4, mode=Mode.FORMAL, kind=ActivityKind.PULSE, purpose=Purpose.REFINEMENT,
        title=f"{word} pulse", offset_minutes=21 * 1440, instrument_id=instrument.id,
    )  # fmt: skip


async def _a_conversation(db, community, learner, peer, word):
    for person in (learner, peer):
        await memberships.join(db, community.id, person.id, **STAFF, now=NOW)
    channel = await db.scalar(select(Channel).where(Channel.community_id == community.id))
    note = await posts.write(
        db, channel.id, NewPost(body=f"{word} story", kind=PostKind.STORY), author_id=learner.id, **STAFF, now=NOW
    )
    await posts.write(
        db, channel.id, NewPost(body=f"{word} reply", reply_to_id=note.id), author_id=peer.id, **STAFF, now=NOW
    )
    asked = NewQuestion(title=f"{word} how?", body=word, tags=[word, "practice"])
    question = await questions.ask(db, channel.id, asked, author_id=learner.id, **STAFF, now=NOW)
    for author in (learner, peer):
        said = answers.NewAnswer(body=f"{word} so")
        answer = await answers.answer(db, question.id, said, author_id=author.id, **STAFF, now=NOW)
    await answers.accept(db, answer.id, person_id=learner.id, **STAFF, now=NOW)


async def _responses(db, instrument, people, word):
    evaluation = await db.scalar(select(Evaluation).where(Evaluation.instrument_id == instrument.id))
    items = {item.code: item.id for item in await db.scalars(select(Item).where(Item.instrument_id == instrument.id))}
    for number, person in enumerate(people):
        said = [
            ItemValue(item_id=items["nps"], number=9 + number),
            ItemValue(item_id=items["text"], text=f"{word} good"),
        ]
        await responses.respond(db, evaluation.id, person.id, said, by=BY, now=LATER)


async def _an_export(db, learner, key, word):
    new = exports.NewExport(
        key_id=key.id,
        roles=frozenset(key.roles),
        scopes=frozenset(),
        document=f"query {word} {{ registrations {{ nodes {{ id }} }} }}",
        operation_name=word,
        variables={},
        root="registrations",
    )
    await exports.start(db, new, by=Actor(learner.id), now=NOW)


async def _ids(db, tenant_id):
    schema()
    found = {}
    for entity in ENTITIES.values():
        table = entity.columns
        if entity.prefix is None or table is None:
            continue
        rows = await db.scalars(sa.select(table.c.id).where(table.c[entity.tenant_column] == tenant_id))
        found[entity.name] = [ids.encode(entity.prefix, row) for row in rows]
    return found
