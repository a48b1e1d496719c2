"""What slow connections do to others: `python -m tests.bench.connections`.

Three hundred at once that send their headers slowly, three hundred that send a body slowly, three hundred that ask for
much and read nothing, and all of these together: how long the last of them lasts, and what good requests, which are
sent as fast as they are answered, take meanwhile and just before. They begin when the answers that nobody reads have
been made, which costs what it costs for anybody.
"""

import asyncio
import socket
import statistics
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from tests.bench.alone import Alone, served_alone
from tests.bench.neighbors import load
from tests.bench.queries import QUERIES
from tests.bench.rivals.running import by_key

EACH, GOOD, ROUNDS = 300, 4, 3
USUAL, LATER, BESIDE = 5.0, 4.0, 6.0  # seconds
SOON, MOST = 15.0, 2.0  # seconds until all are closed; times the usual p99
DROP = 1.0  # seconds between two bytes
LOOK = 0.5  # seconds between two looks at whom the server holds
STUCK, WINDOW = 20, 4096  # large answers that nobody reads, and the bytes of them that fit in the reader's system
ONE, _, SEATS = QUERIES[:3]

Slow = Callable[[Alone], Coroutine[Any, Any, None]]


async def slow_head(alone: Alone) -> None:
    await _dropping(alone, _start(alone), b"x-a: b\r\n")


async def slow_body(alone: Alone) -> None:
    await _dropping(alone, _start(alone) + b"content-length: 900000\r\n\r\n{", b" ")


async def slow_reader(alone: Alone) -> None:
    """One that reads nothing until the server has let go of it, which nothing tells a client that does not read."""
    loop, academy = asyncio.get_running_loop(), alone.academies[1]
    with socket.socket() as connection, suppress(ConnectionError):
        connection.setblocking(False)  # noqa: FBT003 -- it is the standard library's
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        await loop.sock_connect(connection, ("127.0.0.1", alone.port))
        await loop.sock_sendall(connection, by_key(SEATS, academy, {}) * STUCK)
        await asyncio.sleep(LOOK)
        while connection.getsockname()[1] in held(alone.process.pid, int(time.monotonic() / LOOK)):  # noqa: ASYNC110
            await asyncio.sleep(LOOK)


@lru_cache(maxsize=1)
def held(server: int, moment: int) -> set[int]:
    """The ports of all clients whose connections the server holds at a moment; asked once for all of them."""
    return {one.raddr.port for one in psutil.Process(server).net_connections("tcp") if one.raddr}


async def _dropping(alone: Alone, first: bytes, drop: bytes) -> None:
    """Send `first`, then a little at a time, until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", alone.port)
    with suppress(ConnectionError):
        writer.write(first)
        reading = asyncio.create_task(reader.read())
        while not reading.done():
            writer.write(drop)
            await asyncio.wait([reading], timeout=DROP)
        await reading
    writer.close()


def _start(alone: Alone) -> bytes:
    return f"POST /graphql HTTP/1.1\r\nhost: {alone.academies[1].slug}.localhost\r\n".encode()


@dataclass(frozen=True)
class Round:
    """Seconds; `lasted` is how long the last connection was open."""

    lasted: float
    usual: float
    beside: float
    asked: int


async def attacked(alone: Alone, kinds: list[Slow]) -> Round:
    """A good request that is refused or fails ends the measure: `load` takes whole answers with status 200 only."""
    usual = await load(alone, ONE, alone.academies[0], GOOD, USUAL)
    began, ended = time.monotonic(), []

    async def lasting(slow: Slow) -> None:
        await slow(alone)
        ended.append(time.monotonic() - began)

    crowd = asyncio.gather(*(lasting(kind) for kind in kinds for _ in range(EACH)))
    await asyncio.sleep(LATER)
    beside = await load(alone, ONE, alone.academies[0], GOOD, BESIDE)
    await crowd
    return Round(max(ended), usual["p99"] * 1_000, beside["p99"] * 1_000, int(beside["requests"]))


async def main() -> bool:
    kinds: dict[str, list[Slow]] = {"headers": [slow_head], "bodies": [slow_body], "readers": [slow_reader]}
    kinds["all of them"] = [slow_head, slow_body, slow_reader]
    table = Table("slow", "connections", "last closed s", "usual p99 ms", "beside ms", "ratio", "good requests")
    fine = True
    async with served_alone() as alone:
        await load(alone, ONE, alone.academies[0], GOOD, USUAL)
        for name, attackers in kinds.items():
            rounds = [await attacked(alone, attackers) for _ in range(ROUNDS)]
            lasted = max(one.lasted for one in rounds)
            usual, beside = (statistics.median(getattr(one, key) for one in rounds) for key in ("usual", "beside"))
            ratio = statistics.median(one.beside / one.usual for one in rounds)
            fine &= lasted < SOON and ratio < MOST
            figures = [f"{lasted:.1f}", f"{usual:.1f}", f"{beside:.1f}", f"{ratio:.2f}"]
            table.add_row(name, str(EACH * len(attackers)), *figures, f"{sum(one.asked for one in rounds):,}")
    Console().print(table)
    return fine


if __name__ == "__main__":
    raise SystemExit(0 if asyncio.run(main()) else 1)
