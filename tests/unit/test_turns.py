"""Turns: a tenant that asks much waits for itself, and nobody for it."""

import asyncio
import uuid

import pytest

from tenants.turns import Turns

ONE, OTHER, THIRD = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def time():
    return [0.0]


@pytest.fixture
def turns(time):
    return Turns(4, clock=lambda: time[0])


def at_once(turns, tenant):
    """How many places the tenant gets without waiting."""
    found = 0
    while turns.take(tenant):
        found += 1
    return found


def test_a_tenant_that_is_alone_has_every_place(turns):
    assert at_once(turns, ONE) == 4


def test_tenants_who_are_about_share_the_places(turns, time):
    assert turns.take(OTHER)
    turns.leave(OTHER)
    assert at_once(turns, ONE) == 2
    assert at_once(turns, OTHER) == 2
    for _ in range(2):
        turns.leave(OTHER)

    time[0] = 6
    assert at_once(turns, ONE) == 2


def test_each_of_many_tenants_gets_a_place_at_least(turns):
    for _ in range(10):
        tenant = uuid.uuid4()
        assert turns.take(tenant)
        turns.leave(tenant)

    assert at_once(turns, ONE) == 1


async def test_those_who_wait_are_seated_in_turn_whoever_has_more_waiting(turns):
    """Seat the first who waits instead, and the other tenant comes last."""
    assert at_once(turns, ONE) == 4
    seated = []

    async def ask(tenant):
        if not turns.take(tenant):
            await turns.wait(tenant)
        seated.append(tenant)

    waiting = [asyncio.ensure_future(ask(ONE)) for _ in range(20)]
    await asyncio.sleep(0)
    waiting += [asyncio.ensure_future(ask(OTHER)), asyncio.ensure_future(ask(THIRD))]
    await asyncio.sleep(0)
    for _ in range(2):
        turns.leave(ONE)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    assert seated[:2] == [OTHER, THIRD]
    for _ in range(2):
        turns.leave(ONE)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (seated[2:], turns.taken) == ([ONE], 3)
    for one in waiting:
        one.cancel()


async def test_who_gives_up_waiting_leaves_the_place_to_the_next(turns):
    assert at_once(turns, ONE) == 4
    first, second = (asyncio.ensure_future(turns.wait(ONE)) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    turns.leave(ONE)
    await second

    assert turns.taken == 4


async def test_who_gives_up_in_the_moment_of_being_seated_leaves_the_place(turns):
    assert at_once(turns, ONE) == 4
    first, second = (asyncio.ensure_future(turns.wait(ONE)) for _ in range(2))
    await asyncio.sleep(0)

    turns.leave(ONE)
    first.cancel()
    await second

    assert turns.taken == 4
