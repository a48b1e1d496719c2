"""What comes after the workshop: questions, practice, a check-in, a pulse, a community."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from clients.tour.blueprint import LABELS, PARTS
from clients.tour.cohort import NAMES
from clients.tour.steps import Step
from clients.tour.story import Story, instant
from clients.tour.stranger import tries
from clients.tour.workshop import complete, complete_for_all

RECALLED, PRACTICED, MET, JOINED = 6, 8, 10, 8
USEFUL = (5, 5, 4, 4, 4, 3, 5, 3, 2, 5)
RECOMMEND = (10, 9, 9, 10, 8, 7, 9, 6, 3, 10)
FEW = 4
RESULTS = """query ($id: ID!) { evaluation(id: $id) { responseCount invitedCount participationRate
    responses { totalCount } results { code answered mean median standardDeviation distribution { label count }
    nps { score low high n promoters passives detractors } texts } } }"""


@dataclass(frozen=True)
class Asked:
    """A question by one learner, its answers by others, and which of them helped: none, or the one with this place."""

    asker: int
    title: str
    answerers: tuple[int, ...]
    helped: int | None


QUESTIONS = (
    Asked(0, "What do I say when a client raises his voice?", (1, 3), 1),
    Asked(4, "How do I end a conversation that goes in circles?", (5,), 0),
    Asked(6, "Who has tried this on the phone?", (7,), None),
)
ANSWERS = sum(len(asked.answerers) for asked in QUESTIONS)
ACCEPTED = sum(asked.helped is not None for asked in QUESTIONS)


async def questions_are_asked(story: Story, step: Step) -> None:
    """The day after: three ask in the cohort's channel, others answer, and two askers say which answer helped."""
    at = await story.clock_to(story.ends_at + timedelta(hours=21))
    recalled = await story.statuses("REINFORCEMENT")
    await complete(story, "REINFORCEMENT", story.learners[:RECALLED])
    for asked in QUESTIONS:
        await _ask(story, asked)
    foreign = await story.learners[1].client.tries("acceptAnswer", id=story.rows["answer"])
    found = await story.learners[-1].client.ask(
        "query ($id: ID!) { channel(id: $id) { questions(first: 100) {"
        " totalCount nodes { id title tags accepted answerCount } } } }",
        id=story.rows["channel"],
    )
    questions = found["channel"]["questions"]

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("steps that recall the workshop", {"DUE": len(NAMES)}, recalled)
    step.expect("questions", len(QUESTIONS), questions["totalCount"])
    step.expect("answers", ANSWERS, sum(row["answerCount"] for row in questions["nodes"]))
    step.expect("questions with an accepted answer", ACCEPTED, sum(row["accepted"] for row in questions["nodes"]))
    step.expect("somebody else accepts an answer", "ONLY_ASKER_OR_MODERATOR", foreign.get("code"))
    await tries(story, step, "answerQuestion", questionId=story.rows["question"], body="We know")


async def peers_check_in(story: Story, step: Step) -> None:
    """Two weeks after: eight have led a conversation at work, and ten have met their peer."""
    at = await story.clock_to(story.ends_at + timedelta(days=14, hours=1))
    practice, check_ins = await story.statuses("ON_THE_JOB"), await story.statuses("PEER_CHECK_IN")
    await complete(story, "ON_THE_JOB", story.learners[:PRACTICED])
    await complete(story, "PEER_CHECK_IN", story.learners[:MET])

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("steps on the job", {"DUE": len(NAMES)}, practice)
    step.expect("steps to check in", {"DUE": len(NAMES)}, check_ins)
    step.expect("of those then", {"DUE": len(NAMES) - MET, "COMPLETED": MET}, await story.statuses("PEER_CHECK_IN"))
    late = {"COMPLETED": RECALLED, "OVERDUE": len(NAMES) - RECALLED}
    step.expect("steps that recalled the workshop", late, await story.statuses("REINFORCEMENT"))


async def the_pulse_opens(story: Story, step: Step) -> None:
    """Three weeks after: a pulse has opened by itself; what four say stays untold, because four are too few."""
    at = await story.clock_to(story.ends_at + timedelta(days=21, hours=1))
    found = await story.coordinator.ask("{ evaluations { totalCount nodes { id openedAt cohort { id } } } }")
    pulse = found["evaluations"]["nodes"][0]
    story.rows["evaluation"] = pulse["id"]
    for number in range(FEW):
        await _respond(story, number)
    twice = await story.learners[0].client.tries("respondToEvaluation", **_response(story, 0))
    results = (await story.coordinator.ask(RESULTS, id=pulse["id"]))["evaluation"]

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("evaluations", 1, found["evaluations"]["totalCount"])
    step.expect("of the cohort", story.rows["cohort"], pulse["cohort"]["id"])
    due = PARTS["PULSE"].due(story.starts_at, story.ends_at)
    step.expect("opened at the very time it was due", due.isoformat(), instant(pulse["openedAt"]).isoformat())
    step.expect("invited", len(NAMES), results["invitedCount"])
    step.expect("responses", FEW, results["responseCount"])
    step.expect("results while it could be told who said what", None, results["results"])
    step.expect("a second response by the same person", "ALREADY_ANSWERED", twice.get("code"))
    await tries(story, step, "respondToEvaluation", evaluationId=pulse["id"], answers=[])


async def the_pulse_is_answered(story: Story, step: Step) -> None:
    """Ten have answered: the results are what their answers amount to."""
    for number in range(FEW, len(USEFUL)):
        await _respond(story, number)
    await complete_for_all(story, "PULSE")
    pulse = (await story.coordinator.ask(RESULTS, id=story.rows["evaluation"]))["evaluation"]
    useful, recommend, story_ = pulse["results"]

    step.expect("responses", len(USEFUL), pulse["responseCount"])
    step.expect("participation: 10 of 12", 0.8333, round(pulse["participationRate"], 4))
    step.expect("single responses that anyone sees, for it is anonymous", 0, pulse["responses"]["totalCount"])
    step.expect("useful: the mean of 5 5 4 4 4 3 5 3 2 5", 4.0, useful["mean"])
    step.expect("useful: the median", 4.0, useful["median"])
    step.expect(
        "useful: the sample's standard deviation, the root of 10/9", 1.0541, round(useful["standardDeviation"], 4)
    )
    bars = dict(zip(LABELS, (0, 1, 2, 3, 4), strict=True))
    step.expect("useful: how often", bars, {bar["label"]: bar["count"] for bar in useful["distribution"]})
    nps = recommend["nps"]
    kinds = (nps["promoters"], nps["passives"], nps["detractors"])
    step.expect("promoters, passives, detractors of 10 9 9 10 8 7 9 6 3 10", (6, 2, 2), kinds)
    step.expect("net promoter score: 60 % - 20 %", 40.0, round(nps["score"], 4))
    step.expect(
        "its 95 % interval: 1.95996 times the root of 0.064",
        (-9.5836, 89.5836),
        (round(nps["low"], 4), round(nps["high"], 4)),
    )
    step.expect("stories", len(USEFUL) // 2, len(story_["texts"]))


async def the_community_goes_on(story: Story, step: Step) -> None:
    """Four weeks after: the community's step is due, and eight join."""
    at = await story.clock_to(story.ends_at + timedelta(days=29))
    due = await story.statuses("COMMUNITY")
    for learner in story.learners[:JOINED]:
        await learner.client.does("joinCommunity", "Membership { id role }", communityId=story.rows["community"])
    community = (
        await story.learners[0].client.ask(
            "query ($id: ID!) { community(id: $id) { memberCount viewerRole channel { id } } }",
            id=story.rows["community"],
        )
    )["community"]
    written = await story.learners[0].client.does(
        "writePost", "Post { id }", channelId=community["channel"]["id"], body="Here we go on.", kind="NOTE"
    )
    outside = await story.learners[-1].client.tries("writePost", channelId=community["channel"]["id"], body="Me too")
    story.rows["post"] = written["id"]

    step.expect("the clock shows it", expected=True, came=at)
    step.expect("the community's step", {"DUE": 1}, due)
    step.expect("members", JOINED, community["memberCount"])
    step.expect("what Ana is in it", "MEMBER", community["viewerRole"])
    step.expect("Leo, who has not joined, writes in it", "NOT_A_MEMBER", outside.get("code"))
    await tries(story, step, "joinCommunity", communityId=story.rows["community"])


async def _ask(story: Story, asked: Asked) -> None:
    asker = story.learners[asked.asker].client
    question = await asker.does(
        "askQuestion",
        "Question { id }",
        channelId=story.rows["channel"],
        title=asked.title,
        body=f"{asked.title} I would like to hear how you do it.",
        tags=["clients"],
    )
    answers = []
    for answerer in asked.answerers:
        answer = await story.learners[answerer].client.does(
            "answerQuestion", "Answer { id }", questionId=question["id"], body="Say what you see, then wait."
        )
        answers.append(answer["id"])
    if asked.helped is not None:
        await asker.does("acceptAnswer", "Answer { id acceptedAt }", id=answers[asked.helped])
    story.rows |= {"question": question["id"], "answer": answers[-1]}


async def _respond(story: Story, number: int) -> None:
    await story.learners[number].client.does(
        "respondToEvaluation", "Submission { evaluation { id } }", **_response(story, number)
    )


def _response(story: Story, number: int) -> dict[str, Any]:
    """A learner's answers; every second one tells a story."""
    answers: list[dict[str, Any]] = [
        {"itemId": story.items["useful"], "number": USEFUL[number]},
        {"itemId": story.items["recommend"], "number": RECOMMEND[number]},
    ]
    if number % 2 == 0:
        answers.append({"itemId": story.items["story"], "text": "I asked before I answered."})
    return {"evaluationId": story.rows["evaluation"], "answers": answers}
