"""A server that ends lets its clients go at once, so that they come back to another."""

import time

import httpx

from collegium.server import listen, serving
from collegium.settings import Settings
from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.rows import a_person, a_program, a_seat, a_session
from tests.e2e.subscriptions.listening import CHANGES, Server, position

SOON = 3.0  # seconds; requests under way would be given ten


async def test_streams_end_with_the_server_and_go_on_at_the_next(doors, tenant, tmp_path):
    settings = Settings(home=tmp_path, port=0)
    with listen(settings) as listener:
        port = listener.getsockname()[1]
        async with Server(port) as server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            async with serving(doors, settings, listener, explorer=False):
                coordinator = await a_client(http, doors, tenant, Role.COORDINATOR)
                session = await a_session(coordinator, await a_program(coordinator))
                socket = await server.connected(coordinator)
                await socket.follow(coordinator, session)
                events = await server._open.enter_async_context(
                    server.events(coordinator, CHANGES, session=session, after=await position(coordinator))
                )
                await a_seat(coordinator, session, await a_person(coordinator, name="Ada"))
                last = (await socket.told())["position"]
                assert (await events.told())["position"] == last
                started = time.monotonic()
            took = time.monotonic() - started
            code, _ = await socket.closed()
            rest = await events.hear()

    with listen(settings) as listener:
        async with (
            serving(doors, settings, listener, explorer=False),
            Server(listener.getsockname()[1]) as server,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as http,
        ):
            coordinator.http = http
            await a_seat(coordinator, session, await a_person(coordinator, name="Bea"))
            socket = await server.connected(coordinator)
            await socket.subscribe(CHANGES, session=session, after=last)
            told = await socket.told()

    assert took < SOON
    assert (code, rest) == (1012, None)
    assert told["registration"]["person"]["name"] == "Bea"
