"""The clock moves on: pre-work, a prompt, and the two days of the workshop."""

from datetime import timedelta
from typing import Any

from clients.tour.blueprint import PARTS, PROMPT
from clients.tour.cohort import NAMES, STEPS
from clients.tour.steps import Step
from clients.tour.story import Learner, Story, instant
from clients.tour.stranger import tries

PREPARED = 11
PRESENT = 9
OPEN_STEPS = """query ($activity: ID!) { steps(first: 100, where: {activity: {eq: $activity}}) {
    nodes { id status enrollment { id } } } }"""
CHANNEL = """query ($id: ID!) { channel(id: $id) { posts(first: 100) { totalCount nodes {
    id kind body postedAt author { name } replyTo { id } } } } }"""
PRESENCE = """query ($meetings: [ID!]!) { attendances(first: 100, where: {meeting: {in: $meetings}}) {
    nodes { id status } } }"""
REPLIERS = ("Ana", "Ben", "Dana")


async def pre_work_is_due(story: Story, step: Step) -> None:
    """Six days before the workshop: the pre-work is due, and eleven of twelve do it."""
    at = await story.clock_to(story.starts_at - timedelta(days=6))
    due = await story.statuses("PRE_WORK")
    too_early = await story.learners[0].client.tries(
        "completeStep", id=await own_step(story, story.learners[0], "SESSION")
    )
    foreign = await story.learners[0].client.tries(
        "completeStep", id=await own_step(story, story.learners[1], "PRE_WORK")
    )
    await complete(story, "PRE_WORK", story.learners[:PREPARED])

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("pre-work steps", {"DUE": len(NAMES)}, due)
    step.expect("a learner completes what is not due yet", "WRONG_STATE", too_early.get("code"))
    step.expect("a learner completes another's step", "NOT_FOUND", foreign.get("code"))
    step.expect("pre-work steps after that", {"DUE": 1, "COMPLETED": PREPARED}, await story.statuses("PRE_WORK"))
    step.expect("all steps", {"PENDING": STEPS - len(NAMES), "DUE": 1, "COMPLETED": PREPARED}, await story.statuses())
    await tries(story, step, "completeStep", id=story.rows["step"])


async def the_prompt_is_posted(story: Story, step: Step) -> None:
    """The day before: the prompt stands in the cohort's channel by itself, three reply, and its step is done."""
    at = await story.clock_to(story.starts_at - timedelta(days=1))
    posts = (await story.instructor.ask(CHANNEL, id=story.rows["channel"]))["channel"]["posts"]
    prompt = posts["nodes"][0]
    for name in REPLIERS:
        learner = next(one for one in story.learners if one.name == name)
        await learner.client.does(
            "writePost",
            "Post { id }",
            channelId=story.rows["channel"],
            body=f"{name}: I gave advice before I had listened.",
            kind="STORY",
            replyToId=prompt["id"],
        )
    await complete_for_all(story, "PROMPT")
    story.rows["post"] = prompt["id"]
    after = (await story.learners[-1].client.ask(CHANNEL, id=story.rows["channel"]))["channel"]["posts"]

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("posts", 1, posts["totalCount"])
    step.expect("the prompt", ("PROMPT", PROMPT, None), (prompt["kind"], prompt["body"], prompt["author"]))
    due = PARTS["PROMPT"].due(story.starts_at, story.ends_at)
    step.expect("posted at the very time it was due", due.isoformat(), instant(prompt["postedAt"]).isoformat())
    step.expect("posts that a learner reads then", 1 + len(REPLIERS), after["totalCount"])
    step.expect("replies", len(REPLIERS), sum(post["replyTo"] == {"id": prompt["id"]} for post in after["nodes"]))
    step.expect("the cohort's step", {"COMPLETED": 1}, await story.statuses("PROMPT"))
    step.expect("pre-work that Leo has missed", {"COMPLETED": PREPARED, "OVERDUE": 1}, await story.statuses("PRE_WORK"))
    await tries(story, step, "writePost", channelId=story.rows["channel"], body="Us too")


async def day_one(story: Story, step: Step) -> None:
    """The first day: nine are present, Ida is absent, and nobody else has a seat."""
    at = await story.clock_to(story.starts_at + timedelta(hours=1))
    early = await _tries_presence(story, story.meetings[1], story.learners[0].person_id)
    waiting = await _tries_presence(story, story.meetings[0], story.learners[-1].person_id)
    await _record_presence(story, story.meetings[0])
    counted = await story.instructor.does(
        "countHeads", "HeadCount { id people }", sessionId=story.rows["session"], kind="ATTENDED", day=1, people=PRESENT
    )
    story.rows["headCount"] = counted["id"]

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("attendance of tomorrow", "TOO_EARLY", early.get("code"))
    step.expect("attendance of Leo, who is on the waitlist", "NOT_REGISTERED", waiting.get("code"))
    step.expect(
        "attendance of the first day", {"PRESENT": PRESENT, "ABSENT": 1}, await attendance(story, [story.meetings[0]])
    )
    step.expect("heads counted", PRESENT, counted["people"])
    own = await story.learners[0].client.ask("{ attendances { totalCount } }")
    step.expect("a learner sees of the attendance", 1, own["attendances"]["totalCount"])
    step.expect("steps of the session", {"DUE": len(NAMES)}, await story.statuses("SESSION"))
    await tries(
        story, step, "recordAttendance",
        meetingId=story.meetings[0], personId=story.learners[0].person_id, status="PRESENT", evidence="SIGN_IN",
    )  # fmt: skip


async def day_two(story: Story, step: Step) -> None:
    """The second day: the same nine are present, and complete their step."""
    at = await story.clock_to(story.ends_at - timedelta(hours=1))
    await _record_presence(story, story.meetings[1])
    await complete(story, "SESSION", [learner for learner in story.seated if learner.name != "Ida"])

    step.expect("the clock shows it", expected=True, came=at)
    step.expect(
        "attendance of both days", {"PRESENT": 2 * PRESENT, "ABSENT": 2}, await attendance(story, story.meetings)
    )
    step.expect("minutes that Ana was there", [480, 480], await _minutes(story, story.learners[0]))
    completed = {"DUE": len(NAMES) - PRESENT, "COMPLETED": PRESENT}
    step.expect("steps of the session", completed, await story.statuses("SESSION"))


async def own_step(story: Story, learner: Learner, kind: str) -> str:
    """A learner's own step of an activity."""
    found = await story.coordinator.ask(OPEN_STEPS, activity=story.activities[kind])
    of: dict[str, str] = {row["enrollment"]["id"]: row["id"] for row in found["steps"]["nodes"]}
    return of[learner.enrollment_id]


async def complete(story: Story, kind: str, learners: list[Learner]) -> None:
    """Each of them completes their own step."""
    found = await story.coordinator.ask(OPEN_STEPS, activity=story.activities[kind])
    of = {row["enrollment"]["id"]: row["id"] for row in found["steps"]["nodes"]}
    for learner in learners:
        await learner.client.does("completeStep", "Step { id status }", id=of[learner.enrollment_id])


async def complete_for_all(story: Story, kind: str) -> None:
    """The coordinator completes the cohort's own step."""
    found = await story.coordinator.ask(OPEN_STEPS, activity=story.activities[kind])
    await story.coordinator.does("completeStep", "Step { id status }", id=found["steps"]["nodes"][0]["id"])


async def attendance(story: Story, meetings: list[str]) -> dict[str, int]:
    found = await story.instructor.ask(PRESENCE, meetings=meetings)
    statuses = [row["status"] for row in found["attendances"]["nodes"]]
    return {status: statuses.count(status) for status in ("PRESENT", "PARTIAL", "ABSENT") if status in statuses}


async def _record_presence(story: Story, meeting: str) -> None:
    for learner in story.seated:
        there: dict[str, Any] = {"status": "PRESENT", "minutes": 480} if learner.name != "Ida" else {"status": "ABSENT"}
        recorded = await story.instructor.does(
            "recordAttendance",
            "Attendance { id status }",
            meetingId=meeting,
            personId=learner.person_id,
            evidence="SIGN_IN",
            **there,
        )
        story.rows["attendance"] = recorded["id"]


async def _tries_presence(story: Story, meeting: str, person: str) -> dict[str, Any]:
    return await story.instructor.tries(
        "recordAttendance", meetingId=meeting, personId=person, status="PRESENT", evidence="INSTRUCTOR"
    )


async def _minutes(story: Story, learner: Learner) -> list[int]:
    found = await learner.client.ask("{ attendances { nodes { id minutes } } }")
    return [row["minutes"] for row in found["attendances"]["nodes"]]
