"""How it ends: everything counted once more, from above."""

from clients.tour.afterwards import ACCEPTED, ANSWERS, JOINED, MET, PRACTICED, QUESTIONS, RECALLED, USEFUL
from clients.tour.blueprint import BLUEPRINT
from clients.tour.cohort import NAMES, SEATS, STEPS
from clients.tour.steps import Step
from clients.tour.story import Story
from clients.tour.workshop import PREPARED, PRESENT, REPLIERS, attendance

COMPLETED = PREPARED + PRESENT + RECALLED + PRACTICED + MET + 2  # and the prompt and the pulse, by the coordinator
OVERDUE = 5 * len(NAMES) - (COMPLETED - 2)
HAPPENED = {
    "Program created": 1,
    "Activity added": len(BLUEPRINT),
    "Cohort created": 1,
    "Enrollment enrolled": len(NAMES),
    "Session scheduled": 1,
    "Journey unrolled": 1,
    "Registration registered": SEATS,
    "Registration waitlisted": 2,
    "Registration cancelled": 1,
    "Registration promoted": 1,
    "Session rescheduled": 1,
    "Session steps_moved": 1,
    "Attendance recorded": 2 * SEATS,
    "HeadCount counted": 1,
    "Step opened": STEPS,
    "Step completed": COMPLETED,
    "Step overdue": OVERDUE,
    "Post posted": 1 + len(REPLIERS) + 1,
    "Question asked": len(QUESTIONS),
    "Answer answered": ANSWERS,
    "Answer accepted": ACCEPTED,
    "Evaluation opened": 1,
    "Evaluation submitted": len(USEFUL),
    "Membership joined": JOINED,
}
LISTS = {
    "people": 3 + len(NAMES),
    "programs": 1,
    "cohorts": 1,
    "enrollments": len(NAMES),
    "sessions": 1,
    "meetings": 2,
    "registrations": len(NAMES),
    "attendances": 2 * SEATS,
    "journeys": 1 + len(NAMES),
    "steps": STEPS,
    "channels": 2,
    "posts": 1 + len(REPLIERS) + 1,
    "questions": len(QUESTIONS),
    "answers": ANSWERS,
    "instruments": 1,
    "evaluations": 1,
    "communities": 1,
    "keys": 3 + len(NAMES),
}


async def the_final_numbers(story: Story, step: Step) -> None:
    """The final numbers, counted by the server in lists, states and history."""
    lists = await story.admin.ask("{ " + " ".join(f"{one} {{ totalCount }}" for one in LISTS) + " }")
    registrations = await story.coordinator.ask("{ registrations(first: 100) { nodes { id status } } }")
    statuses = [row["status"] for row in registrations["registrations"]["nodes"]]
    history = await story.coordinator.ask(
        "{ " + " ".join(f"{_name(one)}: events(where: {_where(one)}) {{ totalCount }}" for one in HAPPENED) + " }"
    )

    step.expect("rows", LISTS, {one: lists[one]["totalCount"] for one in LISTS})
    step.expect(
        "registered, waitlisted, cancelled",
        (SEATS, 1, 1),
        tuple(map(statuses.count, ("REGISTERED", "WAITLISTED", "CANCELLED"))),
    )
    step.expect("attendance", {"PRESENT": 2 * PRESENT, "ABSENT": 2}, await attendance(story, story.meetings))
    step.expect("steps", {"DUE": 1, "COMPLETED": COMPLETED, "OVERDUE": OVERDUE}, await story.statuses())
    step.expect("events", HAPPENED, {one: history[_name(one)]["totalCount"] for one in HAPPENED})


def _name(event: str) -> str:
    return event.replace(" ", "_")


def _where(event: str) -> str:
    aggregate, verb = event.split()
    return f'{{aggregate: {{eq: "{aggregate}"}}, verb: {{eq: "{verb}"}}}}'
