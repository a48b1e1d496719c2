"""One server process of each rival, and what it and PostgreSQL spend."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
QUIET = 0.5  # seconds


class ServerError(RuntimeError):
    """A rival's server did not start."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def running(command: list[str], environment: Mapping[str, str], *, port: int) -> Iterator[psutil.Process]:
    """The server, once it answers; ended afterwards."""
    with tempfile.TemporaryFile() as said:
        own = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        process = subprocess.Popen(command, cwd=ROOT, env=own, stdout=said, stderr=said)
        try:
            _wait(process, port, said)
            yield psutil.Process(process.pid)
        except BaseException as problem:
            said.seek(0)
            problem.add_note(f"{command[-1]} said last:\n{said.read().decode()[-3000:]}")
            raise
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen, port: int, said) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")
                if connection.recv(1):
                    return
        except OSError:
            time.sleep(0.05)
    raise ServerError(f"{' '.join(process.args)} did not start.")


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def settle(processes: list[psutil.Process]) -> None:
    """Wait until the servers have done what they do at their start, such as building the explorer."""
    deadline, quiet = time.monotonic() + 10 * PATIENCE, 0
    while time.monotonic() < deadline:
        everyone = [one.pid for process in processes for one in with_children(process)]
        before = cpu_of(everyone)
        time.sleep(QUIET)
        rests = len(everyone) == len(processes) and between(before, cpu_of(everyone)) < QUIET / 20
        quiet = quiet + 1 if rests else 0
        if quiet == 3:
            return
    raise ServerError("The servers don't come to rest.")


def cpu_of(pids: list[int]) -> dict[int, float]:
    """Seconds that each of these processes has spent so far."""
    spent = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            spent[pid] = times.user + times.system
    return spent


def between(before: dict[int, float], after: dict[int, float]) -> float:
    """Seconds spent meanwhile: a process that is new has spent all it has, one that has ended is forgotten."""
    return sum(spent - before.get(pid, 0.0) for pid, spent in after.items())


def with_children(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def pss_of(process: psutil.Process) -> int:
    """Bytes: the process's own memory and its share of what it shares."""
    return sum(one.memory_full_info().pss for one in with_children(process))
