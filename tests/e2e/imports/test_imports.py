"""The real data that lies beside the checkout, brought in by its plans, and what the API says of it afterwards."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from api import imports
from domain.communities.answers import Answer
from domain.communities.questions import Question
from domain.history import Event
from domain.programs.programs import Program
from domain.sessions.head_counts import HeadCount
from domain.sessions.meetings import Meeting
from domain.sessions.sessions import Session

CHECKOUT = Path(__file__).parents[3]
PLANS = CHECKOUT / "tests" / "plans"
DATA = CHECKOUT.parent / "shared" / "data"

pytestmark = [pytest.mark.data, pytest.mark.slow]


@pytest.fixture
def bring_in(database, tenant, tmp_path):
    if not DATA.is_dir():
        pytest.skip(f"there is no folder of real data at {DATA}")

    async def bring_in(plan):
        return await imports.run(
            PLANS / plan,
            database=database,
            tenant=tenant,
            data=DATA,
            rejects=tmp_path / "rejects.csv",
            dry_run=False,
            progress=lambda source, done, whole: None,
        )

    return bring_in


@pytest.fixture
def rejects(tmp_path):
    def rejects():
        with (tmp_path / "rejects.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    return rejects


def rows_of(report):
    return {source.name: (source.rows, source.accepted, source.rejected) for source in report.sources}


def created(report):
    return {record: counts.created for record, counts in report.records.items()}


def changed(report):
    return sum(counts.created + counts.updated + counts.kept for counts in report.records.values())


async def test_workshops_training_and_a_survey(bring_in, rejects, database, tenant, coordinator):
    """The numbers are those of the files, counted without this product."""
    report = await bring_in("carpentries.toml")

    assert rows_of(report) == {
        "workshops": (1869, 1869, 0),
        "attendance": (298, 279, 19),
        "instructor_training_events": (191, 191, 0),
        "post_training_survey": (967, 967, 0),
    }
    assert created(report) == {
        "program": 3,
        "instrument": 1,
        "evaluation": 1,
        "organization": 492,
        "session": 1869 + 2,
        "head_count": 2610,
        "response": 967,
    }
    assert {reject["field"] for reject in rejects()} == {"session"}
    async with database.transaction(tenant.id) as db:
        references = select(Program.external_ref).join(Session, col(Session.program_id) == Program.id)
        programs = Counter(await db.scalars(references))
        hosted = await db.scalar(select(func.count(col(Session.host_organization_id))))
        placed = await db.scalar(select(func.count(col(Meeting.latitude))))
        countries = await db.scalar(select(func.count(func.distinct(Meeting.country))))
        numbers = select(HeadCount.kind, HeadCount.day, func.count(), func.sum(HeadCount.people))
        counted = {
            (kind, day): rest for kind, day, *rest in await db.execute(numbers.group_by(HeadCount.kind, HeadCount.day))
        }
    assert programs == {"software-carpentry": 1357, "data-carpentry": 316, "instructor-training": 198}
    assert (hosted, placed, countries) == (1869, 1804, 50)
    assert counted == {
        ("REGISTERED", 0): [222, 7259],
        ("ATTENDED", 0): [1653, 41589],
        ("ATTENDED", 1): [274, 7025],
        ("ATTENDED", 2): [258, 5963],
        ("ATTENDED", 3): [16, 367],
        ("ATTENDED", 4): [5, 107],
        ("ATTENDED", 5): [2, 30],
        ("ATTENDED", 6): [1, 10],
        ("ATTENDED", 7): [1, 6],
        ("CERTIFIED", 0): [178, 1859],
    }

    told = await coordinator.data(
        "{ evaluations { nodes { responseCount results { code answered nps { score n } } } } }"
    )
    [evaluation] = told["evaluations"]["nodes"]
    [recommended] = [result for result in evaluation["results"] if result["nps"]]
    assert (evaluation["responseCount"], len(evaluation["results"])) == (967, 37)
    assert (recommended["code"], recommended["answered"], recommended["nps"]["n"]) == ("LikelyToRecommend", 889, 889)
    assert round(recommended["nps"]["score"], 1) == 48.4

    events = await number_of(database, tenant, Event)
    again = await bring_in("carpentries.toml")
    assert (rows_of(again), changed(again)) == (rows_of(report), 0)
    assert await number_of(database, tenant, Event) == events


async def test_a_community_of_practice(bring_in, rejects, database, tenant, coordinator):
    report = await bring_in("coffee.toml")

    assert rows_of(report) == {"coffee_posts": (592, 552, 40)}
    assert created(report) == {
        "community": 1,
        "person": 115,
        "membership": 115,
        "question": 225,
        "answer": 327,
        "acceptance": 105,
    }
    assert {reject["reason"] for reject in rejects()} == {"No record of the plan takes this row."}
    async with database.transaction(tenant.id) as db:
        accepted = select(Answer).where(col(Answer.accepted_at).is_not(None))
        answers = list(await db.scalars(accepted))
        questions = list(await db.scalars(select(Question)))
        earliest, latest = (await db.execute(select(func.min(Answer.answered_at), func.max(Answer.answered_at)))).one()
    assert (len(answers), len({answer.question_id for answer in answers})) == (105, 105)
    assert all(answer.accepted_at >= answer.answered_at and answer.accepted_by_id for answer in answers)
    assert Counter(len(question.tags) for question in questions) == {1: 71, 2: 99, 3: 43, 4: 11, 5: 1}
    assert not [question for question in questions if "<p>" in question.body or "&amp;" in question.body]
    assert (earliest.year, latest.year) == (2015, 2015)

    told = await coordinator.data("{ questions { totalCount } communities { nodes { name } } }")
    assert told == {"questions": {"totalCount": 225}, "communities": {"nodes": [{"name": "Coffee"}]}}

    again = await bring_in("coffee.toml")
    assert (rows_of(again), changed(again)) == (rows_of(report), 0)


async def number_of(database, tenant, record):
    async with database.transaction(tenant.id) as db:
        return await db.scalar(select(func.count(record.id)))
