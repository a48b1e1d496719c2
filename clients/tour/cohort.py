"""A cohort of twelve, a workshop with ten seats, and a journey with dates that move."""

from datetime import date, timedelta
from typing import Any

from clients.tour.beginning import with_key
from clients.tour.blueprint import FOR_COHORT, FOR_LEARNERS, PARTS
from clients.tour.calendar import CLOSES, OPENS, two_days, utc
from clients.tour.steps import Step
from clients.tour.story import Learner, Story, instant
from clients.tour.stranger import tries

NAMES = ("Ana", "Ben", "Cem", "Dana", "Eva", "Finn", "Gita", "Hugo", "Ida", "Jan", "Kaya", "Leo")
SEATS = 10
AHEAD = timedelta(days=35)
STEPS = FOR_COHORT + len(NAMES) * FOR_LEARNERS
ALL_STEPS = """query ($cohort: ID!, $after: String) { steps(first: 100, after: $after, where: {cohort: {eq: $cohort}}) {
    totalCount nodes { id dueAt overdueAt status activity { kind } } } }"""
SESSION = "Session { id startsAt endsAt capacity seatsTaken seatsLeft waiting meetings { id startsAt endsAt } }"


async def a_cohort_of_twelve(story: Story, step: Step) -> None:
    """Twelve learners form a cohort, each with a key of their own."""
    cohort = await story.coordinator.does(
        "createCohort", "Cohort { id }", programId=story.rows["program"], name="Zürich, this winter"
    )
    story.rows["cohort"] = cohort["id"]
    for name in NAMES:
        person = await story.coordinator.does(
            "createPerson", "Person { id }", name=name, email=f"{name.lower()}@example.org"
        )
        enrollment = await story.coordinator.does(
            "enroll", "Enrollment { id status }", cohortId=cohort["id"], personId=person["id"]
        )
        client = await with_key(story, person["id"], "LEARNER")
        story.learners.append(Learner(name, client, person["id"], enrollment["id"]))
        story.rows |= {"person": person["id"], "enrollment": enrollment["id"]}

    found = await story.coordinator.ask(
        "query ($id: ID!) { cohort(id: $id) { enrollments(first: 100) { totalCount nodes { id person { name } } } } }",
        id=cohort["id"],
    )
    enrollments = found["cohort"]["enrollments"]
    step.expect("enrolled", len(NAMES), enrollments["totalCount"])
    step.expect("who", list(NAMES), [row["person"]["name"] for row in enrollments["nodes"]])
    own = await story.learners[0].client.ask("{ enrollments { totalCount } cohorts { nodes { id } } }")
    step.expect("a learner sees of the enrollments", 1, own["enrollments"]["totalCount"])
    await tries(story, step, "enroll", cohortId=cohort["id"], personId=story.learners[0].person_id)


async def a_workshop_with_ten_seats(story: Story, step: Step) -> None:
    """A workshop of two days with ten seats is scheduled, five weeks from now."""
    now = instant((await story.admin.ask("{ tenant { now } }"))["tenant"]["now"])
    first = (now + AHEAD).date()
    session = await story.coordinator.does(
        "scheduleSession",
        SESSION,
        programId=story.rows["program"],
        cohortId=story.rows["cohort"],
        title="Difficult Conversations, the workshop",
        format="WORKSHOP",
        capacity=SEATS,
        meetings=two_days(first),
    )
    story.rows |= {"session": session["id"], "meeting": session["meetings"][0]["id"]}
    story.meetings = [meeting["id"] for meeting in session["meetings"]]
    _expect_times(step, session, first)
    step.expect("seats left", SEATS, session["seatsLeft"])
    story.starts_at, story.ends_at = instant(session["startsAt"]), instant(session["endsAt"])


async def the_journey_is_unrolled(story: Story, step: Step) -> None:
    """The blueprint gets its dates, for the cohort and for each learner."""
    journey = await story.coordinator.does(
        "unrollJourney", "Journey { id stepCount cohort { channel { id } } }", cohortId=story.rows["cohort"]
    )
    story.rows |= {"journey": journey["id"], "channel": journey["cohort"]["channel"]["id"]}
    again = await story.coordinator.does("unrollJourney", "Journey { id stepCount }", cohortId=story.rows["cohort"])
    found = (await story.coordinator.ask(ALL_STEPS, cohort=story.rows["cohort"]))["steps"]
    journeys = await story.coordinator.ask("{ journeys { totalCount } }")
    story.rows["step"] = found["nodes"][0]["id"]

    step.expect("journeys: the cohort's and one per learner", 1 + len(NAMES), journeys["journeys"]["totalCount"])
    step.expect("steps of the cohort itself", FOR_COHORT, journey["stepCount"])
    step.expect("steps in all", STEPS, found["totalCount"])
    step.expect("steps due when they must be", STEPS, _on_time(story, found["nodes"]))
    step.expect("unrolled again, the same journey", (journey["id"], FOR_COHORT), (again["id"], again["stepCount"]))
    own = await story.learners[0].client.ask("{ steps { totalCount } }")
    step.expect(
        "a learner sees of the steps: own and the cohort's", FOR_LEARNERS + FOR_COHORT, own["steps"]["totalCount"]
    )
    await tries(story, step, "unrollJourney", cohortId=story.rows["cohort"])


async def twelve_want_ten_seats(story: Story, step: Step) -> None:
    """All twelve register, each for themselves: ten get a seat, two a place in the queue."""
    came = []
    for learner in story.learners:
        registration = await learner.client.does(
            "registerForSession", "Registration { id status placeInQueue }", sessionId=story.rows["session"]
        )
        learner.registration_id = story.rows["registration"] = registration["id"]
        came.append((registration["status"], registration["placeInQueue"]))
    again = await story.learners[0].client.does(
        "registerForSession", "Registration { id }", sessionId=story.rows["session"]
    )

    step.expect("registered", SEATS, came.count(("REGISTERED", None)))
    step.expect("the queue", [("WAITLISTED", 1), ("WAITLISTED", 2)], came[SEATS:])
    step.expect("seats taken, left, and waiting", (SEATS, 0, 2), await _seats(story))
    step.expect("asking twice gives the same registration", story.learners[0].registration_id, again["id"])
    own = await story.learners[0].client.ask("{ registrations { totalCount } }")
    step.expect("a learner sees of the registrations", 1, own["registrations"]["totalCount"])
    await tries(story, step, "registerForSession", sessionId=story.rows["session"])


async def one_gives_up_a_seat(story: Story, step: Step) -> None:
    """Cem gives up his seat: Kaya, who has waited longest, gets it."""
    cancelled = await story.learners[2].client.does(
        "cancelRegistration", "Registration { id status }", id=story.learners[2].registration_id
    )
    queue = await story.coordinator.ask(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Registration { status placeInQueue } } }",
        ids=[learner.registration_id for learner in story.learners[SEATS:]],
    )

    step.expect("Cem's registration", "CANCELLED", cancelled["status"])
    step.expect("Kaya's registration", "REGISTERED", queue["nodes"][0]["status"])
    step.expect(
        "Leo's place in the queue", ("WAITLISTED", 1), (queue["nodes"][1]["status"], queue["nodes"][1]["placeInQueue"])
    )
    step.expect("seats taken, left, and waiting", (SEATS, 0, 1), await _seats(story))
    await tries(story, step, "cancelRegistration", id=story.learners[0].registration_id)


async def the_workshop_moves(story: Story, step: Step) -> None:
    """The workshop moves by a week, and every step of every journey with it."""
    before = (await story.coordinator.ask(ALL_STEPS, cohort=story.rows["cohort"]))["steps"]["nodes"]
    first = story.starts_at.date() + timedelta(days=7)
    session = await story.coordinator.does(
        "rescheduleSession", SESSION, id=story.rows["session"], meetings=two_days(first)
    )
    moved_start, moved_end = instant(session["startsAt"]) - story.starts_at, instant(session["endsAt"]) - story.ends_at
    story.starts_at, story.ends_at = instant(session["startsAt"]), instant(session["endsAt"])
    after = {
        row["id"]: row
        for row in (await story.coordinator.ask(ALL_STEPS, cohort=story.rows["cohort"]))["steps"]["nodes"]
    }
    by_as_much = sum(
        instant(after[row["id"]]["dueAt"]) - instant(row["dueAt"])
        == (moved_end if PARTS[row["activity"]["kind"]].anchor == "END" else moved_start)
        == instant(after[row["id"]]["overdueAt"]) - instant(row["overdueAt"])
        for row in before
    )

    _expect_times(step, session, first)
    step.expect("the meetings are the same two", story.meetings, [meeting["id"] for meeting in session["meetings"]])
    step.expect("steps moved by exactly as much", STEPS, by_as_much)
    step.expect("steps due when they must be", STEPS, _on_time(story, list(after.values())))
    events = await story.coordinator.ask('{ events(where: {verb: {eq: "steps_moved"}}) { nodes { id facts } } }')
    step.expect(
        "what the history says of it", [{"steps": STEPS}], [event["facts"] for event in events["events"]["nodes"]]
    )
    await tries(story, step, "rescheduleSession", id=story.rows["session"], meetings=two_days(first))


async def _seats(story: Story) -> tuple[int, int, int]:
    found = await story.coordinator.ask(
        "query ($id: ID!) { session(id: $id) { seatsTaken seatsLeft waiting } }", id=story.rows["session"]
    )
    session = found["session"]
    return session["seatsTaken"], session["seatsLeft"], session["waiting"]


def _expect_times(step: Step, session: dict[str, Any], first: date) -> None:
    last = first + timedelta(days=1)
    step.expect("starts at nine in Zürich", utc(first, OPENS).isoformat(), instant(session["startsAt"]).isoformat())
    step.expect("ends at five the next day", utc(last, CLOSES).isoformat(), instant(session["endsAt"]).isoformat())
    step.expect("meetings", 2, len(session["meetings"]))


def _on_time(story: Story, rows: list[dict[str, Any]]) -> int:
    """How many steps are due, and overdue, when the blueprint says, and wait for it."""
    return sum(
        row["status"] == "PENDING"
        and instant(row["dueAt"]) == PARTS[row["activity"]["kind"]].due(story.starts_at, story.ends_at)
        and instant(row["overdueAt"]) - instant(row["dueAt"]) == timedelta(days=PARTS[row["activity"]["kind"]].days)
        for row in rows
    )
