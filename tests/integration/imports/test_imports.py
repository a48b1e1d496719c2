import json
from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from domain.history import Event
from domain.people.organizations import Organization
from domain.people.people import Person
from domain.sessions.head_counts import HeadCount
from domain.sessions.meetings import Meeting
from domain.sessions.sessions import Session
from tests.integration.importing import ADA, PEOPLE, WORKSHOP, WORKSHOPS, counts_of
from tests.rows import a_seat


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


async def test_importing_twice_doubles_nothing(bring_in, row_counts):
    await bring_in(PEOPLE, people_csv=ADA)
    await bring_in(WORKSHOPS, workshops_csv=WORKSHOP)
    before = await row_counts()

    people, _ = await bring_in(PEOPLE, people_csv=ADA)
    workshops, _ = await bring_in(WORKSHOPS, workshops_csv=WORKSHOP)

    assert await row_counts() == before
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


async def test_an_address_that_differs_in_case_alone_is_no_change(bring_in, row_counts):
    await bring_in(PEOPLE, people_csv=ADA)
    before = await row_counts()

    report, _ = await bring_in(PEOPLE, people_csv=ADA.replace("ada@", "Ada@"))

    assert (counts_of(report)["person"], await row_counts()) == ((0, 0, 1, 0, 0), before)


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
async def test_a_bad_row_alone_is_rejected_with_everything_it_says(bring_in, column_of, row, field, reason):
    row = row if isinstance(row, bytes) else row.encode()
    content = ADA.encode() + row + b"\n3,Cyd,c@example.org,Gamma\n"

    report, [reject] = await bring_in(PEOPLE, people_csv=content)

    assert await column_of(Person, Person.name) == ["Ada", "Cyd"]
    assert await column_of(Organization, Organization.name) == ["Acme", "Gamma"]
    assert (reject["source"], reject["row"], reject["field"]) == ("people", "3", field)
    assert reject["reason"].startswith(reason)
    assert [(source.rows, source.accepted, source.rejected) for source in report.sources] == [(3, 2, 1)]


async def test_a_reject_carries_the_rows_own_data(bring_in):
    _, [reject] = await bring_in(PEOPLE, people_csv=ADA + "2,Bea,nobody,\n")

    assert json.loads(reject["data"]) == {"id": "2", "name": "Bea", "email": "nobody", "employer": ""}


async def test_of_two_rows_about_one_number_the_last_is_right_and_stays_so(bring_in, column_of, row_counts):
    content = WORKSHOP + "w1,Workshop,2026-03-02,Zurich,,25\nw2,Other,2026-03-04,Bern,,9\n"
    first, _ = await bring_in(WORKSHOPS, workshops_csv=content)
    before = await row_counts()

    second, _ = await bring_in(WORKSHOPS, workshops_csv=content)

    assert await column_of(HeadCount, HeadCount.people) == [25, 9]
    assert counts_of(first)["head_count"] == (2, 1, 0, 0, 0)
    assert (counts_of(second)["head_count"], await row_counts()) == ((0, 0, 3, 0, 0), before)


async def test_numbers_are_checked_before_they_wait(bring_in, column_of):
    content = (
        WORKSHOP + "w2,Other,2026-03-04,Bern,,9\nw3,Third,2026-03-05,Bern,,-1\nw1,Workshop,2026-03-02,Zurich,,-2\n"
    )

    _, rejects = await bring_in(WORKSHOPS, workshops_csv=content)

    assert [(reject["row"], reject["record"], reject["field"]) for reject in rejects] == [
        ("4", "head_count", "people"),
        ("5", "head_count", "people"),
    ]
    assert await column_of(HeadCount, HeadCount.people) == [18, 9]
    assert await column_of(Session, Session.external_ref) == ["w1", "w2"]


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
        meeting = (await db.scalars(select(Meeting))).one()
    assert (session.starts_at, session.capacity) == (datetime(2026, 3, 9, 8, tzinfo=UTC), 30)
    assert (meeting.starts_at, meeting.place) == (session.starts_at, "Zurich")
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


async def test_json_lines_and_elements_are_rows_too(bring_in, column_of):
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

    assert await column_of(Person, Person.name) == ["Ada Lovelace", "Cyd"]
    assert [(reject["source"], reject["row"], reject["field"]) for reject in rejects] == [
        ("people", "2", "name"),
        ("people", "3", ""),
    ]


async def test_a_meeting_whose_address_is_written_another_way_has_not_changed(bring_in, row_counts):
    plan = WORKSHOPS.replace('place = "{place}"', 'link = "{place}"')
    content = WORKSHOP.replace("Zurich", "https://MEET.example.org")
    await bring_in(plan, workshops_csv=content)
    before = await row_counts()

    report, _ = await bring_in(plan, workshops_csv=content)

    assert (counts_of(report)["session"], await row_counts()) == ((0, 0, 1, 0, 0), before)


async def test_seats_that_a_row_adds_go_to_those_who_wait(bring_in, database, tenant):
    row = "slug,title,date,place,seats,attended\nw1,Workshop,2030-03-04,,{},\n"
    await bring_in(WORKSHOPS, workshops_csv=row.format(1))
    async with database.transaction(tenant.id) as db:
        session = (await db.scalars(select(Session))).one()
        for name in ("Ada", "Bea"):
            await a_seat(db, session, name=name)

    await bring_in(WORKSHOPS, workshops_csv=row.format(2))

    async with database.transaction(tenant.id) as db:
        session = (await db.scalars(select(Session))).one()
    assert (session.seats_taken, session.waiting) == (2, 0)
