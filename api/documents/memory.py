"""What a process remembers, within bounds of bytes: what was used least lately goes first."""

import uuid
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
OVERHEAD = 200
"""What Python needs to hold one value, beside the value's own bytes."""


class Memory(Generic[K, V]):
    """Holds values of at most `room` bytes together."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.size = 0
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: K) -> V | None:
        held = self._values.get(key)
        if held is None:
            return None
        self._values.move_to_end(key)
        return held[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Remember it; what is larger than the whole room is not remembered at all."""
        self.drop(key)
        size += OVERHEAD
        if size > self.room:
            return
        self._values[key] = (value, size)
        self.size += size
        while self.size > self.room:
            _, (_, gone) = self._values.popitem(last=False)
            self.size -= gone

    def drop(self, key: K) -> None:
        held = self._values.pop(key, None)
        if held is not None:
            self.size -= held[1]


class TextsByTenant:
    """Texts by their SHA-256. A tenant has a room of its own, and pushes out nothing but its own texts.

    Where all together are too much, the tenants who have not asked for the longest time lose theirs.
    """

    def __init__(self, *, each: int, together: int) -> None:
        self.each = each
        self.together = together
        self.size = 0
        self._tenants: OrderedDict[uuid.UUID, Memory[str, str]] = OrderedDict()

    def get(self, tenant_id: uuid.UUID, hash_: str) -> str | None:
        texts = self._tenants.get(tenant_id)
        if texts is None:
            return None
        self._tenants.move_to_end(tenant_id)
        return texts.get(hash_)

    def put(self, tenant_id: uuid.UUID, hash_: str, text: str) -> None:
        texts = self._tenants.setdefault(tenant_id, Memory(self.each))
        self._tenants.move_to_end(tenant_id)
        before = texts.size
        texts.put(hash_, text, len(text.encode()) + len(hash_))
        self.size += texts.size - before
        while self.size > self.together:
            _, gone = self._tenants.popitem(last=False)
            self.size -= gone.size
