"""Due steps: the steps of journeys, told as their time comes."""

from __future__ import annotations

from datetime import datetime

from api.engine.fields import column, sql, to_one
from api.engine.types import change, planned
from api.journeys.steps import Step
from api.permissions import EVERYONE, Access, signed_in
from domain import history


@planned(history.Event, visible=Access(EVERYONE, "journeys:read"))
class StepDue:
    """A step's time has come."""

    position: str = sql("{text}", "Where this stands in what happens: for `after`, to go on from here.")
    occurred_at: datetime = column("When, in the tenant's time.")
    step: Step = to_one("aggregate_id", "The step, as it is now.")


change(
    "stepDue",
    "StepDue",
    "Step",
    "Which steps become due: learners are told of their own and of their cohorts', staff of all.",
    verbs=frozenset({"opened"}),
    about="cohort",
    required=False,
    concerns="person_id",
    allow=signed_in("journeys:read"),
)
