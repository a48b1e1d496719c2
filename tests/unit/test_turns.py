"""Turns: a tenant that asks much waits for itself, and nobody for it."""

import asyncio
import uuid

import pytest

from tenants import turns as module
from tenants.turns import ABOUT, ALONE, FRESH, PLACES, Turns

ONE, OTHER, THIRD = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def time():
    return [0.0]


@pytest.fixture
def turns(time):
    return Turns(clock=lambda: time[0])


def at_once(turns, tenant):
    """The places that the tenant gets without waiting."""
    found = []
    while turn := turns.take(tenant):
        found.append(turn)
    return found


def visit(turns, tenant):
    turns.leave(turns.take(tenant))


async def soon():
    for _ in range(3):
        await asyncio.sleep(0)


def test_a_tenant_that_is_alone_has_most_places_and_another_still_gets_in(turns):
    assert len(at_once(turns, ONE)) == ALONE
    assert turns.take(OTHER) is not None


def test_a_tenant_that_is_not_alone_has_one_fresh_request_at_work(turns, time):
    visit(turns, OTHER)
    assert len(at_once(turns, ONE)) == 1

    time[0] = ABOUT + 2
    assert len(at_once(turns, ONE)) == ALONE - 1


def test_what_takes_long_stops_to_count_up_to_half_of_the_places(turns, time):
    visit(turns, OTHER)
    found = []
    for step in range(20):
        time[0] = step * 2 * FRESH
        found += at_once(turns, ONE)

    assert len(found) == PLACES // 2


def test_there_are_only_so_many_places_for_all(turns):
    found = [turn for _ in range(20) for turn in at_once(turns, uuid.uuid4())[:1]]

    assert turns.taken == PLACES
    assert len(found) <= PLACES


async def test_those_who_wait_are_seated_in_turn_whoever_has_more_waiting(turns, time, monkeypatch):
    """Take `move_to_end` away, and the other tenants come last."""
    monkeypatch.setattr(module, "PLACES", 1)
    held = turns.take(ONE)
    seated = []

    async def ask(tenant):
        turn = turns.take(tenant) or await turns.wait(tenant)
        seated.append((tenant, turn))

    waiting = [asyncio.ensure_future(ask(ONE)) for _ in range(20)]
    await soon()
    waiting += [asyncio.ensure_future(ask(tenant)) for tenant in (OTHER, THIRD, OTHER)]
    await soon()
    turns.leave(held)
    for _ in range(5):
        await soon()
        turns.leave(seated[-1][1])
    await soon()

    assert [tenant for tenant, _ in seated] == [ONE, OTHER, THIRD, ONE, OTHER, ONE]
    for one in waiting:
        one.cancel()


async def test_who_waits_behind_a_slow_request_of_the_same_tenant_is_let_in_after_a_moment():
    turns = Turns()
    visit(turns, OTHER)
    slow = turns.take(ONE)
    assert turns.take(ONE) is None

    async with asyncio.timeout(1):
        turn = await turns.wait(ONE)

    assert turn.since - slow.since >= FRESH


async def test_who_gives_up_waiting_leaves_the_place_to_the_next(turns):
    held = at_once(turns, ONE)
    first, second = (asyncio.ensure_future(turns.wait(ONE)) for _ in range(2))
    await soon()

    first.cancel()
    turns.leave(held[0])
    await second

    assert turns.taken == ALONE


async def test_who_gives_up_in_the_moment_of_being_seated_leaves_the_place(turns):
    held = at_once(turns, ONE)
    first, second = (asyncio.ensure_future(turns.wait(ONE)) for _ in range(2))
    await soon()

    turns.leave(held[0])
    first.cancel()
    await second

    assert turns.taken == ALONE
