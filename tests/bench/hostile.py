"""How long hostile documents hold a server up, and how much memory they take: `python -m tests.bench.hostile`.

Each is sent by someone signed in, over one connection, to a server that does nothing else. The memory is how much the
server's resident set grows at its highest over what it was before.
"""

import asyncio
import http.client
import json
import statistics
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.alone import Alone, served_alone
from tests.hostile import HOSTILE, Hostile

TIMES = 15
MOST_MS, MOST_MB = 50, 20
PAGE = 1024


def memory(alone: Alone, name: str) -> float:
    """In megabytes, as the kernel counts it: `VmRSS` now, `VmHWM` at its highest."""
    status = Path(f"/proc/{alone.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / PAGE


def forget_peak(alone: Alone) -> None:
    Path(f"/proc/{alone.process.pid}/clear_refs").write_text("5")


def measured(
    alone: Alone, connection: http.client.HTTPConnection, one: Hostile
) -> tuple[float, float, float, set[str]]:
    """Median and longest in milliseconds, megabytes at their highest, and the codes that were answered."""
    academy = alone.academies[0]
    body = json.dumps({"query": one.query, "variables": one.variables}, separators=(",", ":")).encode()
    headers = {
        "host": f"{academy.slug}.localhost",
        "authorization": f"Bearer {academy.key}",
        "content-type": "application/json",
    }
    forget_peak(alone)
    before, times, codes = memory(alone, "VmRSS"), [], set()
    for _ in range(TIMES):
        began = time.perf_counter()
        connection.request("POST", "/graphql", body, headers)
        answer = json.loads(connection.getresponse().read())
        times.append(1_000 * (time.perf_counter() - began))
        codes |= {error["extensions"]["code"] for error in answer.get("errors", ())}
    return statistics.median(times), max(times), memory(alone, "VmHWM") - before, codes


async def main() -> bool:
    table = Table("", "code", "median ms", "max ms", "MB")
    fine = True
    async with served_alone() as alone:
        connection = http.client.HTTPConnection("127.0.0.1", alone.port)
        measured(alone, connection, Hostile("warm up", "{ tenant { id } }", None))
        for one in HOSTILE:
            median, longest, megabytes, codes = measured(alone, connection, one)
            fine &= longest < MOST_MS and megabytes < MOST_MB and codes == ({one.code} if one.code else set())
            table.add_row(
                one.name, ", ".join(sorted(codes)) or "answered", *(f"{n:.1f}" for n in (median, longest, megabytes))
            )
    Console().print(table)
    return fine


if __name__ == "__main__":
    raise SystemExit(0 if asyncio.run(main()) else 1)
