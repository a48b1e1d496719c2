"""What plans bring in of groups, conversations and questionnaires."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from api.imports import PlanError
from domain import enrollments, journeys, memberships
from domain.answers import Answer
from domain.cohorts import Cohort
from domain.communities import Community
from domain.enrollments import Enrollment, EnrollmentStatus
from domain.evaluations import Evaluation
from domain.items import Item
from domain.memberships import Membership, MembershipRole
from domain.people import Person
from domain.programs import Program
from domain.questions import Question
from domain.responses import ItemAnswer, Response
from domain.steps import Step
from tests.conftest import BY, NOW
from tests.integration.importing import carried_out, counts_of
from tests.integration.making import pre_work

COMMUNITY = """
[[records]]
record = "community"
external_ref = "guild"
name = "Guild"
domain = "Giving feedback"
"""
MEMBERS = """
[[sources]]
file = "members.csv"
records = [
  { record = "person", external_ref = "{id}", name = "{id}" },
  { record = "membership", community = "guild", person = "{id}", role = "{role}" },
]
"""
FORUM = f"""
{COMMUNITY}
[[sources]]
file = "posts.jsonl"

[[sources.records]]
record = "person"
when = {{ author = "*" }}
external_ref = "{{author}}"
name = "User {{author}}"

[[sources.records]]
record = "membership"
when = {{ author = "*" }}
community = "guild"
person = "{{author}}"

[[sources.records]]
record = "question"
when = {{ kind = "q" }}
external_ref = "{{id}}"
community = "guild"
author = "{{author}}"
title = "{{title}}"
body = {{ of = "{{body}}", html = true }}
tags = "{{tags}}"
score = "{{score}}"
asked_at = "{{at}}"

[[sources.records]]
record = "answer"
when = {{ kind = "a" }}
external_ref = "{{id}}"
question = "{{question}}"
author = "{{author}}"
body = "{{body}}"
score = "{{score}}"
answered_at = "{{at}}"

[[sources.records]]
record = "acceptance"
when = {{ accepted = "*" }}
later = true
answer = "{{accepted}}"
by = "{{author}}"
accepted_at = "{{until}}"
"""
POSTS = """
{"kind": "q", "id": "q1", "author": 4, "title": "How?", "body": "<p>How?</p>", "tags": ["Hard Talk", "a"], "score": -2,\
 "at": "2015-01-27T20:09:32.720", "accepted": "a2", "until": "2015-02-01T00:00:00"}
{"kind": "a", "id": "a1", "question": "q1", "author": 5, "body": "Like so.", "at": "2015-01-28T00:00:00", "score": 3}
{"kind": "a", "id": "a2", "question": "q1", "body": "No: so.", "at": "2015-01-29T00:00:00", "score": 0}
{"kind": "tag", "id": "t1"}
"""
SURVEY = """
[lists]
agreement = ["Disagree", "Neither", "Agree"]

[[records]]
record = "program"
external_ref = "feedback"
title = "Giving feedback"

[[records]]
record = "instrument"
external_ref = "survey"
name = "Survey"
level = "REACTION"
anonymous = true
items = [
  { kind = "RATING", code = "worth", prompt = "Worth it?", choices = "agreement", required = true },
  { kind = "RECOMMENDATION", code = "recommend", prompt = "Recommend?" },
  { kind = "SINGLE_CHOICE", code = "pace", prompt = "Pace?", choices = ["Slow", "Fast"] },
  { kind = "MULTIPLE_CHOICE", code = "parts", prompt = "Liked?", choices = ["Cases", "Peers"] },
  { kind = "TEXT", code = "more", prompt = "More?" },
]

[[records]]
record = "evaluation"
external_ref = "survey-2015"
instrument = "survey"
program = "feedback"
opened_at = 2015-01-01
closes_at = 2015-12-31

[[sources]]
file = "survey.csv"

[[sources.records]]
record = "response"
external_ref = "{#fingerprint}"
evaluation = "survey-2015"
submitted_at = { of = "{When}", date = "%d.%m.%Y %H:%M" }

[sources.records.answers]
parts = { of = "{What they liked}", split = "/" }
"""
RESPONSES = """worth,recommend,pace,What they liked,more,When
Agree,10,Fast,Cases / Peers,"Thanks, all",05.03.2015 10:20
1,0,,,,05.03.2015 10:21
Agree,10,Fast,Cases / Peers,"Thanks, all",05.03.2015 10:20
"""


@pytest.fixture
def bring_in(database, tenant, tmp_path):
    async def bring_in(plan, **more):
        return await carried_out(database, tenant, tmp_path, plan, **more)

    return bring_in


@pytest.fixture
def every(database, tenant):
    async def every(record):
        async with database.transaction(tenant.id) as db:
            return list(await db.scalars(select(record).order_by(col(record.id))))

    return every


async def test_conversations_keep_their_people_scores_tags_and_dates(bring_in, every):
    report, [reject] = await bring_in(FORUM, posts_jsonl=POSTS)

    [question] = await every(Question)
    answers = {answer.external_ref: answer for answer in await every(Answer)}
    people = {person.external_ref: person.id for person in await every(Person)}
    assert (question.title, question.body, question.tags, question.score) == ("How?", "How?", ["hard-talk", "a"], -2)
    assert (question.author_id, question.asked_at) == (people["4"], datetime(2015, 1, 27, 20, 9, 32, 720000, UTC))
    assert {ref: (answer.author_id, answer.score) for ref, answer in answers.items()} == {
        "a1": (people["5"], 3),
        "a2": (None, 0),
    }
    assert [answers[ref].accepted_at for ref in ("a1", "a2")] == [None, datetime(2015, 2, 1, tzinfo=UTC)]
    assert answers["a2"].accepted_by_id == people["4"]
    assert (reject["row"], reject["reason"]) == ("5", "No record of the plan takes this row.")
    assert [(source.rows, source.accepted, source.rejected) for source in report.sources] == [(4, 3, 1)]


async def test_conversations_are_brought_in_once(bring_in, every):
    await bring_in(FORUM, posts_jsonl=POSTS)
    report, _ = await bring_in(FORUM, posts_jsonl=POSTS.replace("Like so.", "Like that."))

    assert counts_of(report) == {
        "community": (0, 0, 1, 0, 0),
        "person": (0, 0, 2, 0, 0),
        "membership": (0, 0, 2, 0, 0),
        "question": (0, 0, 1, 0, 0),
        "answer": (0, 0, 1, 1, 0),
        "acceptance": (0, 0, 1, 0, 0),
    }
    assert [answer.body for answer in await every(Answer)] == ["Like so.", "No: so."]


async def test_an_acceptance_that_can_not_be_costs_the_acceptance_alone(bring_in, every):
    early = POSTS.replace('"until": "2015-02-01T00:00:00"', '"until": "2015-01-28T12:00:00"')

    report, rejects = await bring_in(FORUM, posts_jsonl=early)

    assert [(reject["row"], reject["record"], reject["field"]) for reject in rejects] == [
        ("5", "", ""),
        ("2", "acceptance", "accepted_at"),
    ]
    assert len(await every(Question)) == 1
    assert [(source.rows, source.accepted, source.rejected) for source in report.sources] == [(4, 2, 2)]


async def test_members_may_be_given_a_role_and_who_has_left_stays_away(bring_in, every, database, tenant):
    plan = COMMUNITY + MEMBERS
    await bring_in(plan, members_csv="id,role\nada,moderator\nbea,\ncyd,\n")
    [guild] = await every(Community)
    people = {person.external_ref: person.id for person in await every(Person)}
    async with database.transaction(tenant.id) as db:
        await memberships.leave(db, guild.id, people["cyd"], by=BY, now=NOW)

    report, _ = await bring_in(plan, members_csv="id,role\nada,moderator\nbea,moderator\ncyd,\n")

    roles = {membership.person_id: (membership.role, membership.left_at) for membership in await every(Membership)}
    assert roles == {
        people["ada"]: (MembershipRole.MODERATOR, None),
        people["bea"]: (MembershipRole.MODERATOR, None),
        people["cyd"]: (MembershipRole.MEMBER, NOW),
    }
    assert counts_of(report)["membership"] == (0, 1, 1, 1, 0)


async def test_responses_answer_items_by_label_place_and_choice(bring_in, every):
    report, rejects = await bring_in(SURVEY, survey_csv=RESPONSES)

    codes = {item.id: item.code for item in await every(Item)}
    said = {}
    for answer in await every(ItemAnswer):
        said.setdefault(answer.response_id, {})[codes[answer.item_id]] = answer.number or answer.choices or answer.text
    responses = await every(Response)
    assert rejects == []
    full = {"worth": 3, "recommend": 10, "pace": ["Fast"], "parts": ["Cases", "Peers"], "more": "Thanks, all"}
    assert [said[response.id] for response in responses] == [full, {"worth": 1, "recommend": None}, full]
    assert {response.submitted_at for response in responses} == {datetime(2015, 3, 5, tzinfo=UTC)}
    assert counts_of(report)["response"] == (3, 0, 0, 0, 0)


async def test_responses_are_brought_in_once_in_whichever_order_they_come(bring_in, every):
    await bring_in(SURVEY, survey_csv=RESPONSES)
    header, *lines = RESPONSES.splitlines()
    report, _ = await bring_in(SURVEY, survey_csv="\n".join([header, *reversed(lines), "Neither,5,,,,06.03.2015 9:00"]))

    assert len(await every(Response)) == 4
    assert counts_of(report)["response"] == (1, 0, 3, 0, 0)


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (",5,,,,05.03.2015 10:20", "answers", "'Worth it?' needs an answer."),
        ("Agree,11,,,,05.03.2015 10:20", "answers.1.number", "Give a whole number from 0 to 10."),
        ("Agreed,5,,,,05.03.2015 10:20", "worth", "'Agreed' is no whole number."),
        ("Agree,5,Slower,,,05.03.2015 10:20", "answers.2.choices", "Choose among: Slow, Fast."),
        ("Agree,5,,,,5 March", "submitted_at", "'5 March' is not a time written as %d.%m.%Y %H:%M."),
        ("Agree,5,,,,05.03.2115 10:20", "submitted_at", "A response can't have been given in the future."),
    ],
)
async def test_a_response_that_does_not_fit_is_rejected(bring_in, every, line, field, reason):
    _, [reject] = await bring_in(SURVEY, survey_csv=f"{RESPONSES}{line}\n")

    assert (reject["row"], reject["field"], reject["reason"]) == ("5", field, reason)
    assert len(await every(Response)) == 3


async def test_a_response_whose_file_says_something_else_now_is_kept(bring_in, every):
    plan = SURVEY.replace("{#fingerprint}", "row-{#row}")
    await bring_in(plan, survey_csv=RESPONSES)
    report, _ = await bring_in(plan, survey_csv=RESPONSES.replace("Agree,10", "Agree,9"))

    assert counts_of(report)["response"] == (0, 0, 1, 2, 0)
    assert [response.external_ref for response in await every(Response)] == ["row-2", "row-3", "row-4"]


async def test_an_evaluation_of_the_past_keeps_its_dates(bring_in, every):
    await bring_in(SURVEY, survey_csv=RESPONSES)

    [evaluation] = await every(Evaluation)
    assert (evaluation.opened_at, evaluation.closes_at) == (
        datetime(2015, 1, 1, tzinfo=UTC),
        datetime(2015, 12, 31, tzinfo=UTC),
    )


async def test_an_instrument_that_asks_something_else_needs_another_name(bring_in, every):
    await bring_in(SURVEY, survey_csv=RESPONSES)

    with pytest.raises(PlanError, match=r"records\[1\]\.external_ref: The instrument 'survey' asks something else"):
        await bring_in(SURVEY.replace('"Pace?"', '"The pace?"'), survey_csv=RESPONSES)
    assert len(await every(Response)) == 3


ENROLLED = """
[[records]]
record = "program"
external_ref = "feedback"
title = "Giving feedback"

[[sources]]
file = "enrolled.csv"
records = [
  { record = "cohort", external_ref = "{cohort}", name = "Cohort {cohort}", program = "feedback" },
  { record = "person", external_ref = "{id}", name = "{id}" },
  { record = "enrollment", cohort = "{cohort}", person = "{id}" },
]

[[sources]]
file = "sessions.csv"

[[sources.records]]
record = "session"
external_ref = "{cohort}-1"
title = "First"
program = "feedback"
cohort = "{cohort}"
format = "CLASSROOM"
meetings = [{ starts = "{date} 09:00", ends = "{date} 12:00" }]
"""
SPRING = {"enrolled_csv": "cohort,id\nspring,ada\n", "sessions_csv": "cohort,date\nspring,2030-03-04\n"}


async def test_learners_are_enrolled_in_cohorts_and_get_their_steps(bring_in, every, database, tenant):
    await bring_in(ENROLLED, **SPRING)
    [cohort], [program] = await every(Cohort), await every(Program)
    async with database.transaction(tenant.id) as db:
        await pre_work(db, program)
        await journeys.unroll(db, cohort.id, by=BY, now=NOW)

    report, _ = await bring_in(ENROLLED, **{**SPRING, "enrolled_csv": "cohort,id\nspring,ada\nspring,bea\n"})

    assert counts_of(report)["enrollment"] == (1, 0, 1, 0, 0)
    assert sorted(step.enrollment_id for step in await every(Step)) == sorted(one.id for one in await every(Enrollment))


async def test_steps_move_with_a_session_that_the_file_moves(bring_in, every, database, tenant):
    await bring_in(ENROLLED, **SPRING)
    [cohort], [program] = await every(Cohort), await every(Program)
    async with database.transaction(tenant.id) as db:
        await pre_work(db, program)
        await journeys.unroll(db, cohort.id, by=BY, now=NOW)
    [before] = await every(Step)

    await bring_in(ENROLLED, **{**SPRING, "sessions_csv": "cohort,date\nspring,2030-03-06\n"})

    [after] = await every(Step)
    assert after.due_at - before.due_at == timedelta(days=2)


async def test_a_cohort_stays_with_its_program(bring_in, every):
    await bring_in(ENROLLED, **SPRING)
    other = ENROLLED.replace('"feedback"', '"other"').replace("Giving feedback", "Other")

    report, _ = await bring_in(other, **SPRING)

    assert (counts_of(report)["cohort"], counts_of(report)["session"]) == ((0, 0, 0, 1, 0), (0, 0, 0, 1, 0))
    assert [program.external_ref for program in await every(Program)] == ["feedback", "other"]


async def test_who_has_withdrawn_is_not_enrolled_again(bring_in, every, database, tenant):
    await bring_in(ENROLLED, **SPRING)
    [enrollment] = await every(Enrollment)
    async with database.transaction(tenant.id) as db:
        await enrollments.withdraw(db, enrollment.id, by=BY, now=NOW)

    report, _ = await bring_in(ENROLLED, **SPRING)

    [enrollment] = await every(Enrollment)
    assert (enrollment.status, counts_of(report)["enrollment"]) == (EnrollmentStatus.WITHDRAWN, (0, 0, 0, 1, 0))
