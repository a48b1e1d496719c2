"""A server that hangs up in the middle of a connection's life."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from sqlalchemy.engine import make_url

SOCKET = ".s.PGSQL.5432"
GOOD_BYE = b"SFATAL\x00C57P01\x00Mthe server hangs up\x00\x00"
LENGTH = 4
MOMENT = 0.1  # seconds


@dataclass
class HangingUp:
    """Passes on what is said both ways. `url` leads here."""

    url: str
    server: str
    clients: list[asyncio.StreamWriter] = field(default_factory=list)

    async def meet(self, reader, writer):
        self.clients.append(writer)
        answers, questions = await asyncio.open_unix_connection(self.server)
        await asyncio.gather(self.pass_on(reader, questions), self.pass_on(answers, writer))

    async def pass_on(self, reader, writer):
        with suppress(ConnectionError):
            while said := await reader.read(65_536):
                writer.write(said)
        writer.close()

    async def on_the_last(self):
        """The last connection is told so, and still open when the next statement comes: its driver is out of step."""
        self.clients[-1].write(b"E" + (len(GOOD_BYE) + LENGTH).to_bytes(LENGTH) + GOOD_BYE)
        await asyncio.sleep(MOMENT)


@pytest.fixture
async def hanging_up(database_url, tmp_path):
    url = make_url(database_url)
    here = url.update_query_dict({"host": str(tmp_path)}).render_as_string()
    between = HangingUp(here, f"{url.query['host']}/{SOCKET}")
    async with await asyncio.start_unix_server(between.meet, tmp_path / SOCKET):
        yield between
