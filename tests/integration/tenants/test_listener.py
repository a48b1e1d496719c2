import asyncio

import asyncpg
import pytest

from tenants import postgres
from tenants.listener import Listener

WITHIN = 10  # seconds


class Ears:
    """What was heard, and how often the connection has come to stand."""

    def __init__(self):
        self.heard = []
        self.stood = 0
        self.changed = asyncio.Event()

    def hear(self, text):
        self.heard.append(text)
        self.changed.set()

    def back(self):
        self.stood += 1
        self.changed.set()

    async def until(self, condition):
        async with asyncio.timeout(WITHIN):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def listening(database_url):
    """A listener on the channel `news`, and what it hears."""
    ears = Ears()
    listener = Listener(database_url, pause=0.05, probe=0.2)
    listener.on("news", ears.hear, back=ears.back)
    listener.start()
    await ears.until(lambda: ears.stood == 1)
    yield listener, ears
    await listener.stop()


@pytest.fixture
async def sql(administrator_url):
    connection = await asyncpg.connect(administrator_url)
    yield connection
    await connection.close()


async def test_what_is_notified_is_heard_in_order(listening, sql):
    _, ears = listening

    for number in range(5):
        await sql.execute("SELECT pg_notify('news', $1)", str(number))
    await ears.until(lambda: len(ears.heard) == 5)

    assert ears.heard == ["0", "1", "2", "3", "4"]


async def test_other_channels_are_not_heard(listening, sql):
    _, ears = listening

    await sql.execute("SELECT pg_notify('gossip', 'a')")
    await sql.execute("SELECT pg_notify('news', 'b')")
    await ears.until(lambda: ears.heard)

    assert ears.heard == ["b"]


async def test_a_lost_connection_is_told_and_stands_again(listening, sql):
    listener, ears = listening
    assert listener.connected

    await sql.execute("SELECT pg_terminate_backend($1)", listener._connection.get_server_pid())
    await ears.until(lambda: ears.stood == 2)
    await sql.execute("SELECT pg_notify('news', 'after')")
    await ears.until(lambda: ears.heard)

    assert (listener.connected, ears.heard) == (True, ["after"])


async def test_it_waits_for_a_server_that_restarts(tmp_path):
    ears = Ears()
    with postgres.temporary() as server:
        url = server.url()
        listener = Listener(url, pause=0.05, probe=0.2)
        listener.on("news", ears.hear, back=ears.back)
        listener.start()
        await ears.until(lambda: ears.stood == 1)
        server.stop()
        async with asyncio.timeout(WITHIN):
            while listener.connected:  # noqa: ASYNC110 -- nothing tells it
                await asyncio.sleep(0.02)
        server.start()
        await ears.until(lambda: ears.stood == 2)
        connection = await asyncpg.connect(url)
        await connection.execute("SELECT pg_notify('news', 'after')")
        await ears.until(lambda: ears.heard)
        await connection.close()
        await listener.stop()

    assert (listener.connected, ears.heard) == (False, ["after"])


async def test_what_to_hear_is_said_before_listening_begins(listening):
    listener, ears = listening

    with pytest.raises(RuntimeError, match="before listening begins"):
        listener.on("late", ears.hear, back=ears.back)
