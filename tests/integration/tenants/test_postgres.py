"""The embedded server on this very machine: started, shared, killed, and started again."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tenants.postgres import EmbeddedPostgres
from tests.integration.embedded import (
    MAJOR,
    REPOSITORY,
    Neighbor,
    ask,
    ends,
    kill_the_server,
    open_folder,
    pid_file,
    server_pid,
    soon,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def empty() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def unused() -> Iterator[Path]:
    """A server's folder, made once, to copy from."""
    with open_folder() as folder:
        with EmbeddedPostgres(folder):
            pass
        yield folder


@pytest.fixture
def root(empty, unused) -> Path:
    """The folder of a server that is not running."""
    subprocess.run(["cp", "-a", f"{unused}/.", str(empty)], check=True)
    return empty


@pytest.fixture(scope="module")
def server(unused) -> Iterator[EmbeddedPostgres]:
    """One that nobody changes or kills."""
    with open_folder() as folder:
        subprocess.run(["cp", "-a", f"{unused}/.", str(folder)], check=True)
        with EmbeddedPostgres(folder) as server:
            yield server


def test_a_server_starts_in_an_empty_folder_and_answers(empty):
    with EmbeddedPostgres(empty) as server:
        assert ask(server.url(), "SELECT current_user || '/' || current_database()") == "postgres/postgres"


def test_a_server_speaks_utf_8_and_utc_compiles_nothing_and_writes_durably(server):
    expected = {
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        "max_connections": "200",
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
    }
    actual = {name: ask(server.url(), f"SHOW {name}") for name in expected}
    locale = ask(server.url(), "SELECT datlocprovider::text || ' ' || datlocale FROM pg_database LIMIT 1")

    assert actual == expected
    assert locale == "b C.UTF-8"


def test_a_setting_given_to_the_server_counts(root):
    with EmbeddedPostgres(root, {"work_mem": "32MB"}) as server:
        assert ask(server.url(), "SHOW work_mem") == "32MB"


def test_the_heap_of_the_server_is_not_trimmed(server):
    environment = psutil.Process(server_pid(server.root)).environ()

    assert environment["MALLOC_TRIM_THRESHOLD_"] == "67108864"
    assert environment["MALLOC_TOP_PAD_"] == "1048576"
    assert environment["MALLOC_MMAP_THRESHOLD_"] == "33554432"


def test_sqlalchemy_connects_by_the_same_address(server):
    async def answer(url: str) -> int:
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
        async with engine.connect() as connection:
            result = (await connection.execute(text("SELECT 42"))).scalar_one()
        await engine.dispose()
        return result

    assert asyncio.run(answer(server.url())) == 42


def test_data_outlives_the_server(root):
    with EmbeddedPostgres(root) as server:
        ask(server.url(), "CREATE TABLE kept AS SELECT 7 AS seat")
    with EmbeddedPostgres(root) as server:
        assert ask(server.url(), "SELECT seat FROM kept") == 7


def test_the_last_one_out_stops_the_server(root):
    with EmbeddedPostgres(root) as server, Neighbor(root) as neighbor:
        assert neighbor.url() == server.url()
        pid = server_pid(root)

        server.stop()
        assert ask(server.url(), "SELECT 1") == 1

        neighbor.leave()
        assert ends(pid)
        assert not pid_file(root).exists()


def test_processes_that_start_at_once_share_one_server(empty):
    neighbors = [Neighbor(empty) for _ in range(4)]
    urls = [neighbor.url() for neighbor in neighbors]
    pid = server_pid(empty)
    started = (empty / MAJOR / "server.log").read_text().count("starting PostgreSQL")
    for neighbor in neighbors:
        neighbor.leave()

    assert len(set(urls)) == 1
    assert started == 1
    assert ends(pid)


def test_a_server_that_was_killed_starts_again_with_what_was_committed(root):
    with EmbeddedPostgres(root) as server:
        ask(server.url(), "CREATE TABLE kept AS SELECT 7 AS seat")
        kill_the_server(root)

        with EmbeddedPostgres(root) as again:
            assert again.url() == server.url()
            assert ask(again.url(), "SELECT seat FROM kept") == 7


def test_a_start_waits_for_the_backends_of_a_killed_server(root):
    with EmbeddedPostgres(root) as server:
        psql = [str(server.home.binaries / "psql"), server.url(), "--command", "SELECT pg_sleep(60)"]
        with subprocess.Popen(psql, stderr=subprocess.DEVNULL):
            backend = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'"
            assert soon(lambda: ask(server.url(), backend) is not None)
            pid = ask(server.url(), backend)
            os.kill(pid, signal.SIGSTOP)
            kill_the_server(root)
            Timer(1, os.kill, (pid, signal.SIGCONT)).start()

            with EmbeddedPostgres(root) as again:
                assert ask(again.url(), "SELECT 1") == 1


def test_a_server_outlives_its_killed_starter_and_is_joined(root):
    with Neighbor(root) as starter:
        url = starter.url()
        pid = server_pid(root)
        starter.die()

    with EmbeddedPostgres(root) as server:
        assert server.url() == url
        assert server_pid(root) == pid
        assert ask(url, "SELECT 1") == 1
    assert ends(pid)


def test_everybody_may_be_killed_at_once(root):
    with Neighbor(root) as starter:
        ask(starter.url(), "CREATE TABLE kept AS SELECT 7 AS seat")
        starter.die()
    kill_the_server(root)

    with EmbeddedPostgres(root) as server:
        assert ask(server.url(), "SELECT seat FROM kept") == 7


def test_a_killed_starter_leaves_no_half_made_cluster(empty):
    with Neighbor(empty) as starter:
        assert soon(lambda: any(empty.glob(f"{MAJOR}/data.new-*/global")))
        starter.die()

    with EmbeddedPostgres(empty) as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_a_strange_process_with_the_number_of_a_killed_server_does_not_block(root):
    with EmbeddedPostgres(root):
        owner = (root / MAJOR).stat()
        kill_the_server(root)

    asleep = ["/bin/sleep", "60"]
    with subprocess.Popen(asleep, user=owner.st_uid if os.geteuid() == 0 else None) as stranger:
        _, *rest = pid_file(root).read_text().splitlines(keepends=True)
        pid_file(root).write_text(f"{stranger.pid}\n{''.join(rest)}")
        with EmbeddedPostgres(root) as server:
            answer = ask(server.url(), "SELECT 1")
            pid = server_pid(root)
        survived = stranger.poll() is None
        stranger.kill()

    assert answer == 1
    assert pid != stranger.pid
    assert survived


def test_a_server_of_other_data_with_the_number_of_a_killed_one_is_left_alone(empty):
    with EmbeddedPostgres(empty / "one") as one, EmbeddedPostgres(empty / "other"):
        kill_the_server(empty / "other")
        _, *rest = pid_file(empty / "other").read_text().splitlines(keepends=True)
        pid_file(empty / "other").write_text(f"{server_pid(empty / 'one')}\n{''.join(rest)}")

        with EmbeddedPostgres(empty / "other") as other:
            assert other.url() != one.url()
            assert ask(other.url(), "SHOW data_directory") == str(empty / "other" / MAJOR / "data")
        assert ask(one.url(), "SELECT 1") == 1


@pytest.mark.parametrize("torn", ["", "\n", "12"])
def test_a_torn_pid_file_does_not_block(root, torn):
    with EmbeddedPostgres(root):
        kill_the_server(root)
    pid_file(root).write_text(torn)

    with EmbeddedPostgres(root) as server:
        assert ask(server.url(), "SELECT 1") == 1


def test_the_end_of_a_forked_child_leaves_its_parents_server_running(root):
    fork = """
import os, sys
from pathlib import Path
from tenants.postgres import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1])).start()
child = os.fork()
if child == 0:
    server.stop()
    sys.exit()
os.waitpid(child, 0)
print(os.path.exists(sys.argv[1] + "/18/data/postmaster.pid"))
"""
    parent = subprocess.run([sys.executable, "-c", fork, str(root)], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE)

    assert parent.stdout.strip() == b"True"
    assert not pid_file(root).exists()


def test_a_forked_child_that_lives_on_does_not_keep_the_server(root):
    fork = """
import os, sys, time
from pathlib import Path
from tenants.postgres import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1])).start()
child = os.fork()
if child == 0:
    time.sleep(60)
server.stop()
assert not os.path.exists(sys.argv[1] + "/18/data/postmaster.pid")
EmbeddedPostgres(Path(sys.argv[1])).start().stop()
os.kill(child, 9)
os.waitpid(child, 0)
"""
    subprocess.run([sys.executable, "-c", fork, str(root)], cwd=REPOSITORY, check=True, timeout=30)


def test_a_folder_that_was_removed_under_a_running_server_is_no_failure(empty):
    server = EmbeddedPostgres(empty / "gone").start()
    pid = server_pid(empty / "gone")
    shutil.rmtree(empty / "gone")

    server.stop()

    os.kill(pid, signal.SIGQUIT)
