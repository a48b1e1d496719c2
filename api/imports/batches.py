"""Batches: some rows, written in one transaction.

They are written as a whole first. Where one of them turns out to be unfit after something of it was written, all are
taken back and written one by one, each with a savepoint of its own: so only the unfit ones are missing in the end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError

from api.imports.known import Known
from api.imports.records import head_counts
from api.imports.rows import Row, Unfit
from api.imports.shapes import Desk, Draft, Outcome
from domain.records import Refused

UNFIT = (Unfit, Refused, IntegrityError, DataError)
CAPITAL = re.compile(r"[A-Z]")


@dataclass(frozen=True)
class Sheet:
    """What a row says."""

    row: Row
    drafts: Sequence[Draft]


@dataclass(frozen=True)
class Rejection:
    """Why a row is not brought in; which of its records, and which field, are at fault, where that is known."""

    record: str | None
    field: str | None
    reason: str


Written = list[tuple[str, Outcome | None]]


async def write(desk: Desk, sheets: Sequence[Sheet]) -> list[Written | Rejection]:
    """What came of each sheet, in order."""
    await _look_up(desk, sheets)
    known, tally = desk.known.kept(), desk.tally.kept()
    try:
        async with desk.db.begin_nested():
            results = [await _written(desk, sheet) for sheet in sheets]
    except UNFIT:
        desk.known, desk.tally = known, tally
        results = [await _written_alone(desk, sheet) for sheet in sheets]
    await head_counts.put_down(desk)
    return results


async def _look_up(desk: Desk, sheets: Sequence[Sheet]) -> None:
    drafts = [draft for sheet in sheets for draft in sheet.drafts]
    desk.known = Known()
    await desk.known.look_up(desk.db, (mention for draft in drafts for mention in draft.mentions()))
    kinds: dict[type[Any], list[Draft]] = {}
    for draft in drafts:
        kinds.setdefault(type(draft), []).append(draft)
    for kind, alike in kinds.items():
        await kind.gather(desk, alike)


async def _written(desk: Desk, sheet: Sheet) -> Written | Rejection:
    """A sheet that is unfit before anything is written of it costs the others nothing."""
    written: Written = []
    for draft in sheet.drafts:
        try:
            written.append((draft.record, await draft.write(desk)))
        except Unfit as unfit:
            if any(outcome not in {Outcome.UNCHANGED, Outcome.KEPT} for _, outcome in written):
                raise
            return Rejection(draft.record, unfit.field, unfit.reason)
    return written


async def _written_alone(desk: Desk, sheet: Sheet) -> Written | Rejection:
    known, tally = desk.known.kept(), desk.tally.kept()
    written: Written = []
    record = None
    try:
        async with desk.db.begin_nested():
            for draft in sheet.drafts:
                record = draft.record
                written.append((record, await draft.write(desk)))
    except UNFIT as fault:
        desk.known, desk.tally = known, tally
        return _rejection(record, fault)
    return written


def _rejection(record: str | None, fault: BaseException) -> Rejection:
    if isinstance(fault, Unfit):
        return Rejection(record, fault.field, fault.reason)
    if isinstance(fault, Refused):
        return Rejection(record, fault.field and in_plan(fault.field), fault.message)
    if isinstance(fault, IntegrityError):
        return Rejection(record, None, "Another record with the same key was written meanwhile. Run the import again.")
    return Rejection(record, None, "The database can't hold one of these values.")


def in_plan(field: str) -> str:
    """A field as a plan spells it, given the schema's spelling."""
    spelled = CAPITAL.sub(lambda capital: f"_{capital[0].lower()}", field)
    return spelled.removesuffix("_id").replace("local_start", "starts").replace("local_end", "ends")
