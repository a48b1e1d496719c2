"""Clients that take nothing of what they are sent."""

import asyncio
import json

from collegium import connections

MANY, SIZE = 60, 900_000


async def test_a_client_that_takes_nothing_at_all_is_hung_up_on(server, coordinator, monkeypatch):
    monkeypatch.setattr(connections, "READER", 0.5)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    writer.write(HANDSHAKE % coordinator.host.encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(frame({"type": "connection_init", "payload": coordinator.headers}))
    for _ in range(MANY):
        writer.write(frame({"type": "ping", "payload": {"echo": "x" * SIZE}}))
    await asyncio.sleep(3)

    received, hung_up = 0, False
    try:
        async with asyncio.timeout(10):
            while chunk := await reader.read(65536):
                received += len(chunk)
    except ConnectionResetError:
        hung_up = True
    finally:
        writer.close()

    assert (hung_up or reader.at_eof(), received < MANY * SIZE) == (True, True)


async def test_a_connection_in_which_nothing_is_said_stays_open(server, coordinator, monkeypatch):
    """The deadlines of requests end with the handshake."""
    monkeypatch.setattr(connections, "HEAD", 0.2)
    monkeypatch.setattr(connections, "BODY", 0.2)
    socket = await server.connected(coordinator)

    await asyncio.sleep(1)

    await socket.say("ping")
    assert await socket.hear() == {"type": "pong"}


HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nhost: %s\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
    b"sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)


def frame(said):
    """A text frame as clients send it, masked with nothing."""
    text = json.dumps(said).encode()
    length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0x80 | 127]) + len(text).to_bytes(8, "big")
    return b"\x81" + length + b"\x00" * 4 + text
