"""A process remembers within bounds, and no tenant at the cost of another."""

import uuid

from api.documents.memory import OVERHEAD, Memory, TextsByTenant

ONE, TWO, THREE = (uuid.UUID(int=number) for number in (1, 2, 3))
TEXT = "x" * (1_000 - OVERHEAD - 1)  # with a name of one character, a thousand bytes


def test_what_was_used_least_lately_goes_first():
    memory = Memory(3 * (10 + OVERHEAD))
    for key in "abc":
        memory.put(key, key.upper(), 10)
    memory.get("a")

    memory.put("d", "D", 10)

    assert [memory.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    assert (len(memory), memory.size) == (3, 3 * (10 + OVERHEAD))


def test_what_is_put_twice_is_counted_once():
    memory = Memory(1_000)
    for size in (10, 20):
        memory.put("a", size, size)

    assert (memory.get("a"), memory.size) == (20, 20 + OVERHEAD)


def test_what_is_larger_than_all_room_pushes_nothing_out():
    memory = Memory(1_000)
    memory.put("a", "A", 10)

    memory.put("b", "B", 1_000)

    assert [memory.get(key) for key in "ab"] == ["A", None]


def test_what_is_dropped_takes_no_room():
    memory = Memory(1_000)
    memory.put("a", "A", 10)
    for _ in range(2):
        memory.drop("a")

    assert (memory.get("a"), memory.size) == (None, 0)


def test_a_tenants_texts_are_its_own():
    texts = TextsByTenant(each=2_000, together=10_000)
    texts.put(ONE, "a", TEXT)

    assert [texts.get(tenant, "a") for tenant in (ONE, TWO)] == [TEXT, None]


def test_a_tenant_that_sends_much_pushes_out_its_own_texts_only():
    texts = TextsByTenant(each=2_000, together=10_000)
    texts.put(TWO, "a", TEXT)
    for hash_ in "abcdefgh":
        texts.put(ONE, hash_, TEXT)

    assert [hash_ for hash_ in "abcdefgh" if texts.get(ONE, hash_)] == ["g", "h"]
    assert texts.get(TWO, "a") == TEXT
    assert texts.size == 3_000


def test_beyond_the_room_for_all_the_tenant_that_was_away_longest_loses_its_texts():
    texts = TextsByTenant(each=2_000, together=4_000)
    for tenant in (ONE, TWO):
        for hash_ in "ab":
            texts.put(tenant, hash_, TEXT)
    texts.get(ONE, "a")

    texts.put(THREE, "a", TEXT)

    assert [texts.get(tenant, "a") for tenant in (ONE, TWO, THREE)] == [TEXT, None, TEXT]
    assert texts.size == 3_000
