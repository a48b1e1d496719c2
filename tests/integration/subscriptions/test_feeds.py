"""Feeds: woken by what is notified, and finding what was not."""

import asyncio
from contextlib import aclosing

import orjson
import pytest

from api.engine.execution import Engine
from api.schema import schema
from api.subscriptions import feeds
from api.subscriptions.asking import subscribed
from api.subscriptions.feeds import Feeds
from api.subscriptions.streams import Stream
from api.subscriptions.telling import Teller
from tenants.keys import Role
from tenants.listener import Listener
from tenants.notifier import Notifier
from tenants.registry import wall
from tenants.viewer import Viewer
from tests.integration.making import a_program, a_session
from tests.integration.subscriptions.overlapping import begun, soon

CHANGES = "subscription ($id: ID!) { registrationChanged(sessionId: $id) { registration { person { name } } } }"
WITHIN = 10  # seconds


@pytest.fixture
async def session(doors, tenant):
    async with doors.transaction(tenant.id) as db:
        return (await a_session(db, await a_program(db), starts=soon())).id


@pytest.fixture
async def listener(database_url):
    return Listener(database_url, pause=0.05, probe=0.2)


@pytest.fixture
async def fed(doors, listener):
    """The feeds of a process that listens."""
    fed = Feeds(doors, listener, Teller(Engine(schema(), doors)))
    listener.start()
    while not listener.connected:  # noqa: ASYNC110 -- nothing tells it
        await asyncio.sleep(0.01)
    yield fed
    await fed.stop()
    await listener.stop()


@pytest.fixture
def no_looking(monkeypatch):
    """Only what is notified wakes a feed."""
    monkeypatch.setattr(feeds, "LOOK", 3600)


async def a_stream(doors, tenant, session):
    document = Engine(schema(), doors).document(CHANGES, None)
    viewer = Viewer(tenant, person_id=tenant.id, roles=frozenset({Role.COORDINATOR}))
    variables = {"id": f"ses_{session.hex}"}
    return Stream(await subscribed(doors, document, variables, viewer, now=wall(), wall=wall()))


async def seated(doors, tenant, session, name):
    async with begun(doors, tenant) as transaction:
        await transaction.register(session, name)
        await transaction.commit()


class Follower:
    def __init__(self, fed, stream):
        self.names = asyncio.Queue()
        self.task = asyncio.create_task(self._follow(fed, stream))
        self.stream = stream

    async def _follow(self, fed, stream):
        async with aclosing(fed.follow(stream)) as payloads:
            async for payload in payloads:
                self.names.put_nowait(
                    orjson.loads(payload)["data"]["registrationChanged"]["registration"]["person"]["name"]
                )

    async def under_way(self):
        async with asyncio.timeout(WITHIN):
            while self.stream.begun is None:  # noqa: ASYNC110 -- nothing tells it
                await asyncio.sleep(0.01)

    async def told(self):
        async with asyncio.timeout(WITHIN):
            return await self.names.get()

    async def leave(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture
async def follower(doors, tenant, session, fed):
    follower = Follower(fed, await a_stream(doors, tenant, session))
    await follower.under_way()
    yield follower
    await follower.leave()


async def test_a_feed_is_woken_by_what_is_notified(doors, tenant, session, no_looking, follower):
    await seated(doors, tenant, session, "Ada")

    assert await follower.told() == "Ada"


async def test_what_was_missed_while_the_connection_was_lost_is_found_when_it_stands_again(
    doors, tenant, session, no_looking, listener, follower
):
    listener.pause = 1.0
    listener._connection.terminate()
    await asyncio.sleep(0.1)
    await seated(doors, tenant, session, "Ada")
    assert (listener.connected, follower.names.empty()) == (False, True)

    assert await follower.told() == "Ada"
    assert listener.connected


async def test_what_nobody_notified_is_found_by_looking(doors, tenant, session, monkeypatch, fed):
    """As when the process that wrote it was killed before it told."""
    monkeypatch.setattr(feeds, "LOOK", 0.2)
    monkeypatch.setattr(Notifier, "tell", lambda notifier, tenant_id: None)
    follower = Follower(fed, await a_stream(doors, tenant, session))
    await follower.under_way()

    await seated(doors, tenant, session, "Ada")

    assert await follower.told() == "Ada"
    await follower.leave()


async def test_a_feed_without_streams_reads_no_more(tenant, fed, follower):
    assert list(fed._feeds) == [tenant.id]
    feed = fed._feeds[tenant.id]

    await follower.leave()
    async with asyncio.timeout(WITHIN):
        await feed._reading

    assert fed._feeds == {}


async def test_what_commits_while_streams_join_is_told_to_each_once(doors, tenant, session, fed):
    """Streams join in the midst of news; whatever commits after a stream asked to join is its own."""
    followers = []
    for number in range(6):
        followers.append(Follower(fed, await a_stream(doors, tenant, session)))
        await followers[-1].under_way()
        await seated(doors, tenant, session, f"{number}")

    told = [[await follower.told() for _ in range(6 - at)] for at, follower in enumerate(followers)]

    assert told == [[str(number) for number in range(at, 6)] for at in range(6)]
    for follower in followers:
        assert follower.names.empty()
        await follower.leave()
