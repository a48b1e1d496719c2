"""`collegium run`, `serve` and `worker`: started, asked, stopped, killed, started again, in a home of their own."""

import shutil
import signal
import socket
import stat
import subprocess
import time
from datetime import datetime, timedelta

import httpx
import psutil
import pytest

from tests.integration.embedded import kill_the_server, open_folder
from tests.processes import Started, finished

pytestmark = pytest.mark.slow

KEY = r"clg_demo_[\w-]+"
CURL = r"(?m)^curl .*$"
PROGRAMS = {"query": "{ viewer { displayName } programs { nodes { title } } events { totalCount } }"}


@pytest.fixture(scope="module")
def home():
    """One home for all of these tests, prepared by the first start."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


@pytest.fixture
def run(home, port, tmp_path):
    """`collegium run` at a free port, ready to answer."""

    def run(at=port):
        started = Started("run", log=tmp_path / f"{at}.log", COLLEGIUM_HOME=str(home), PORT=str(at))
        started.says("Stop with Ctrl-C")
        return started

    return run


def ask(port, key, body=PROGRAMS):
    asked = {"authorization": f"Bearer {key}"}
    return httpx.post(f"http://127.0.0.1:{port}/graphql", json=body, headers=asked, timeout=60, trust_env=False).json()


def test_a_newcomer_is_shown_addresses_a_key_and_a_line_that_works_as_it_is(run, port, home):
    with run() as server:
        said = server.said()
        line = server.says(CURL)[0]
        key = server.says(KEY)[0]
        explorer = httpx.get(f"http://127.0.0.1:{port}/explorer", headers={"host": "demo.localhost"}, trust_env=False)
        health = httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
        answer = ask(port, key)
        if shutil.which("curl"):
            line = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
        code = server.end()

    titles = [{"title": "Leading through Change"}]
    assert f"http://demo.localhost:{port}/explorer" in said
    assert f"http://127.0.0.1:{port}/graphql" in said
    assert answer["data"]["programs"]["nodes"] == titles
    assert '"title":"Leading through Change"' in line.replace(": ", ":")
    assert (explorer.status_code, health.json()) == (200, {"status": "ok"})
    assert stat.S_IMODE((home / "demo-key").stat().st_mode) == 0o600
    assert code == 0
    assert server.said().endswith("Stopped.\n")


def test_a_second_start_is_quick_makes_nothing_again_and_shows_the_same_key(run, port):
    with run() as server:
        key = server.says(KEY)[0]
        first = ask(port, key)
    began = time.monotonic()
    with run() as server:
        took = time.monotonic() - began
        worked = psutil.Process(server.process.pid).cpu_times()
        again = ask(port, key)

    assert server.says(KEY)[0] == key
    assert again == first
    assert took < 5 or worked.user + worked.system < 4, f"it took {took:.1f} s, of which {worked.user:.1f} s of work"


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_however_it_ends_it_starts_again(run, port, by):
    with run() as server:
        key = server.says(KEY)[0]
        before = ask(port, key)
        code = server.end(by)

    with run() as server:
        after = ask(port, key)

    assert code == (0 if by != signal.SIGKILL else -signal.SIGKILL)
    assert after == before


def test_even_when_its_database_was_killed_with_it(run, port, home):
    with run() as server:
        key = server.says(KEY)[0]
        before = ask(port, key)
        server.end(signal.SIGKILL)
    kill_the_server(home / "postgres")

    with run() as server:
        assert ask(port, key) == before


def test_a_port_in_use_is_told_with_what_to_do(run, port, home):
    with run():
        beside = finished("run", COLLEGIUM_HOME=str(home), PORT=str(port))

    assert (beside.code, beside.out) == (1, "")
    assert beside.err == (
        f"Error: Port {port} of 127.0.0.1 is in use. Stop what listens there, or choose another: PORT={port + 1}.\n"
    )


def test_other_commands_work_beside_a_running_server(run, port, home):
    with run() as server:
        listed = finished("tenant", "list", "--json", COLLEGIUM_HOME=str(home))
        created = finished("key", "create", "--tenant", "demo", "--role", "learner", COLLEGIUM_HOME=str(home))
        answer = ask(port, created.out.strip(), {"query": "{ viewer { roles } }"})
        still = ask(port, server.says(KEY)[0])

    assert [tenant["slug"] for tenant in listed.facts] == ["demo"]
    assert answer["data"] == {"viewer": {"roles": ["LEARNER"]}}
    assert "errors" not in still


def test_a_server_for_programs_says_in_json_where_it_is(home, tmp_path):
    with Started("run", "--json", log=tmp_path / "log", COLLEGIUM_HOME=str(home), PORT="0") as server:
        url = server.says(r'"graphql": "(http://127.0.0.1:\d+/graphql)"')[1]
        key = server.says(KEY)[0]
        answer = ask(httpx.URL(url).port, key)

    assert answer["data"]["viewer"] == {"displayName": "Administrator"}


def test_serve_leaves_what_is_due_to_a_worker(home, tmp_path):
    settings = {"COLLEGIUM_HOME": str(home), "PORT": "0"}
    next_step = "{ steps(where: {status: {eq: PENDING}}, first: 1) { nodes { id dueAt } } }"
    status = "query ($id: ID!) { step(id: $id) { status } }"
    with Started("serve", "--no-worker", log=tmp_path / "serve", **settings) as server:
        port = int(server.says(r"http://127\.0\.0\.1:(\d+)/graphql")[1])
        key = (home / "demo-key").read_text().strip()
        step = ask(port, key, {"query": next_step})["data"]["steps"]["nodes"][0]
        shortly_before = datetime.fromisoformat(step["dueAt"]) - timedelta(seconds=2)
        finished("tenant", "clock", "demo", "--to", shortly_before.isoformat(), **settings)
        time.sleep(5)
        before = ask(port, key, {"query": status, "variables": {"id": step["id"]}})
        with Started("worker", log=tmp_path / "worker", **settings) as worker:
            worker.says("sweep.opened")
            code = worker.end()
        after = ask(port, key, {"query": status, "variables": {"id": step["id"]}})

    assert before["data"] == {"step": {"status": "PENDING"}}
    assert after["data"] == {"step": {"status": "DUE"}}
    assert code == 0
    assert worker.said().endswith("Stopped.\n")
