"""The page of what other people's suites found."""

import json
from dataclasses import asdict

from tests.conformance import HEAD, Row, page

RELAY, URQL = Row("Relay", "relay 1", "pages", 1, 1, ["pages are read"]), Row("urql", "urql 2", "hashes", 2, 2)


def keep(folder, row, on):
    (folder / f"{row.suite}.json").write_text(json.dumps(asdict(row) | {"on": on}))


def test_a_run_of_all_suites_writes_the_whole_page(tmp_path):
    keep(tmp_path, URQL, "2026-11-24")
    keep(tmp_path, RELAY, "2026-11-24")

    assert page(tmp_path) == (
        HEAD
        + "| Relay | relay 1 | pages | 1 of 1 | 2026-11-24 |\n| urql | urql 2 | hashes | 2 of 2 | 2026-11-24 |\n"
        + "\n## Relay\n\n- pages are read\n"
    )


def test_a_run_of_some_suites_leaves_the_rows_of_the_others(tmp_path):
    keep(tmp_path, RELAY, "2026-11-23")
    keep(tmp_path, URQL, "2026-11-23")
    before = page(tmp_path)
    (tmp_path / "Relay.json").unlink()
    keep(tmp_path, URQL, "2026-11-24")

    assert page(tmp_path, before) == before.replace("2 of 2 | 2026-11-23", "2 of 2 | 2026-11-24")
