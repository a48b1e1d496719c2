"""Collegium beside its rivals: one database, one server process each, in interleaved rounds.

Run by `make bench`; `make bench ARGS="--help"` tells what can be chosen.
"""

import asyncio
import statistics
import tempfile
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from cyclopts import App
from rich.console import Console
from rich.table import Table

from tenants import postgres
from tests.bench import equal
from tests.bench.fill import Size, fill
from tests.bench.measuring import Measured, Served
from tests.bench.queries import QUERIES, Query
from tests.bench.rivals.running import RIVALS
from tests.bench.servers import free_port, running, settle

WARM_UP = 1.0
LIKELY = 8_000
WHOLE = Size(tenants=50, each=2_000)
SMALL = Size(tenants=4, each=200)
console = Console(width=160)
app = App(name="bench", help="Measure Collegium beside hand-written endpoints and other GraphQL servers.")


@dataclass(frozen=True)
class Wanted:
    size: Size
    rounds: int
    seconds: float
    queries: list[Query]
    rivals: list[str]


@asynccontextmanager
async def serving(url, academies, wanted: Wanted):
    """The servers of all rivals, beside each other; only one is asked at a time."""
    database = await asyncpg.connect(url)
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        served = []
        for rival in RIVALS:
            if rival.key not in wanted.rivals:
                continue
            if reason := rival.missing():
                console.print(f"{rival.name} is not measured: {reason}.")
                continue
            port = free_port()
            process = stack.enter_context(running(rival.command(port), rival.environment(url, home), port=port))
            served.append(Served(rival, process, port, academies, database))
        settle([one.process for one in served])
        yield served, database
    await database.close()


async def rounds_of(query: Query, served: list[Served], asked, wanted: Wanted) -> dict[str, list[Measured]]:
    """The rounds of one query: everyone in turn, each round beginning with another."""
    likely = {}
    for one in served:
        likely[one.rival.key] = (await one.measure(query, asked, WARM_UP, likely=LIKELY)).rate * 2
    found: dict[str, list[Measured]] = {one.rival.key: [] for one in served}
    for number in range(wanted.rounds):
        turn = number % len(served)
        for one in served[turn:] + served[:turn]:
            measured = await one.measure(query, asked, wanted.seconds, likely=likely[one.rival.key])
            found[one.rival.key].append(measured)
    return found


def table_of(query: Query, found: dict[str, list[Measured]], names: dict[str, str]) -> Table:
    table = Table(title=f"{query.key}: {query.title}", title_justify="left")
    for column in ("", "requests/s", "p50 ms", "p99 ms", "server µs", "PostgreSQL µs", "client µs", "PSS MB"):
        table.add_column(column, justify="right" if column else "left")
    for key, rounds in found.items():

        def middle(name, rounds=rounds):
            return statistics.median(getattr(one, name) for one in rounds)

        table.add_row(
            f"{key} {names[key]}",
            f"{middle('rate'):,.0f}",
            f"{middle('p50') * 1e3:.1f}",
            f"{middle('p99') * 1e3:.1f}",
            *(f"{middle(name) * 1e6:,.0f}" for name in ("server", "database", "client")),
            f"{middle('memory') / 1e6:.0f}",
        )
    return table


async def bench(wanted: Wanted) -> None:
    with postgres.temporary() as server:
        url, academies = await fill(server.url(), "bench", wanted.size)
        async with serving(url, academies, wanted) as (served, database):
            names = {one.rival.key: one.rival.name for one in served}
            for query in wanted.queries:
                asked = query.asked(academies)
                able = [one for one in served if one.rival.writes or not query.writes]
                await equal.check(able, query, asked, database)
                found = await rounds_of(query, able, asked, wanted)
                console.print(table_of(query, found, names))
                ours = found.get("c")
                for key in found if ours else ():
                    if key == "c":
                        continue
                    pairs = list(zip(ours, found[key], strict=True))
                    rate = statistics.median(one.rate / other.rate for one, other in pairs)
                    cpu = statistics.median(other.cpu / one.cpu for one, other in pairs)
                    console.print(f"  c/{key}: {rate:.2f} by requests/s, {cpu:.2f} by CPU per request")


@app.default
def main(
    *,
    rounds: int = 5,
    seconds: float = 4,
    only: str = "",
    rivals: str = "a,a3,b,c,d",
    fast: bool = False,
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
    """
    queries = [query for query in QUERIES if not only or query.key in only.split(",")]
    size, times = (SMALL, (1, 0.5)) if fast else (WHOLE, (rounds, seconds))
    asyncio.run(bench(Wanted(size, *times, queries, rivals.split(","))))


if __name__ == "__main__":
    app()
