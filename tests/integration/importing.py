"""Carrying out plans over files that a test writes."""

import csv

from api import imports

PEOPLE = """
[[sources]]
file = "people.csv"
records = [
  { record = "organization", when = { employer = "*" }, external_ref = "{employer}", name = "{employer}" },
  { record = "person", external_ref = "{id}", name = "{name}", email = "{email}", organization = "{employer}" },
]
"""
ADA = "id,name,email,employer\n1,Ada,ada@example.org,Acme\n"
WORKSHOPS = """
time_zone = "Europe/Zurich"

[[records]]
record = "program"
external_ref = "feedback"
title = "Giving feedback"

[[sources]]
file = "workshops.csv"

[[sources.records]]
record = "session"
external_ref = "{slug}"
title = "{title}"
program = "feedback"
format = "WORKSHOP"
capacity = "{seats?}"
meetings = [{ starts = "{date} 09:00", ends = "{date} 17:00", place = "{place}" }]

[[sources.records]]
record = "head_count"
session = "{slug}"
kind = "ATTENDED"
people = "{attended}"
"""
WORKSHOP = "slug,title,date,place,seats,attended\nw1,Workshop,2026-03-02,Zurich,,18\n"


def silent(source, done, whole):
    """Nobody watches."""


async def carried_out(
    database, tenant, folder, plan, *, dry_run=False, progress=silent, rejects="rejects.csv", **files
):
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
        rejects=folder / rejects,
        dry_run=dry_run,
        progress=progress,
    )
    with (folder / rejects).open(newline="") as file:
        return report, list(csv.DictReader(file))


def counts_of(report):
    """Created, updated, unchanged, kept and rejected, by kind of record."""
    return {
        record: (counts.created, counts.updated, counts.unchanged, counts.kept, counts.rejected)
        for record, counts in report.records.items()
    }
