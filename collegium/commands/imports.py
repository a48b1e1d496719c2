"""`collegium import`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from api import imports
from api.imports import ImportStoppedError, Report
from collegium.database import opened
from collegium.output import Answer, Problem, err
from collegium.settings import Given
from collegium.tenancy import tenant_named


async def import_(
    plan: Path,
    /,
    *,
    tenant: str,
    data: Path | None = None,
    rejects: Path | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    settings: Given,
) -> Answer:
    """The counts by kind of record.

    Parameters
    ----------
    plan
        The plan: a TOML file.
    tenant
        The short name of the tenant that it is for.
    data
        The folder of the plan's files; the plan's own where it is left out.
    rejects
        Write the rows that were rejected, with the reasons, to this file: .csv, or .jsonl for one JSON object a line.
    dry_run
        Only rehearse: count what would come of it, and change nothing.
    """
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        with bars(shown=not settings.json and err.is_terminal) as progress:
            tasks: dict[str, TaskID] = {}

            def reading(source: str, done: int, whole: int | None) -> None:
                if source not in tasks:
                    tasks[source] = progress.add_task(source, total=whole)
                progress.update(tasks[source], completed=done, total=whole)

            try:
                report = await imports.run(
                    plan,
                    database=database,
                    tenant=owner,
                    data=data,
                    rejects=rejects,
                    dry_run=dry_run,
                    progress=reading,
                )
            except ImportStoppedError as problem:
                raise Problem(str(problem)) from None
    return Answer(report.as_json(), shown(report), aside(report, rejects))


def bars(*, shown: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, TimeRemainingColumn(), console=err, transient=True, disable=not shown)


def shown(report: Report) -> Table:
    """What came of it, by kind of record; and by source, how many rows there were."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for heading in ("created", "updated", "unchanged", "kept", "rejected"):
        table.add_column(heading, justify="right")
    for record, counts in report.records.items():
        numbers = (counts.created, counts.updated, counts.unchanged, counts.kept, counts.rejected)
        table.add_row(record.replace("_", " "), *(f"{number:,}" for number in numbers))
    return table


def aside(report: Report, rejects: Path | None) -> str:
    rows = [
        f"{source.name}: {source.rows:,} rows, {source.accepted:,} accepted, {source.skipped:,} skipped, "
        f"{source.rejected:,} rejected."
        for source in report.sources
    ]
    if report.rejected and rejects is None:
        rows.append("To see which were rejected and why, say --rejects FILE.")
    if report.dry_run:
        rows.append("This was a rehearsal. Nothing was changed.")
    return "\n".join(rows)
