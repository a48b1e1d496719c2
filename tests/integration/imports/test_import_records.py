from datetime import UTC, datetime, timedelta

from domain.communities import memberships
from domain.communities.answers import Answer
from domain.communities.communities import Community
from domain.communities.memberships import Membership, MembershipRole
from domain.communities.questions import Question
from domain.journeys import journeys
from domain.journeys.steps import Step
from domain.people.people import Person
from domain.programs import enrollments
from domain.programs.cohorts import Cohort
from domain.programs.enrollments import Enrollment, EnrollmentStatus
from domain.programs.programs import Program
from tests.conftest import BY, NOW
from tests.integration.importing import counts_of
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
