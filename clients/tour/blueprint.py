"""The program of the tour: eight activities around one workshop of two days."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

PROMPT = "Which conversation with a client went wrong lately? Tell it in three lines; we start from there."


@dataclass(frozen=True)
class Part:
    """One activity. `offset` counts from the workshop's start, or from its end where it comes after."""

    kind: str
    mode: str
    purpose: str
    title: str
    stage: str
    offset: timedelta
    days: int
    audience: str = "LEARNER"
    body: str = ""
    proves_goal: bool = False

    @property
    def anchor(self) -> str:
        return "END" if self.stage == "AFTER" else "START"

    def due(self, starts_at: datetime, ends_at: datetime) -> datetime:
        return (ends_at if self.anchor == "END" else starts_at) + self.offset

    def given(self, position: int) -> dict[str, Any]:
        """What the API is told of it."""
        minutes = round(self.offset.total_seconds() / 60)
        return {
            "position": position,
            "kind": self.kind,
            "mode": self.mode,
            "purpose": self.purpose,
            "title": self.title,
            "body": self.body,
            "stage": self.stage,
            "anchor": self.anchor,
            "offset": f"-PT{-minutes}M" if minutes < 0 else f"PT{minutes}M",
            "daysToComplete": self.days,
            "audience": self.audience,
            "provesGoal": self.proves_goal,
        }


def days(number: int) -> timedelta:
    return timedelta(days=number)


BLUEPRINT = (
    Part("PRE_WORK", "FORMAL", "INTRODUCTION", "Read the case", "BEFORE", days(-7), 5),
    Part("PROMPT", "SOCIAL", "APPLICATION", "Tell of a conversation", "BEFORE", days(-2), 2, "COHORT", PROMPT),
    Part("SESSION", "FORMAL", "LIVE_PRACTICE", "The workshop", "DURING", days(0), 2),
    Part("REINFORCEMENT", "EXPERIENCE", "REINFORCEMENT", "What stayed?", "AFTER", timedelta(hours=20), 3),
    Part("ON_THE_JOB", "EXPERIENCE", "APPLICATION", "Lead one", "AFTER", days(10), 7, proves_goal=True),
    Part("PEER_CHECK_IN", "SOCIAL", "REFINEMENT", "How did it go?", "AFTER", days(14), 3, proves_goal=True),
    Part("PULSE", "FORMAL", "REFINEMENT", "Did it help?", "AFTER", days(21), 7, "COHORT"),
    Part("COMMUNITY", "SOCIAL", "CONTEXTUAL_JUDGEMENT", "Stay in touch", "AFTER", days(28), 14, "COHORT"),
)
PARTS = {part.kind: part for part in BLUEPRINT}
AT_FIRST = ("SESSION", "PEER_CHECK_IN")
FOR_LEARNERS = sum(part.audience == "LEARNER" for part in BLUEPRINT)
FOR_COHORT = sum(part.audience == "COHORT" for part in BLUEPRINT)
LABELS = ["Not at all", "A little", "Partly", "Mostly", "Fully"]
ITEMS: list[dict[str, Any]] = [
    {"kind": "RATING", "code": "useful", "prompt": "Could you use it?", "choices": LABELS, "required": True},
    {"kind": "RECOMMENDATION", "code": "recommend", "prompt": "Would you recommend it?", "required": True},
    {"kind": "TEXT", "code": "story", "prompt": "What did you do differently?"},
]
