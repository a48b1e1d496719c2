"""Revisions: how often a record was edited, counted from 1. Who edits may say which one they have read.

What others move, such as the seats taken in a session, is no edit and leaves the revision as it is.
"""

CHANGED = "Someone has changed this since you read it. Read it again, and decide on what it says now."


def stale(revision: int, expected: int | None) -> bool:
    """Whether the record is another than the one that was read. Who expects nothing takes any."""
    return expected is not None and revision != expected
