"""Carrying out plans over files that a test writes."""

import csv

from api import imports


def silent(source, done, whole):
    """Nobody watches."""


async def carried_out(database, tenant, folder, plan, *, dry_run=False, progress=silent, **files):
    """The report of a plan over these files, `people_csv` for `people.csv`, and the rejects as they were written."""
    (folder / "plan.toml").write_text(plan)
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = await imports.run(
        folder / "plan.toml",
        database=database,
        tenant=tenant,
        data=None,
        rejects=folder / "rejects.csv",
        dry_run=dry_run,
        progress=progress,
    )
    with (folder / "rejects.csv").open(newline="") as file:
        return report, list(csv.DictReader(file))


def counts_of(report):
    """Created, updated, unchanged, kept and rejected, by kind of record."""
    return {
        record: (counts.created, counts.updated, counts.unchanged, counts.kept, counts.rejected)
        for record, counts in report.records.items()
    }
