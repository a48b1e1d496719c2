"""Clients of the two protocols, as small as they can be."""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import websockets

PROTOCOL = "graphql-transport-ws"
WITHIN = 10  # seconds
CHANGES = """subscription ($session: ID!, $after: String) {
  registrationChanged(sessionId: $session, after: $after) {
    position verb registration { status person { name } }
  }
}"""


async def position(client):
    """How far things are now."""
    return (await client.data("{ viewer { position } }"))["viewer"]["position"]


class Server:
    """Where the server is, and every connection that a test opens there."""

    def __init__(self, port):
        self.port = port
        self._open = AsyncExitStack()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *failure):
        await self._open.aclose()

    async def socket(self, host, *, protocols=(PROTOCOL,), **headers):
        """A WebSocket that has not begun."""
        address = f"ws://{host}:{self.port}/graphql"
        connecting = websockets.connect(
            address, host="127.0.0.1", port=self.port, subprotocols=list(protocols) or None, additional_headers=headers
        )
        return Socket(await self._open.enter_async_context(connecting))

    async def connected(self, client):
        """A WebSocket on which the client has signed in."""
        socket = await self.socket(client.host)
        await socket.say("connection_init", payload=client.headers)
        assert await socket.hear() == {"type": "connection_ack"}
        return socket

    @asynccontextmanager
    async def events(self, client, document, *, method="POST", headers=None, **variables):
        """What the server sends by server-sent events."""
        asked = {"query": document, "variables": variables}
        sent = {"host": client.host, "accept": "text/event-stream", **client.headers, **(headers or {})}
        more = {"json": asked} if method == "POST" else {"params": {**asked, "variables": json.dumps(variables)}}
        async with (
            httpx.AsyncClient(timeout=WITHIN) as http,
            http.stream(method, f"http://127.0.0.1:{self.port}/graphql", headers=sent, **more) as response,
        ):
            yield Events(response)


class Socket:
    def __init__(self, connection):
        self.connection = connection

    async def say(self, kind, **more):
        await self.connection.send(json.dumps({"type": kind, **more}))

    async def hear(self):
        async with asyncio.timeout(WITHIN):
            return json.loads(await self.connection.recv())

    async def subscribe(self, document, name="1", **variables):
        await self.say("subscribe", id=name, payload={"query": document, "variables": variables})

    async def follow(self, client, session, name="1"):
        """Be told what happens to a session from now on."""
        await self.subscribe(CHANGES, name, session=session, after=await position(client))

    async def told(self, name="1"):
        """The data of the next event."""
        heard = await self.hear()
        assert (heard["type"], heard["id"]) == ("next", name), heard
        assert "errors" not in heard["payload"], heard
        [told] = heard["payload"]["data"].values()
        return told

    async def silent(self, seconds=0.6):
        """Whether nothing is told for a while."""
        try:
            async with asyncio.timeout(seconds):
                heard = await self.connection.recv()
        except TimeoutError:
            return True
        raise AssertionError(heard)

    async def closed(self):
        """The code and reason with which the server closes the connection."""
        async with asyncio.timeout(WITHIN):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason

    async def close(self):
        await self.connection.close()


class Events:
    def __init__(self, response):
        self.status = response.status_code
        self.response = response
        self._lines = response.aiter_lines()

    async def hear(self):
        """The next event and its data; None when the stream has ended."""
        event, data = None, ""
        async with asyncio.timeout(WITHIN):
            async for line in self._lines:
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                elif not line and event:
                    return event, json.loads(data) if data else None
        return None

    async def told(self):
        event, data = await self.hear()
        assert event == "next", (event, data)
        assert "errors" not in data, data
        [told] = data["data"].values()
        return told
