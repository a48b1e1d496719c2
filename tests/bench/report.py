"""A run in tables: for the terminal, and for the documentation."""

import os
import platform
import re
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.chart import chart
from tests.bench.comparing import OURS, Found, Rounds, middle, times, titles, verdicts
from tests.bench.rivals.running import NAMES
from tests.bench.servers import ROOT

COLUMNS = ("requests/s", "p50 ms", "p99 ms", "server µs", "PostgreSQL µs", "c/… requests/s", "c/… CPU")
BLOCK = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.DOTALL)


def cells(rounds: Rounds, ours: Rounds | None) -> list[str]:
    beside = ["", ""]
    if ours and ours is not rounds:
        beside = [f"{times(ours, rounds, by):.2f}" for by in ("rate", "cpu")]
    return [
        f"{middle(rounds, 'rate'):,.0f}",
        f"{middle(rounds, 'p50') * 1e3:.1f}",
        f"{middle(rounds, 'p99') * 1e3:.1f}",
        f"{middle(rounds, 'server') * 1e6:,.0f}",
        f"{middle(rounds, 'database') * 1e6:,.0f}",
        *beside,
    ]


def show(console: Console, query: str, rivals: dict[str, Rounds]) -> None:
    """One query's table, with what the client and memory took beside it."""
    table = Table(title=f"{query}: {titles()[query]}", title_justify="left")
    for column in ("", *COLUMNS, "client µs", "PSS MB"):
        table.add_column(column, justify="right" if column else "left")
    for key, rounds in rivals.items():
        aside = f"{middle(rounds, 'client') * 1e6:,.0f}", f"{middle(rounds, 'memory') / 1e6:,.0f}"
        table.add_row(f"{key} {NAMES[key]}", *cells(rounds, rivals.get(OURS)), *aside)
    console.print(table)


def show_verdicts(console: Console, found: Found) -> None:
    table = Table(title="Targets", title_justify="left")
    for column in ("", "figure", "target", ""):
        table.add_column(column)
    for verdict in verdicts(found):
        table.add_row(verdict.what, verdict.figure, verdict.target, "met" if verdict.met else "missed")
    console.print(table)


def conditions(found: Found, *, database: str, size: str, seconds: float) -> str:
    rounds = max((len(one) for rivals in found.rounds.values() for one in rivals.values()), default=0)
    return (
        f"Measured on {date.today():%Y-%m-%d}: {size}, {os.cpu_count()} cores for servers, database and client "  # noqa: DTZ011 -- the reader's day
        f"together, Python {platform.python_version()}, {database}, one server process each, 16 connections that stay "
        f"open, medians of {rounds} interleaved rounds of {seconds:g} s."
    )


def full(found: Found, conditions: str) -> str:
    """Every figure, for docs/performance.md."""
    lines = [conditions, ""]
    for query, rivals in found.rounds.items():
        lines += [f"**{query}**: {titles()[query]}", "", _row("", *COLUMNS), "| --- |" + " ---: |" * len(COLUMNS)]
        lines += [_row(f"{key} {NAMES[key]}", *cells(rounds, rivals.get(OURS))) for key, rounds in rivals.items()]
        lines.append("")
    lines += [_row("target", "figure", "wanted", ""), "| --- | ---: | ---: | --- |"]
    lines += [_row(one.what, one.figure, one.target, "met" if one.met else "missed") for one in verdicts(found)]
    return "\n".join(lines) + "\n"


def short(found: Found, conditions: str) -> str:
    """Requests per second only, for the README."""
    keys = list(dict.fromkeys(key for rivals in found.rounds.values() for key in rivals))
    lines = ["![Requests per second beside hand-written endpoints and other servers](docs/performance.svg)", ""]
    lines += [_row("requests/s", *(NAMES[key] for key in keys)), "| --- |" + " ---: |" * len(keys)]
    for query, rivals in found.rounds.items():
        rates = [f"{middle(rivals[key], 'rate'):,.0f}" if key in rivals else "" for key in keys]
        lines.append(_row(titles()[query], *rates))
    return "\n".join([*lines, "", conditions, ""])


def _row(*texts: str) -> str:
    return f"| {' | '.join(texts)} |"


def record(found: Found, conditions: str) -> None:
    """Write the chart, and both blocks between their marks."""
    (ROOT / "docs" / "performance.svg").write_text(chart(found))
    _replace(ROOT / "docs" / "performance.md", full(found, conditions))
    _replace(ROOT / "README.md", short(found, conditions))


def _replace(path: Path, block: str) -> None:
    text, many = BLOCK.subn(lambda marks: f"{marks[1]}{block}{marks[2]}", path.read_text())
    if many != 1:
        raise RuntimeError(f"{path.name} has no place for the figures: <!-- bench --> and <!-- /bench --> mark it.")
    path.write_text(text)
