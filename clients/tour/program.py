"""A program is written, audited, and mended."""

from clients.tour.blueprint import AT_FIRST, BLUEPRINT, ITEMS, PARTS
from clients.tour.steps import Step
from clients.tour.story import Story
from clients.tour.stranger import tries

AUDIT = """query ($id: ID!) { program(id: $id) {
    audit { code } activities { id kind position } learningMix { mode activities percent benchmark } } }"""


async def a_program_with_gaps(story: Story, step: Step) -> None:
    """A program is written that has only a workshop and, two weeks later, a check-in among peers."""
    program = await story.coordinator.does(
        "createProgram",
        "Program { id }",
        title="Difficult Conversations",
        goal="Leads a difficult conversation with a client to a result",
        regulated=True,
        price={"amountMinor": 120_000, "currency": "CHF"},
    )
    story.rows["program"] = program["id"]
    for kind in AT_FIRST:
        await _add(story, kind)

    found = (await story.coordinator.ask(AUDIT, id=program["id"]))["program"]
    step.expect("activities", list(AT_FIRST), [activity["kind"] for activity in found["activities"]])
    step.expect(
        "the audit finds",
        [
            "NO_PRE_WORK",
            "NOTHING_IN_FIRST_24_HOURS",
            "NO_COMMUNITY_AFTER",
            "NO_EVALUATION",
            "REGULATED_GOAL_ON_SOCIAL_EVIDENCE",
        ],
        [gap["code"] for gap in found["audit"]],
    )
    await tries(story, step, "updateProgram", id=program["id"], title="Ours now")


async def the_gaps_are_closed(story: Story, step: Step) -> None:
    """Pre-work, a prompt, reinforcement, practice, a pulse and a community close the gaps."""
    instrument = await story.coordinator.does(
        "createInstrument",
        "Instrument { id version items { id code } }",
        name="Three weeks later",
        level="BEHAVIOR",
        anonymous=True,
        items=ITEMS,
    )
    story.items = {item["code"]: item["id"] for item in instrument["items"]}
    community = await story.coordinator.does(
        "foundCommunity",
        "Community { id channel { id } memberCount }",
        name="Good Conversations",
        domain="Talking with clients when it gets difficult",
        programId=story.rows["program"],
    )
    story.rows |= {"instrument": instrument["id"], "community": community["id"], "channel": community["channel"]["id"]}
    for part in BLUEPRINT:
        if part.kind not in AT_FIRST:
            await _add(story, part.kind)

    found = (await story.coordinator.ask(AUDIT, id=story.rows["program"]))["program"]
    step.expect("the audit finds", [], found["audit"])
    step.expect("activities, in order", [part.kind for part in BLUEPRINT], [one["kind"] for one in found["activities"]])
    for column, shares in (
        ("activities", {"EXPERIENCE": 2, "SOCIAL": 3, "FORMAL": 3}),
        ("percent", {"EXPERIENCE": 25.0, "SOCIAL": 37.5, "FORMAL": 37.5}),
        ("benchmark", {"EXPERIENCE": 70, "SOCIAL": 20, "FORMAL": 10}),
    ):
        came = {share["mode"]: share[column] for share in found["learningMix"]}
        step.expect(f"the mix of learning, {column}", shares, came)
    step.expect("questions of the pulse", [item["code"] for item in ITEMS], list(story.items))
    step.expect("members of the community", 0, community["memberCount"])


async def _add(story: Story, kind: str) -> None:
    given = PARTS[kind].given(BLUEPRINT.index(PARTS[kind]) + 1)
    if kind == "PULSE":
        given["instrumentId"] = story.rows["instrument"]
    if kind == "COMMUNITY":
        given["communityId"] = story.rows["community"]
    activity = await story.coordinator.does("addActivity", "Activity { id }", programId=story.rows["program"], **given)
    story.activities[kind] = story.rows["activity"] = activity["id"]
