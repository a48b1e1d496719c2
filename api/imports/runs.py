"""Runs: a plan carried out, source by source.

Every batch of rows is a transaction of its own, so that an import that is killed leaves whole batches and can be run
again. A rehearsal does everything in one transaction, and takes it back.
"""

import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.imports import batches, plans
from api.imports.batches import Rejection, Sheet, Written
from api.imports.plans import Plan
from api.imports.readers import Rows
from api.imports.records import head_counts
from api.imports.rejects import Reject, Rejects
from api.imports.report import Report, SourceCounts
from api.imports.rows import BUILT_IN, FINGERPRINT, Broken, ImportStoppedError, PlanError, Row, SourceError, Unfit
from api.imports.shapes import Desk, Draft, Questionnaires, Shape, Tally
from api.imports.sources import Source
from api.imports.values.conditions import holds
from tenants.database import Database
from tenants.registry import Tenant, wall
from tenants.viewer import Actor

BATCH = 200
MOST_CORRECTIONS = 5_000
OPERATOR = Actor()
IN_TURN = text("SELECT pg_advisory_xact_lock(hashtext('collegium import'), hashtext(:tenant))")

Progress = Callable[[str, int, int | None], None]


class _Rehearsed(Exception):  # noqa: N818 -- how a rehearsal ends
    pass


async def run(
    path: Path,
    *,
    database: Database,
    tenant: Tenant,
    data: Path | None,
    rejects: Path | None,
    dry_run: bool,
    progress: Progress,
) -> Report:
    """Carry out the plan at `path`. `data` is the folder of its files; where it is None, they lie beside the plan.

    `progress` is told a source's name, how far its reading is and how far it goes: in bytes, since nobody counts the
    rows of a large file beforehand.
    """
    started = time.perf_counter()
    run = Run(plans.read(path), path, data or path.parent, database, tenant, Report(dry_run), progress)
    run.check_files(rejects)
    with Rejects(rejects) as run.rejects:
        await run.whole()
    run.report.seconds = time.perf_counter() - started
    return run.report


@dataclass
class Run:
    plan: Plan
    path: Path
    data: Path
    database: Database
    tenant: Tenant
    report: Report
    progress: Progress
    rejects: Rejects = field(default_factory=lambda: Rejects(None))
    rehearsal: AsyncSession | None = None
    tally: Tally = field(default_factory=Tally)
    questionnaires: Questionnaires = field(default_factory=dict)

    def check_files(self, rejects: Path | None) -> None:
        """Nothing is brought in where a file is missing, or where the rejects would be written over one."""
        for place, source in enumerate(self.plan.sources):
            if not (self.data / source.file).is_file():
                raise PlanError(f"{self.path}: sources[{place}].file: there is no file {self.data / source.file}.")
        read = {self.path.resolve(), *((self.data / source.file).resolve() for source in self.plan.sources)}
        if rejects is not None and rejects.resolve() in read:
            raise ImportStoppedError(f"{rejects} is what is to be brought in. Write the rejects to another file.")

    async def whole(self) -> None:
        if not self.report.dry_run:
            await self._parts()
            return
        try:
            async with self.database.transaction(self.tenant.id) as self.rehearsal:
                await self.rehearsal.execute(IN_TURN, {"tenant": str(self.tenant.id)})
                await self._parts()
                raise _Rehearsed  # noqa: TRY301 -- the door takes back what ends with an exception
        except _Rehearsed:
            self.rehearsal = None

    async def _parts(self) -> None:
        await self._own_records()
        for source in self.plan.sources:
            counts = SourceCounts(source.title)
            self.report.sources.append(counts)
            await Reading(self, source, counts).whole()

    async def _own_records(self) -> None:
        """Those that stand in the plan itself. Unlike a row, none of them can be missing."""
        row = Row(0, {})
        for place, shape in enumerate(self.plan.records):
            [written] = await self.write([judged([shape], row)])
            if isinstance(written, Rejection):
                at = f"records[{place}].{written.field}" if written.field else f"records[{place}]"
                raise PlanError(f"{self.path}: {at}: {written.reason}")

    async def write(self, sheets: Sequence[Sheet | Rejection]) -> list[Written | Rejection]:
        """What came of each, once it is certain. Sheets that are rejected already stay so."""
        fit = [sheet for sheet in sheets if isinstance(sheet, Sheet)]
        async with self._desk() as desk:
            written = iter(await batches.write(desk, fit))
        results = [next(written) if isinstance(sheet, Sheet) else sheet for sheet in sheets]
        for result in results:
            if isinstance(result, Rejection):
                self.report.reject(result.record)
                continue
            for record, outcome in result:
                self.report.count(record, outcome)
        return results

    async def settle(self) -> None:
        if not self.tally.corrections:
            return
        async with self._desk() as desk:
            outcomes = await head_counts.settle(desk)
        for outcome in outcomes:
            self.report.count("head_count", outcome)

    @asynccontextmanager
    async def _desk(self) -> AsyncGenerator[Desk]:
        """Where a batch is written. Imports for one tenant take turns, so that none writes what another one does."""
        now = self.tenant.now(wall())
        if self.rehearsal is not None:
            desk = Desk(self.rehearsal, OPERATOR, now, self.tally, self.questionnaires)
            yield desk
            await self.rehearsal.flush()
            self.rehearsal.expunge_all()
        else:
            async with self.database.transaction(self.tenant.id) as db:
                await db.execute(IN_TURN, {"tenant": str(self.tenant.id)})
                desk = Desk(db, OPERATOR, now, self.tally, self.questionnaires)
                yield desk
        self.tally = desk.tally


@dataclass
class Reading:
    """A source read from its beginning to its end: once, and again for what speaks of its other rows."""

    run: Run
    source: Source
    counts: SourceCounts
    rejected: set[int] = field(default_factory=set)
    checked: bool = False

    async def whole(self) -> None:
        turns = sorted({shape.later for shape in self.source.records} | {False})
        path = self.run.data / self.source.file
        size = path.stat().st_size
        for turn, later in enumerate(turns):
            with self.source.opened(path, prints=plans.speaks_of(self.source, FINGERPRINT)) as (file, rows):
                for batch in _batched(rows):
                    await self._batch(batch, later=later)
                    self.run.progress(self.source.title, turn * size + file.tell(), len(turns) * size)
        await self.run.settle()

    async def _batch(self, rows: Sequence[Row | Broken], *, later: bool) -> None:
        chosen = [row for row in rows if self._chosen(row, later=later)]
        results = await self.run.write([self._judged(row, later=later) for row in chosen])
        for row, result in zip(chosen, results, strict=True):
            if isinstance(result, Rejection):
                self._reject(row, result)
        if len(self.run.tally.corrections) > MOST_CORRECTIONS:
            await self.run.settle()

    def _chosen(self, row: Row | Broken, *, later: bool) -> bool:
        """Whether the row counts. Every row is counted once, however often it is read."""
        if later:
            return isinstance(row, Row) and holds(self.source.where, row) and row.number not in self.rejected
        if isinstance(row, Row) and not self.checked:
            plans.check_columns(self.run.path, self.run.plan, self.source, row)
            self.checked = True
        self.counts.rows += 1
        if isinstance(row, Broken) or holds(self.source.where, row):
            self.counts.accepted += 1
            return True
        self.counts.skipped += 1
        return False

    def _judged(self, row: Row | Broken, *, later: bool) -> Sheet | Rejection:
        if isinstance(row, Broken):
            return Rejection(None, None, row.reason)
        sheet = judged([shape for shape in self.source.records if shape.later == later], row)
        awaited = any(shape.later and holds(shape.when, row) for shape in self.source.records)
        if isinstance(sheet, Rejection) or sheet.drafts or awaited or later:
            return sheet
        return Rejection(None, None, "No record of the plan takes this row.")

    def _reject(self, row: Row | Broken, rejection: Rejection) -> None:
        self.rejected.add(row.number)
        self.counts.accepted -= 1
        self.counts.rejected += 1
        said = {column: cell for column, cell in row.cells.items() if column not in BUILT_IN}
        facts = asdict(rejection)
        self.run.rejects.write(Reject(source=self.source.title, row=row.number, data=said, **facts))


def judged(shapes: Sequence[Shape], row: Row) -> Sheet | Rejection:
    """What the row says about each kind of record, or why that can't be."""
    drafts: list[Draft] = []
    for shape in shapes:
        try:
            draft = shape.draft(row) if holds(shape.when, row) else None
        except Unfit as unfit:
            return Rejection(shape.record, unfit.field, unfit.reason)
        drafts += [] if draft is None else [draft]
    return Sheet(row, drafts)


def _batched(rows: Rows) -> Iterator[list[Row | Broken]]:
    """Whole batches, and what is left at the end, also where the reading ends early."""
    batch: list[Row | Broken] = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except SourceError:
        yield batch
        raise
    if batch:
        yield batch
