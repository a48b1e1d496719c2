"""What leaves a connection, and by how many system calls."""

import asyncio

from collegium.connections import Together


class Recorded(asyncio.Transport):
    """Writes down what is handed to the system."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def writelines(self, lines):
        self.calls.append(b"".join(lines))

    def close(self):
        self.calls.append("closed")


def recorded():
    transport = Recorded()
    return Together(transport, asyncio.get_running_loop()), transport.calls


async def test_a_head_leaves_with_its_body():
    together, calls = recorded()

    together.write(b"head ")
    together.write(b"body")
    await asyncio.sleep(0)

    assert calls == [b"head body"]


async def test_a_head_that_nothing_follows_does_not_wait_for_long():
    together, calls = recorded()

    together.write(b"head")
    before = list(calls)
    await asyncio.sleep(0)

    assert (before, calls) == ([], [b"head"])


async def test_what_waits_leaves_before_the_connection_is_closed():
    together, calls = recorded()

    together.write(b"head")
    together.close()
    await asyncio.sleep(0)

    assert calls == [b"head", "closed"]


async def test_what_comes_in_parts_comes_in_order():
    together, calls = recorded()

    for part in (b"head ", b"one ", b"two"):
        together.write(part)
    await asyncio.sleep(0)

    assert b"".join(calls) == b"head one two"
