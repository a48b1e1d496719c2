import asyncio
import json
import re
from pathlib import Path

import pytest

from api.imports import ImportStoppedError, PlanError, runs
from api.imports.rows import SourceError
from domain.people.people import Person
from tests.integration.importing import ADA, PEOPLE, WORKSHOP, WORKSHOPS, counts_of


async def test_a_rehearsal_counts_everything_and_writes_nothing(bring_in, row_counts):
    before = await row_counts()
    content = ADA + "2,Bea,nobody,Beta\n3,Cyd,c@example.org,Acme\n"

    rehearsed, [rejected] = await bring_in(PEOPLE, people_csv=content, dry_run=True)

    assert await row_counts() == before
    real, [again] = await bring_in(PEOPLE, people_csv=content)
    assert (counts_of(rehearsed), rejected) == (counts_of(real), again)
    assert (rehearsed.dry_run, real.dry_run) == (True, False)


async def test_a_rehearsal_knows_what_its_earlier_rows_would_bring(bring_in, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 1)
    more = "w1,Workshop,2026-03-03,Bern,,17\nw2,Other,2026-03-04,Bern,,9\n"

    report, rejects = await bring_in(WORKSHOPS, workshops_csv=WORKSHOP + more, dry_run=True)

    assert rejects == []
    assert counts_of(report) == {"program": (1, 0, 0, 0, 0), "session": (2, 1, 0, 0, 0), "head_count": (2, 1, 0, 0, 0)}


async def test_an_import_that_is_killed_leaves_whole_batches_and_can_be_run_again(bring_in, column_of, monkeypatch):
    monkeypatch.setattr(runs, "BATCH", 2)
    content = "id,name,email,employer\n" + "".join(f"{n},P{n},,Acme\n" for n in range(5))

    def killed(source, done, whole):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await bring_in(PEOPLE, people_csv=content, progress=killed)
    left = await column_of(Person, Person.name)
    await bring_in(PEOPLE, people_csv=content)

    assert left == ["P0", "P1"]
    assert sorted(await column_of(Person, Person.name)) == ["P0", "P1", "P2", "P3", "P4"]


@pytest.mark.race
async def test_two_imports_at_once_write_everything_once(bring_in, column_of):
    """Without taking turns one of them finds the other's rows when it writes its own, and rejects them."""
    content = "id,name,email,employer\n" + "".join(f"{n},P{n},,Acme {n % 7}\n" for n in range(300))

    both = await asyncio.gather(*(bring_in(PEOPLE, people_csv=content) for _ in range(2)))

    assert [rejects for _, rejects in both] == [[], []]
    assert len(await column_of(Person, Person.id)) == 300
    assert sorted(counts_of(report)["person"] for report, _ in both) == [(0, 0, 300, 0, 0), (300, 0, 0, 0, 0)]


async def test_what_stands_before_the_end_of_a_broken_file_is_brought_in(bring_in, column_of):
    plan = '[[sources]]\nfile = "people.xml"\nrecords = [{ record = "person", external_ref = "{id}", name = "{name}" }]'

    with pytest.raises(SourceError, match=r"people\.xml: After row 1 the file is no well-formed XML"):
        await bring_in(plan, people_xml='<people><row id="1" name="Ada"/><row id="2"')

    assert await column_of(Person, Person.name) == ["Ada"]


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        pytest.param(PEOPLE, "sources[0].file: there is no file", id="a-missing-file"),
        pytest.param(
            PEOPLE.replace("people.csv", "workshops.csv"),
            "sources[0].records[0].when: workshops.csv has no column 'employer'; it has 'slug', 'title'",
            id="a-missing-column",
        ),
        pytest.param(
            WORKSHOPS.replace('"Giving feedback"', '""'),
            "records[0].title: The row says nothing here, and it is needed.",
            id="a-record-of-its-own-that-can-not-be",
        ),
    ],
)
async def test_a_plan_that_can_not_be_carried_out_says_why(bring_in, row_counts, plan, fault):
    before = await row_counts()

    with pytest.raises(PlanError) as refusal:
        await bring_in(plan, workshops_csv=WORKSHOP)

    assert f"plan.toml: {fault}" in str(refusal.value)
    assert await row_counts() == before


@pytest.mark.parametrize("name", ["plan.toml", "people.csv"])
async def test_rejects_are_not_written_over_what_is_brought_in(bring_in, tmp_path, name):
    await bring_in(PEOPLE, people_csv=ADA)
    before = (tmp_path / name).read_text()

    with pytest.raises(ImportStoppedError, match="Write the rejects to another file"):
        await bring_in(PEOPLE, rejects=f"./{name}", people_csv=ADA)
    assert (tmp_path / name).read_text() == before


async def test_progress_is_told_in_bytes(bring_in):
    told = []
    await bring_in(WORKSHOPS, workshops_csv=WORKSHOP, progress=lambda *how_far: told.append(how_far))

    assert told == [("workshops", len(WORKSHOP), len(WORKSHOP))]


async def test_the_report_is_told_to_programs(bring_in):
    report, _ = await bring_in(PEOPLE, people_csv=ADA + "2,Bea,nobody,\n")
    told = report.as_json()

    assert told.pop("seconds") > 0
    assert json.loads(json.dumps(told)) == {
        "dryRun": False,
        "rows": 2,
        "rejected": 1,
        "sources": [{"name": "people", "rows": 2, "accepted": 1, "skipped": 0, "rejected": 1}],
        "records": {
            "organization": {"created": 1, "updated": 0, "unchanged": 0, "kept": 0, "rejected": 0},
            "person": {"created": 1, "updated": 0, "unchanged": 0, "kept": 0, "rejected": 1},
        },
    }


async def test_the_example_in_the_guide_comes_to_what_it_says(bring_in):
    guide = Path(__file__).parents[3].joinpath("docs", "import.md").read_text()
    plan, table = (re.search(f"```{kind}\n(.*?)```", guide, re.DOTALL)[1] for kind in ("toml", "csv"))

    report, [reject] = await bring_in(plan, workshops_csv=table, dry_run=True)

    assert counts_of(report) == {
        "program": (2, 0, 0, 0, 0),
        "organization": (2, 0, 1, 0, 0),
        "session": (3, 0, 0, 0, 0),
        "head_count": (6, 0, 0, 0, 1),
    }
    assert [reject[told] for told in ("row", "field", "reason")] == ["4", "people", "'twelve' is no whole number."]
