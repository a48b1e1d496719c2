"""The second tenant, who looks for everything that the first has."""

from typing import Any

from clients.tour.steps import Step
from clients.tour.story import Story

LISTS = (
    "answers", "apps", "attendances", "channels", "cohorts", "communities", "enrollments", "evaluations", "events",
    "headCounts", "instruments", "journeys", "keys", "meetings", "organizations", "people", "posts", "programs",
    "questions", "registrations", "responses", "sessions", "steps",
)  # fmt: skip
EVERYTHING = "{ " + " ".join(f"{one}(first: 100) {{ totalCount nodes {{ id }} }}" for one in LISTS) + " }"
AT_ONCE = 100


async def look(story: Story, step: Step) -> None:
    """Ask for all that the first tenant was ever told of: by id, by the queries for one row, and in every list."""
    theirs = sorted(story.admin.seen)
    opened = [id_ for start in range(0, len(theirs), AT_ONCE) for id_ in await _open(story, theirs[start:][:AT_ONCE])]
    step.expect_of_second(f"opens, of {len(theirs)} ids", 0, len(opened))
    if story.rows:
        names = ", ".join(f"${one}: ID!" for one in sorted(story.rows))
        single = " ".join(f"{one}(id: ${one}) {{ id }}" for one in sorted(story.rows))
        found = await story.stranger.ask(f"query ({names}) {{ {single} }}", **story.rows)
        answered = [one for one, row in found.items() if row is not None]
        step.expect_of_second(f"gets, of {len(story.rows)} queries for one row", [], answered)
    lists = await story.stranger.ask(EVERYTHING)
    foreign = [row["id"] for one in LISTS for row in lists[one]["nodes"] if row["id"] in story.admin.seen]
    step.expect_of_second(f"finds, in {len(LISTS)} lists", [], foreign)
    step.expect_of_second("has of its own", story.own_rows, counted(lists))


def counted(lists: dict[str, Any]) -> dict[str, int]:
    """How many rows there are in each list, where there are any."""
    return {one: lists[one]["totalCount"] for one in LISTS if lists[one]["totalCount"]}


async def tries(story: Story, step: Step, mutation: str, **given: object) -> None:
    """What the first has just done, attempted by the second with the first's ids."""
    outcome = await story.stranger.tries(mutation, "", **given)
    step.expect_of_second(f"calls {mutation}", "NOT_FOUND", outcome.get("code"))


async def _open(story: Story, ids: list[str]) -> list[str]:
    found = await story.stranger.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    return [row["id"] for row in found["nodes"] if row is not None]
