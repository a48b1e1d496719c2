"""What our server spends its time on for one query: `python -m tests.bench.profiling Q1`.

The real server runs under cProfile, which makes it about three times as slow; read the shares, not the seconds.
"""

import asyncio
import pstats
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tests.bench.__main__ import LIKELY, WHOLE, Stage
from tests.bench.queries import QUERIES
from tests.bench.rivals.running import RIVALS

SECONDS = 8
LINES = 45


async def ask(stage: Stage, key: str, report: Path) -> None:
    query = next(query for query in QUERIES if query.key == key)
    ours = next(rival for rival in RIVALS if rival.key == "c")

    def profiled(port: int) -> list[str]:
        python, *rest = ours.command(port)
        return [python, "-m", "cProfile", "-o", str(report), *rest]

    filled = await stage.fill("bench", WHOLE)
    served = stage.serve(replace(ours, command=profiled), filled)
    measured = await served.measure(query, SECONDS, likely=LIKELY)
    sys.stdout.write(f"{query.key}: {query.title}, {measured.rate:,.0f} requests/s under the profiler\n")
    await filled.connection.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report")
        with ExitStack() as stack:  # the report is written when the server ends
            asyncio.run(ask(Stage(stack), sys.argv[1] if len(sys.argv) > 1 else "Q1", report))
        pstats.Stats(str(report)).strip_dirs().sort_stats("tottime").print_stats(LINES)


if __name__ == "__main__":
    main()
