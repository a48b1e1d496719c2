"""The explorer's examples, asked of the whole application."""

import pytest

from collegium.demo import lived
from tenants.registry import wall
from tests.academy import an_academy
from tests.examples import EXAMPLES, Reader

LEFT_TO_THE_READER = {
    "<id of the session>": "ses",
    "<id of the registration>": "reg",
    "<id of the step>": "stp",
    "<id of the enrollment>": "enr",
    "<id of the key>": "key",
    "<id of the export>": "exp",
}


async def test_every_query_is_answered_without_an_error(database, tenant, admin):
    await an_academy(database, tenant)

    empty = []
    for example in (example for example in EXAMPLES if example.is_query):
        data = await admin.data(example.document, **Reader().filled(example.variables))
        empty += [example.name for answer in data.values() if answer is None]

    assert empty == ["programs/read-a-blueprint"]  # it asks for the demo's program by its reference


@pytest.fixture
async def demo(database, tenant):
    async with database.transaction(tenant.id) as db:
        await lived.live(db, now=wall())


async def test_a_newcomer_runs_them_one_after_the_other_and_everything_works(demo, admin):
    """Nothing is typed but what takes something away: its id comes from the example that is named there."""
    reader = Reader()
    titles = {example.title: example for example in EXAMPLES}
    outcomes = {}
    for example in (example for example in EXAMPLES if not example.is_subscription):
        typed = example.variables
        for placeholder, prefix in LEFT_TO_THE_READER.items():
            if placeholder in typed:
                shows = titles[example.shown_by[0]]
                if shows.is_query:
                    reader.notice(await admin.data(shows.document, **reader.filled(shows.variables)))
                typed = typed.replace(placeholder, reader.ids[prefix])
        data = await admin.data(example.document, **reader.filled(typed))
        reader.notice(data)
        outcomes[example.name] = outcome(data)

    assert {name: answer for name, answer in outcomes.items() if not answer or "Refused" in str(answer)} == {}
    assert outcomes["registrations/register-a-learner"]["status"] == "REGISTERED"
    assert outcomes["attendance/roll-call"][0]["title"] == "Leading hybrid teams: a day of practice"
    assert outcomes["attendance/record-attendance"]["person"]["name"] == "Mira Halloran"
    assert outcomes["responses/answer-an-evaluation"]["evaluation"]["responseCount"] == 1
    assert outcomes["evaluations/results"][0]["results"][0]["mean"] == 9
    assert outcomes["sessions/cancel-a-session"]["status"] == "CANCELLED"


def outcome(data):
    """What there is to look at: the rows of a page, or the one answer."""
    (answer,) = data.values()
    return answer["nodes"] if answer and "nodes" in answer else answer
