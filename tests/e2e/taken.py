"""Rows that are free for what each mutation asks for."""

from datetime import datetime
from itertools import cycle

from api import ids
from api.schema import schema
from domain.evaluations import instruments, items
from domain.evaluations.evaluations import NewEvaluation, open_for
from domain.evaluations.instruments import Level, NewInstrument
from domain.evaluations.items import ItemKind, NewItem
from tests.conftest import BY, NOW
from tests.rows import a_plan, a_program, a_session, an_activity
from tests.sound import Sound

IN_2027 = {"local_start": datetime(2027, 3, 1, 9), "local_end": datetime(2027, 3, 1, 17)}  # noqa: DTZ001 -- on the wall
LAST = ("withdraw", "withdrawEnrollments", "leaveCommunity", "updateTenant", "moveClock")
"""What changes so much that the rest would not be what it was."""


async def what_is_taken(client, doors, tenant, academy, *, evaluations):
    """Input that each mutation takes in this academy, again and again; `evaluations` can be answered.

    `client` may do everything.
    """
    ada = f"per_{academy.learner_id.hex}"
    there = await client.data(THERE, ada=ada)
    session, cohort = there["sessions"]["nodes"][0], there["cohorts"]["nodes"][0]
    channel, steps = there["questions"]["nodes"][0]["channel"]["id"], there["steps"]["nodes"]
    made = await more(doors, tenant, session, evaluations)
    fields = {field["kind"]: field["id"] for field in there["customFields"]["nodes"]}
    rows = {
        ("updateCustomField", "id"): [fields["CHOICE"]],
        ("retireCustomField", "id"): [fields["DATE"]],
        ("restoreCustomField", "id"): [fields["DATE"]],
        ("removeActivity", "id"): [made["activity"]],
        ("scheduleSession", "programId"): [cohort["program"]["id"]],
        ("scheduleSession", "cohortId"): [cohort["id"]],
        ("upsertSession", "programId"): [cohort["program"]["id"]],
        ("upsertSession", "cohortId"): [cohort["id"]],
        ("updateSession", "id"): [made["spare"]],
        ("rescheduleSession", "id"): [made["spare"]],
        ("cancelSession", "id"): [made["spare"]],
        ("registerForSession", "sessionId"): [made["open"]],
        ("cancelRegistration", "id"): [there["registrations"]["nodes"][0]["id"]],
        ("recordAttendance", "meetingId"): [session["meetings"][0]["id"]],
        ("recordAttendance", "personId"): [ada],
        ("writePost", "channelId"): [channel],
        ("writePost", "authorId"): [ada],
        ("writePost", "replyToId"): [there["posts"]["nodes"][0]["id"]],
        ("askQuestion", "channelId"): [channel],
        ("askQuestion", "authorId"): [ada],
        ("answerQuestion", "authorId"): [ada],
        ("acceptAnswer", "acceptedById"): [ada],
        ("appointModerator", "personId"): [ada],
        ("leaveCommunity", "personId"): [ada],
        ("completeStep", "id"): [steps[0]["id"]],
        ("skipStep", "id"): [steps[1]["id"]],
        ("respondToEvaluation", "evaluationId"): made["evaluations"],
        ("respondToEvaluation", "personId"): [ada],
    }
    likely, some, text = made["items"]
    answers = (
        [{"itemId": likely, "number": 9}],
        [{"itemId": some, "choices": ["a"]}],
        [{"itemId": text, "text": "Text"}],
    )
    naming = {place: cycle(found) for place, found in rows.items()}
    return Sound(schema(), academy.by_type, naming, {"respondToEvaluation": [{"answers": one} for one in answers]})


THERE = """
query ($ada: ID!) {
  sessions(where: {status: {eq: SCHEDULED}}) { nodes { id meetings { id } } }
  cohorts { nodes { id program { id } } }
  registrations(where: {status: {eq: WAITLISTED}}) { nodes { id } }
  steps(where: {status: {in: [DUE, OVERDUE]}}) { nodes { id } }
  questions { nodes { channel { id } } }
  posts(where: {author: {eq: $ada}}) { nodes { id } }
  customFields(where: {record: {eq: PERSON}}) { nodes { id kind } }
}
"""


async def more(doors, tenant, session, many):
    """Rows that are free for what their mutation asks for; one evaluation for every response."""
    instrument = NewInstrument(
        name="Every kind",
        level=Level.REACTION,
        items=[
            NewItem(kind=ItemKind.RECOMMENDATION, code="likely", prompt="Likely?"),
            NewItem(kind=ItemKind.MULTIPLE_CHOICE, code="some", prompt="Which?", choices=["a", "b"]),
            NewItem(kind=ItemKind.TEXT, code="text", prompt="Why?"),
        ],
    )
    async with doors.transaction(tenant.id) as db:
        program = await a_program(db)
        spare, open_to_all = [await a_session(db, program, meetings=[a_plan(**IN_2027)]) for _ in range(2)]
        activity = await an_activity(db, program)
        every_kind = await instruments.create(db, instrument, by=BY, now=NOW)
        new = NewEvaluation(instrument_id=every_kind.id, session_id=ids.decode("ses", session["id"]))
        evaluations = [await open_for(db, new, by=BY, now=NOW) for _ in range(many)]
        asked = await items.of(db, every_kind.id)
    return {
        "spare": ids.encode("ses", spare.id),
        "open": ids.encode("ses", open_to_all.id),
        "activity": ids.encode("act", activity.id),
        "items": [ids.encode("itm", item.id) for item in asked],
        "evaluations": [ids.encode("evl", evaluation.id) for evaluation in evaluations],
    }
