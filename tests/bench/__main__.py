"""Collegium beside its rivals: one database, one server process each, in interleaved rounds.

Run by `make bench`; `make bench ARGS="--help"` tells what can be chosen.
"""

import asyncio
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass

import asyncpg
from cyclopts import App
from rich.console import Console

from tenants import postgres
from tests.bench import equal, report
from tests.bench.comparing import OURS, Found, verdicts
from tests.bench.fill import Size, fill
from tests.bench.measuring import Filled, Measured, Served
from tests.bench.queries import QUERIES, Query
from tests.bench.rivals import Rival
from tests.bench.rivals.running import RIVALS
from tests.bench.servers import free_port, running, settle

WARM_UP = 1.0
LIKELY = 8_000
WHOLE = Size(tenants=50, each=2_000)
SMALL = Size(tenants=10, each=200)
TENTH = 10
console = Console(width=170)
app = App(name="bench", help="Measure Collegium beside hand-written endpoints and other GraphQL servers.")


@dataclass(frozen=True)
class Wanted:
    size: Size
    rounds: int
    seconds: float
    queries: list[Query]
    rivals: list[str]
    growth: bool


class Stage:
    """The databases and servers of a run. Only one server is asked at a time."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.home = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        self.server = stack.enter_context(postgres.temporary())

    async def fill(self, name: str, size: Size) -> Filled:
        url, academies = await fill(self.server.url(), name, size)
        return Filled(url, academies, await asyncpg.connect(url))

    def serve(self, rival: Rival, filled: Filled) -> Served:
        port = free_port()
        environment = rival.environment(filled.url, self.home)
        process = self.stack.enter_context(running(rival.command(port), environment, port=port))
        settle([process])
        return Served(rival, process, port, filled)


async def interleaved(query: Query, served: list[Served], rounds: int, seconds: float) -> list[list[Measured]]:
    """The rounds of each: everyone in turn, each round beginning with another."""
    likely = [2 * (await one.measure(query, WARM_UP, likely=LIKELY)).rate for one in served]
    found: list[list[Measured]] = [[] for _ in served]
    for number in range(rounds):
        for place in range(len(served)):
            which = (place + number) % len(served)
            found[which].append(await served[which].measure(query, seconds, likely=likely[which]))
    return found


async def compare(stage: Stage, wanted: Wanted, found: Found) -> str:
    """All rivals on the large database, and ours on one with a tenth of it. The database's version."""
    filled = await stage.fill("bench", wanted.size)
    served = []
    for rival in RIVALS:
        if rival.key not in wanted.rivals:
            continue
        if reason := rival.missing():
            console.print(f"{rival.name} is not measured: {reason}.")
            continue
        served.append(stage.serve(rival, filled))
    for query in wanted.queries:
        able = [one for one in served if one.rival.writes or not query.writes]
        await equal.check(able, query)
        rounds = await interleaved(query, able, wanted.rounds, wanted.seconds)
        found.rounds[query.key] = {one.rival.key: rows for one, rows in zip(able, rounds, strict=True)}
        report.show(console, query.key, found.rounds[query.key])
    ours = next((one for one in served if one.rival.key == OURS), None)
    if ours and wanted.growth:
        await grow(stage, wanted, ours, found)
    version = await filled.connection.fetchval("SELECT split_part(version(), ' on ', 1)")
    await filled.connection.close()
    return version


async def grow(stage: Stage, wanted: Wanted, ours: Served, found: Found) -> None:
    tenth = Size(wanted.size.tenants // TENTH, wanted.size.each)
    filled = await stage.fill("tenth", tenth)
    small = stage.serve(ours.rival, filled)
    for query in wanted.queries:
        large, less = await interleaved(query, [ours, small], wanted.rounds, wanted.seconds / 2)
        found.growth[query.key] = large, less
    await filled.connection.close()


@app.default
def main(
    *,
    rounds: int = 5,
    seconds: float = 2.5,
    only: str = "",
    rivals: str = "a,a3,b,c,d",
    fast: bool = False,
    growth: bool = True,
    record: bool = False,
) -> None:
    """Measure.

    Parameters
    ----------
    rounds
        How often each rival is asked each query.
    seconds
        For how long each time.
    only
        Which queries, such as Q1,M.
    rivals
        Which rivals, such as a,c.
    fast
        Few rows and one short round: shows that all of it works, and measures nothing.
    growth
        Also ask our server with a tenth of the tenants and rows.
    record
        Write the figures to docs/performance.md and README.md, and draw docs/performance.svg.
    """
    queries = [query for query in QUERIES if not only or query.key in only.split(",")]
    size, rounds, seconds = (SMALL, 1, 0.5) if fast else (WHOLE, rounds, seconds)
    wanted, found = Wanted(size, rounds, seconds, queries, rivals.split(","), growth), Found()
    with ExitStack() as stack:
        version = asyncio.run(compare(Stage(stack), wanted, found))
    report.show_verdicts(console, found)
    if record:
        rows = f"{size.tenants} tenants with {size.tenants * size.each:,} sessions"
        report.record(found, report.conditions(found, database=version, size=rows, seconds=seconds))
    if not fast and not all(verdict.met for verdict in verdicts(found)):
        sys.exit(1)


if __name__ == "__main__":
    app()
