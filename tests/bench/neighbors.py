"""How much a tenant that asks a hundred times as much slows another down: `python -m tests.bench.neighbors`.

The quiet tenant asks over one connection, the loud one over a hundred, each as fast as it is answered. In turns: the
quiet one alone, and beside the loud one.
"""

import asyncio
import json
import pickle
import statistics
import sys

from rich.console import Console
from rich.table import Table

from tests.bench.alone import Alone, served_alone
from tests.bench.fill import Academy
from tests.bench.measuring import LOAD
from tests.bench.queries import QUERIES, Query
from tests.bench.rivals.running import by_key

ROUNDS, SECONDS, LOUD, MOST = 5, 5.0, 100, 2.0


async def load(alone: Alone, query: Query, academy: Academy, connections: int, seconds: float) -> dict[str, float]:
    asked = query.asked([academy])
    requests = [by_key(query, *next(asked)) for _ in range(200)]
    work = {"host": "127.0.0.1", "port": alone.port, "connections": connections, "seconds": seconds}
    client = await asyncio.create_subprocess_exec(
        sys.executable, str(LOAD), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await client.communicate(pickle.dumps({**work, "requests": requests, "repeat": True}))
    found: dict[str, float] = json.loads(told)
    return found


async def main() -> bool:
    table = Table("", "alone p50", "p99 ms", "beside p50", "p99 ms", "ratio of p99", "loud requests/s")
    fine = True
    async with served_alone() as alone:
        quiet, loud = alone.academies[:2]
        for query in [one for one in QUERIES if not one.writes][:2]:
            await load(alone, query, quiet, 1, 2)
            await load(alone, query, loud, 8, 2)
            by_itself, beside, noise = [], [], []
            for _ in range(ROUNDS):
                by_itself.append(await load(alone, query, quiet, 1, SECONDS))
                crowd = asyncio.create_task(load(alone, query, loud, LOUD, SECONDS + 2))
                await asyncio.sleep(1)
                beside.append(await load(alone, query, quiet, 1, SECONDS))
                noise.append(await crowd)
            medians = [
                statistics.median(one[key] for one in many) * 1_000
                for many in (by_itself, beside)
                for key in ("p50", "p99")
            ]
            ratio = medians[3] / medians[1]
            fine &= ratio <= MOST
            rate = statistics.median(one["requests"] / one["seconds"] for one in noise)
            table.add_row(query.key, *(f"{n:.2f}" for n in medians), f"{ratio:.2f}", f"{rate:.0f}")
    Console().print(table)
    return fine


if __name__ == "__main__":
    raise SystemExit(0 if asyncio.run(main()) else 1)
