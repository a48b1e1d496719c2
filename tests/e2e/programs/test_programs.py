"""Programs and their audit through GraphQL."""

import pytest

from tests.e2e.conftest import a_client
from tests.e2e.rows import a_program, an_activity, do, error_of, nobodys, refused

PROGRAM = "Program { title summary goal regulated externalRef price { amountMinor currency } }"


async def test_a_coordinator_creates_a_program(coordinator):
    facts = {
        "title": "Giving feedback",
        "summary": "How to say it.",
        "goal": "Leaders give feedback weekly.",
        "regulated": True,
        "externalRef": "FB-1",
        "price": {"amountMinor": 125_000, "currency": "CHF"},
    }

    created = await do(coordinator, "createProgram", PROGRAM, **facts)
    read = await coordinator.data(f'{{ program(externalRef: "FB-1") {PROGRAM.removeprefix("Program ")} }}')

    assert created == facts
    assert read == {"program": facts}


async def test_what_is_not_said_of_a_program_is_empty(coordinator):
    created = await do(coordinator, "createProgram", PROGRAM, title="Giving feedback")

    assert created == {
        "title": "Giving feedback",
        "summary": "",
        "goal": "",
        "regulated": False,
        "externalRef": None,
        "price": None,
    }


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"title": " "}, "INVALID", "title"),
        ({"title": "Nul\x00"}, "INVALID", "title"),
        ({"price": {"amountMinor": -1, "currency": "CHF"}}, "INVALID", "price.amountMinor"),
        ({"price": {"amountMinor": 2_000_000_001, "currency": "CHF"}}, "INVALID", "price.amountMinor"),
        ({"price": {"amountMinor": 1, "currency": "Francs"}}, "INVALID", "price.currency"),
        ({"externalRef": "TAKEN"}, "REFERENCE_TAKEN", "externalRef"),
    ],
)
async def test_a_program_that_cannot_be_is_refused_with_its_field(coordinator, facts, code, field):
    await a_program(coordinator, externalRef="TAKEN")

    answer = await do(coordinator, "createProgram", PROGRAM, **{"title": "Feedback", **facts})

    assert answer == refused(code, field)
    listed = await coordinator.data("{ programs { totalCount } }")
    assert listed == {"programs": {"totalCount": 1}}


async def test_an_update_changes_what_it_names_and_takes_away_what_is_null(coordinator):
    program = await a_program(
        coordinator, goal="Feedback weekly", externalRef="FB-1", price={"amountMinor": 100, "currency": "CHF"}
    )

    renamed = await do(coordinator, "updateProgram", PROGRAM, id=program, title="Feedback")
    cleared = await do(coordinator, "updateProgram", PROGRAM, id=program, externalRef=None, price=None)

    expected = {
        "title": "Feedback",
        "summary": "",
        "goal": "Feedback weekly",
        "regulated": False,
        "externalRef": "FB-1",
        "price": {"amountMinor": 100, "currency": "CHF"},
    }
    assert renamed == expected
    assert cleared == {**expected, "externalRef": None, "price": None}


async def test_what_there_must_be_is_not_taken_away(coordinator):
    program = await a_program(coordinator, summary="Why")

    answer = await coordinator.answer(
        'mutation ($id: ID!) { updateProgram(input: {id: $id, title: "New", summary: null}) { __typename } }',
        id=program,
    )

    assert [(error["extensions"]["code"], error["message"]) for error in answer["errors"]] == [
        ("BAD_USER_INPUT", "`input.summary` can be changed but not taken away: give a value, or leave it out.")
    ]
    kept = await coordinator.data("query ($id: ID!) { program(id: $id) { title summary } }", id=program)
    assert kept == {"program": {"title": "Giving feedback", "summary": "Why"}}


async def test_unknown_foreign_and_malformed_ids_are_answered_alike(coordinator, http, database, other_tenant):
    stranger = await a_client(http, database, other_tenant, "COORDINATOR")
    foreign = await a_program(stranger)

    answers = [
        await do(coordinator, "updateProgram", PROGRAM, id=program, title="Mine now")
        for program in (nobodys("prg"), foreign, f"org_{foreign[4:]}", "Program 1")
    ]

    assert answers == [refused("NOT_FOUND", "id")] * 4
    kept = await stranger.data("query ($id: ID!) { program(id: $id) { title } }", id=foreign)
    assert kept == {"program": {"title": "Giving feedback"}}


async def test_learners_read_programs_and_write_none(coordinator, learner, visitor):
    program = await a_program(coordinator)

    listed = await learner.data("{ programs { nodes { title audit { code } } } }")
    codes = [
        await error_of(learner, "createProgram", PROGRAM, title="Mine"),
        await error_of(learner, "updateProgram", PROGRAM, id=program, title="Mine"),
        await error_of(visitor, "createProgram", PROGRAM, title="Mine"),
    ]
    unseen = await visitor.answer("{ programs { nodes { title } } }")

    assert listed == {"programs": {"nodes": [{"title": "Giving feedback", "audit": None}]}}
    assert codes == ["FORBIDDEN", "FORBIDDEN", "UNAUTHENTICATED"]
    assert unseen["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_an_app_that_may_write_programs_reads_what_it_wrote(http, database, tenant):
    portal = await a_client(http, database, tenant, scopes=["programs:write"])
    reader = await a_client(http, database, tenant, scopes=["programs:read"])

    created = await do(portal, "createProgram", "Program { title audit { code } }", title="Feedback")

    assert [created["title"], len(created["audit"])] == ["Feedback", 5]
    assert await error_of(reader, "createProgram", PROGRAM, title="Feedback") == "FORBIDDEN"


async def test_an_empty_blueprint_has_every_gap(coordinator):
    program = await a_program(coordinator, regulated=True)

    answer = await coordinator.data("query ($id: ID!) { program(id: $id) { audit { code message } } }", id=program)

    assert [gap["code"] for gap in answer["program"]["audit"]] == [
        "NO_PRE_WORK",
        "NO_PEER_CHANNEL_BETWEEN_SESSIONS",
        "NOTHING_IN_FIRST_24_HOURS",
        "NO_COMMUNITY_AFTER",
        "NO_EVALUATION",
        "REGULATED_GOAL_ON_SOCIAL_EVIDENCE",
    ]
    assert answer["program"]["audit"][0]["message"] == (
        "Learners arrive unprepared: no pre-work lies before a session. Add a PRE_WORK activity BEFORE session 1."
    )


async def test_the_audit_sees_what_was_added_to_the_blueprint(coordinator):
    program = await a_program(coordinator)
    before = {"stage": "BEFORE", "anchor": "START", "mode": "FORMAL"}
    await an_activity(coordinator, program, **before, kind="PRE_WORK", offset="-P7D")
    await an_activity(coordinator, program, kind="PEER_CHECK_IN", offset="PT24H")

    answer = await do(coordinator, "updateProgram", "Program { audit { code } learningMix { mode } }", id=program)

    assert [gap["code"] for gap in answer["audit"]] == ["NO_COMMUNITY_AFTER", "NO_EVALUATION"]


async def test_the_learning_mix_stands_beside_the_benchmark(coordinator):
    program, empty = await a_program(coordinator), await a_program(coordinator)
    for mode in ("SOCIAL", "SOCIAL", "FORMAL"):
        await an_activity(coordinator, program, mode=mode)
    mix = "learningMix { mode activities percent benchmark }"
    document = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Program {{ {mix} }} }} }}"

    answer = await coordinator.data(document, ids=[program, empty])

    assert answer["nodes"][0]["learningMix"] == [
        {"mode": "EXPERIENCE", "activities": 0, "percent": 0, "benchmark": 70},
        {"mode": "SOCIAL", "activities": 2, "percent": 66.7, "benchmark": 20},
        {"mode": "FORMAL", "activities": 1, "percent": 33.3, "benchmark": 10},
    ]
    assert [share["percent"] for share in answer["nodes"][1]["learningMix"]] == [None, None, None]
