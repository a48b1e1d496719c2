import asyncio
import json
from datetime import UTC, datetime

import pytest
from sqlmodel import col, func, select

from api.imports import PlanError, runs
from api.imports.rows import SourceError
from domain.head_counts import HeadCount
from domain.history import Event
from domain.organizations import Organization
from domain.people import Person
from domain.sessions import Session
from tenants.records import tenant_owned
from tests.integration.importing import carried_out, counts_of

PEOPLE = """
[[sources]]
file = "people.csv"
records = [
  { record = "organization", when = { employer = "*" }, external_ref = "{employer}", name = "{employer}" },
  { record = "person", external_ref = "{id}", name = "{name}", email = "{email}", organization = "{employer}" },
]
"""
ADA = "id,name,email,employer\n1,Ada,ada@example.org,Acme\n"
WORKSHOPS = """
time_zone = "Europe/Zurich"

[[records]]
record = "program"
external_ref = "feedback"
title = "Giving feedback"

[[sources]]
file = "workshops.csv"

[[sources.records]]
record = "session"
external_ref = "{slug}"
title = "{title}"
program = "feedback"
format = "WORKSHOP"
capacity = "{seats?}"
meetings = [{ starts = "{date} 09:00", ends = "{date} 17:00", place = "{place}" }]

[[sources.records]]
record = "head_count"
session = "{slug}"
kind = "ATTENDED"
people = "{attended}"
"""
WORKSHOP = "slug,title,date,place,seats,attended\nw1,Workshop,2026-03-02,Zurich,,18\n"


@pytest.fixture
def bring_in(database, tenant, tmp_path):
    async def bring_in(plan, **more):
        return await carried_out(database, tenant, tmp_path, plan, **more)

    return bring_in


@pytest.fixture
def rows(database, tenant):
    """How many rows the tenant has, table by table."""

    async def rows():
        async with database.transaction(tenant.id) as db:
            return {record.__name__: await db.scalar(select(func.count(record.id))) for record in tenant_owned()}

    return rows


@pytest.fixture
def everything(database, tenant):
    async def everything(record, column):
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(column).order_by(col(record.id))))

    return everything


async def test_rows_become_records_with_a_history(bring_in, database, tenant):
    report, rejects = await bring_in(PEOPLE, people_csv=ADA)

    async with database.transaction(tenant.id) as db:
        person = (await db.scalars(select(Person))).one()
        organization = (await db.scalars(select(Organization))).one()
        events = {event.aggregate_id: event for event in await db.scalars(select(Event))}
    assert (person.name, person.email, person.organization_id) == ("Ada", "ada@example.org", organization.id)
    assert (organization.name, organization.external_ref) == ("Acme", "Acme")
    assert {id_: (event.verb, event.sequence, event.person_id) for id_, event in events.items()} == {
        person.id: ("created", 1, None),
        organization.id: ("created", 1, None),
    }
    assert (counts_of(report), rejects) == ({"organization": (1, 0, 0, 0, 0), "person": (1, 0, 0, 0, 0)}, [])


async def test_importing_twice_doubles_nothing(bring_in, rows):
    await bring_in(PEOPLE, people_csv=ADA)
    await bring_in(WORKSHOPS, workshops_csv=WORKSHOP)
    before = await rows()

    people, _ = await bring_in(PEOPLE, people_csv=ADA)
    workshops, _ = await bring_in(WORKSHOPS, workshops_csv=WORKSHOP)

    assert await rows() == before
    assert counts_of(people) == {"organization": (0, 0, 1, 0, 0), "person": (0, 0, 1, 0, 0)}
    assert counts_of(workshops) == {
        "program": (0, 0, 1, 0, 0),
        "session": (0, 0, 1, 0, 0),
        "head_count": (0, 0, 1, 0, 0),
    }


async def test_what_a_later_file_says_otherwise_is_changed_and_the_rest_stays(bring_in, database, tenant):
    await bring_in(PEOPLE, people_csv=ADA)
    report, _ = await bring_in(PEOPLE, people_csv="id,name,email,employer\n1,Ada Lovelace,,\n")

    async with database.transaction(tenant.id) as db:
        person = (await db.scalars(select(Person))).one()
    assert (person.name, person.email, person.organization_id is None) == ("Ada Lovelace", "ada@example.org", False)
    assert counts_of(report) == {"person": (0, 1, 0, 0, 0)}


async def test_an_address_that_differs_in_case_alone_is_no_change(bring_in, rows):
    await bring_in(PEOPLE, people_csv=ADA)
    before = await rows()

    report, _ = await bring_in(PEOPLE, people_csv=ADA.replace("ada@", "Ada@"))

    assert (counts_of(report)["person"], await rows()) == ((0, 0, 1, 0, 0), before)


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("2,,b@example.org,Beta", "name", "The row says nothing here, and it is needed."),
        (",Bea,b@example.org,Beta", "external_ref", "The row says nothing here, and it is needed."),
        ("2,Bea,nobody,Beta", "email", "'nobody' is no e-mail address."),
        ("2,Bea,ada@example.org,Beta", "email", "Another person has the address 'ada@example.org'."),
        ("2,B\x00a,b@example.org,Beta", "name", "Remove the characters that are no text"),
        (f"2,{'B' * 201},b@example.org,Beta", "name", "Shorten this text to 200 characters; it has 201."),
        (f"2,{'B' * 200_000},b@example.org,Beta", "", "This can't be read: field larger than field limit"),
        ("2,Bea,b@example.org,Beta,more", "", "The row has 5 cells, and only 4 columns have a name."),
        (b"2,B\xffa,b@example.org,Beta", "name", "Remove the characters that are no text"),
        (b"\xff,Bea,b@example.org,Beta", "external_ref", "Remove the characters that are no text"),
    ],
)
async def test_a_bad_row_alone_is_rejected_with_everything_it_says(bring_in, everything, row, field, reason):
    row = row if isinstance(row, bytes) else row.encode()
    content = ADA.encode() + row + b"\n3,Cyd,c@example.org,Gamma\n"

    report, [reject] = await bring_in(PEOPLE, people_csv=content)

    assert await everything(Person, Person.name) == ["Ada", "Cyd"]
    assert await everything(Organization, Organization.name) == ["Acme", "Gamma"]
    assert (reject["source"], reject["row"], reject["field"]) == ("people", "3", field)
    assert reject["reason"].startswith(reason)
    assert [(source.rows, source.accepted, source.rejected) for source in report.sources] == [(3, 2, 1)]


async def test_a_reject_carries_the_rows_own_data(bring_in):
    _, [reject] = await bring_in(PEOPLE, people_csv=ADA + "2,Bea,nobody,\n")

    assert json.loads(reject["data"]) == {"id": "2", "name": "Bea", "email": "nobody", "employer": ""}


async def test_a_rehearsal_counts_everything_and_writes_nothing(bring_in, rows):
    before = await rows()
    content = ADA + "2,Bea,nobody,Beta\n3,Cyd,c@example.org,Acme\n"

    rehearsed, [rejected] = await bring_in(PEOPLE, people_csv=content, dry_run=True)

    assert await rows() == before
    real, [again] = await bring_in(PEOPLE, people_csv=content)
    assert (counts_of(rehearsed), rejected) == (counts_of(real), again)
    assert (rehearsed.dry_run, real.dry_run) == (True, False)


async def test_a_rehearsal_knows_what_its_earlier_rows_would_bring(bring_in, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    more = "w1,Workshop,2026-03-03,Bern,,17\nw2,Other,2026-03-04,Bern,,9\n"

    report, rejects = await bring_in(WORKSHOPS, workshops_csv=WORKSHOP + more, dry_run=True)

    assert rejects == []
    assert counts_of(report) == {"program": (1, 0, 0, 0, 0), "session": (2, 1, 0, 0, 0), "head_count": (2, 1, 0, 0, 0)}


async def test_an_import_that_is_killed_leaves_whole_batches_and_can_be_run_again(bring_in, everything, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 2)
    content = "id,name,email,employer\n" + "".join(f"{n},P{n},,Acme\n" for n in range(5))

    def killed(source, done, whole):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await bring_in(PEOPLE, people_csv=content, progress=killed)
    left = await everything(Person, Person.name)
    await bring_in(PEOPLE, people_csv=content)

    assert left == ["P0", "P1"]
    assert sorted(await everything(Person, Person.name)) == ["P0", "P1", "P2", "P3", "P4"]


@pytest.mark.race
async def test_two_imports_at_once_write_everything_once(bring_in, everything):
    """Without taking turns one of them finds the other's rows when it writes its own, and rejects them."""
    content = "id,name,email,employer\n" + "".join(f"{n},P{n},,Acme {n % 7}\n" for n in range(300))

    both = await asyncio.gather(*(bring_in(PEOPLE, people_csv=content) for _ in range(2)))

    assert [rejects for _, rejects in both] == [[], []]
    assert len(await everything(Person, Person.id)) == 300
    assert sorted(counts_of(report)["person"] for report, _ in both) == [(0, 0, 300, 0, 0), (300, 0, 0, 0, 0)]


async def test_of_two_rows_about_one_number_the_last_is_right_and_stays_so(bring_in, everything, rows):
    content = WORKSHOP + "w1,Workshop,2026-03-02,Zurich,,25\nw2,Other,2026-03-04,Bern,,9\n"
    first, _ = await bring_in(WORKSHOPS, workshops_csv=content)
    before = await rows()

    second, _ = await bring_in(WORKSHOPS, workshops_csv=content)

    assert await everything(HeadCount, HeadCount.people) == [25, 9]
    assert counts_of(first)["head_count"] == (2, 1, 0, 0, 0)
    assert (counts_of(second)["head_count"], await rows()) == ((0, 0, 3, 0, 0), before)


async def test_numbers_are_checked_before_they_wait(bring_in, everything):
    content = (
        WORKSHOP + "w2,Other,2026-03-04,Bern,,9\nw3,Third,2026-03-05,Bern,,-1\nw1,Workshop,2026-03-02,Zurich,,-2\n"
    )

    _, rejects = await bring_in(WORKSHOPS, workshops_csv=content)

    assert [(reject["row"], reject["record"], reject["field"]) for reject in rejects] == [
        ("4", "head_count", "people"),
        ("5", "head_count", "people"),
    ]
    assert await everything(HeadCount, HeadCount.people) == [18, 9]
    assert await everything(Session, Session.external_ref) == ["w1", "w2"]


async def test_sessions_of_the_past_have_meetings_on_the_wall_of_their_place(bring_in, database, tenant):
    await bring_in(WORKSHOPS, workshops_csv=WORKSHOP)

    async with database.transaction(tenant.id) as db:
        session = (await db.scalars(select(Session))).one()
    assert (session.title, session.external_ref, session.capacity) == ("Workshop", "w1", None)
    assert session.starts_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert session.ends_at == datetime(2026, 3, 2, 16, tzinfo=UTC)


async def test_a_session_moves_and_grows_with_its_row(bring_in, database, tenant):
    await bring_in(WORKSHOPS, workshops_csv=WORKSHOP)
    moved = "slug,title,date,place,seats,attended\nw1,Workshop,2026-03-09,,30,\n"
    report, _ = await bring_in(WORKSHOPS, workshops_csv=moved)

    async with database.transaction(tenant.id) as db:
        session = (await db.scalars(select(Session))).one()
        told = select(Event.verb).where(Event.aggregate_id == session.id).order_by(col(Event.sequence))
        verbs = list(await db.scalars(told))
    assert (session.starts_at, session.capacity) == (datetime(2026, 3, 9, 8, tzinfo=UTC), 30)
    assert verbs == ["scheduled", "updated", "rescheduled"]
    assert counts_of(report)["session"] == (0, 1, 0, 0, 0)


async def test_rows_may_be_left_out_and_every_other_one_needs_a_record(bring_in):
    plan = WORKSHOPS.replace('file = "workshops.csv"', 'file = "workshops.csv"\nwhere = { place = "!Bern" }').replace(
        'record = "session"\n', 'record = "session"\nwhen = { title = "*" }\n'
    )
    more = "w2,Other,2026-03-04,Bern,,9\nw3,,2026-03-05,Basel,,\n"

    report, [reject] = await bring_in(plan, workshops_csv=WORKSHOP + more)

    [counts] = report.sources
    assert (counts.rows, counts.accepted, counts.skipped, counts.rejected) == (3, 1, 1, 1)
    assert (reject["row"], reject["reason"]) == ("4", "No record of the plan takes this row.")


async def test_json_lines_and_elements_are_rows_too(bring_in, everything):
    plan = """
    [[sources]]
    file = "people.jsonl"
    records = [{ record = "person", external_ref = "{id}", name = "{name.first} {name.last}" }]
    [[sources]]
    file = "people.xml"
    element = "person"
    records = [{ record = "person", external_ref = "{id}", name = "{name}" }]
    """
    lines = '{"id": 1, "name": {"first": "Ada", "last": "Lovelace"}}\n{"id": 2}\nnonsense\n'
    elements = '<people><person id="3" name="Cyd"/></people>'

    _, rejects = await bring_in(plan, people_jsonl=lines, people_xml=elements)

    assert await everything(Person, Person.name) == ["Ada Lovelace", "Cyd"]
    assert [(reject["source"], reject["row"], reject["field"]) for reject in rejects] == [
        ("people", "2", "name"),
        ("people", "3", ""),
    ]


async def test_what_stands_before_the_end_of_a_broken_file_is_brought_in(bring_in, everything):
    plan = '[[sources]]\nfile = "people.xml"\nrecords = [{ record = "person", external_ref = "{id}", name = "{name}" }]'

    with pytest.raises(SourceError, match=r"people\.xml: After row 1 the file is no well-formed XML"):
        await bring_in(plan, people_xml='<people><row id="1" name="Ada"/><row id="2"')

    assert await everything(Person, Person.name) == ["Ada"]


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        pytest.param(PEOPLE, "sources[0].file: there is no file", id="a-missing-file"),
        pytest.param(
            PEOPLE.replace("people.csv", "workshops.csv"),
            "sources[0].records[0].when: workshops.csv has no column 'employer'; it has 'slug', 'title'",
            id="a-missing-column",
        ),
        pytest.param(
            WORKSHOPS.replace('"Giving feedback"', '""'),
            "records[0].title: The row says nothing here, and it is needed.",
            id="a-record-of-its-own-that-can-not-be",
        ),
    ],
)
async def test_a_plan_that_can_not_be_carried_out_says_why(bring_in, rows, plan, fault):
    before = await rows()

    with pytest.raises(PlanError) as refusal:
        await bring_in(plan, workshops_csv=WORKSHOP)

    assert f"plan.toml: {fault}" in str(refusal.value)
    assert await rows() == before


async def test_progress_is_told_in_bytes(bring_in):
    told = []
    await bring_in(WORKSHOPS, workshops_csv=WORKSHOP, progress=lambda *how_far: told.append(how_far))

    assert told == [("workshops", len(WORKSHOP), len(WORKSHOP))]


async def test_the_report_is_told_to_programs(bring_in):
    report, _ = await bring_in(PEOPLE, people_csv=ADA + "2,Bea,nobody,\n")
    told = report.as_json()

    assert told.pop("seconds") > 0
    assert json.loads(json.dumps(told)) == {
        "dryRun": False,
        "rows": 2,
        "rejected": 1,
        "sources": [{"name": "people", "rows": 2, "accepted": 1, "skipped": 0, "rejected": 1}],
        "records": {
            "organization": {"created": 1, "updated": 0, "unchanged": 0, "kept": 0, "rejected": 0},
            "person": {"created": 1, "updated": 0, "unchanged": 0, "kept": 0, "rejected": 1},
        },
    }
