"""The only door to the database. Every transaction belongs to one tenant, or says aloud that it does not.

Two doors: `transaction(tenant_id)` for a tenant's work, `platform()` for the platform's own (finding a tenant by host,
jobs that visit every tenant). `read` and `read_registry` are the same doors for one statement, in one round trip.
Row security is the backstop, not the plan: every ORM statement also carries the tenant's predicate.
"""

import uuid
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import asyncpg
from sqlalchemy import Executable, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, UOWTransaction, with_loader_criteria
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors

from tenants.notifier import Notifier
from tenants.pool import PATIENCE, Pool
from tenants.records import NEWS, TenantOwned
from tenants.strokes import Stroke

ONE_ROUND_TRIP = "SELECT CASE WHEN set_config('app.tenant_id', $1::uuid::text, true) IS NOT NULL THEN ({})::varchar END"
ONE_STROKE = "SELECT CASE WHEN set_config('app.tenant_id', $1::uuid::text, true) IS NOT NULL THEN ({}) END"
PLATFORM_ROUND_TRIP = "SELECT CASE WHEN set_config('app.platform', 'on', true) IS NOT NULL THEN ({})::varchar END"
PLATFORM = "SET LOCAL app.platform = 'on'"
STATEMENTS = 1_024
"""So many documents' statements are kept, to be found by all connections under one hash."""
ACCESS = "access"
"""The channel on which is notified whose access has changed: a tenant's id, or nothing for anybody's."""
ACCESS_TABLES = {"tenant", "tenant_host", "key", "app"}


class NoTenantError(RuntimeError):
    """A door was opened without saying for whom."""


class TenantConnection(asyncpg.Connection):  # type: ignore[misc]
    """Adds what `prelude` says to the transaction's own BEGIN: no extra round trip, gone with the transaction."""

    __slots__ = ("prelude",)
    prelude: str

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:  # noqa: ASYNC109, ANN401 -- asyncpg's signature
        prelude = getattr(self, "prelude", "")
        if prelude and query.startswith("BEGIN"):
            query = f"{query.rstrip(';')}; {prelude}"
        return await super().execute(query, *args, timeout=timeout)  # type: ignore[no-any-return]


class Database:
    """One process's connections: `writers` for transactions, `readers` for planned reads."""

    def __init__(self, url: str, *, writers: int = 10, readers: int = 10, patience: float = PATIENCE) -> None:
        address = make_url(url)
        self.patience = patience
        self.engine = create_async_engine(
            address.set(drivername="postgresql+asyncpg"),
            pool_size=writers,
            max_overflow=0,
            pool_timeout=60,
            pool_use_lifo=True,
            pool_pre_ping=True,
            connect_args={"connection_class": TenantConnection, "server_settings": {"timezone": "UTC", "jit": "off"}},
        )
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        self.pool = Pool(plain, readers, patience=patience)
        self.notifier = Notifier(self.pool)
        self.access_changed: list[Callable[[uuid.UUID | None], None]] = []

    @asynccontextmanager
    async def transaction(self, tenant_id: uuid.UUID, *, patient: bool = True) -> AsyncGenerator[AsyncSession]:
        """Commit on success, roll back on any exception, see one tenant only.

        Not `patient`: a statement is ended, as a planned read is, when it takes too long for someone who waits for it.
        """
        if not isinstance(tenant_id, uuid.UUID):
            raise NoTenantError("a transaction needs the tenant it belongs to")
        prelude = f"SET LOCAL app.tenant_id = '{tenant_id}'"
        if not patient:
            prelude += f"; SET LOCAL statement_timeout = '{1_000 * self.patience:.0f}'"
        async with self._begin(prelude, tenant_id) as db:
            yield db
        if db.info.get(NEWS):
            self.notifier.tell(tenant_id)

    @asynccontextmanager
    async def platform(self) -> AsyncGenerator[AsyncSession]:
        """The platform's own work. Sees the registry of tenants and no row of any tenant."""
        async with self._begin(PLATFORM, None) as db:
            yield db

    @asynccontextmanager
    async def _begin(self, prelude: str, tenant_id: uuid.UUID | None) -> AsyncGenerator[AsyncSession]:
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.prelude = prelude
            try:
                async with (
                    AsyncSession(connection, expire_on_commit=False, info={"tenant_id": tenant_id}) as db,
                    db.begin(),
                ):
                    yield db
            finally:
                driver.prelude = ""
            if db.info.get(ACCESS):
                for changed in self.access_changed:
                    changed(tenant_id)

    async def read(
        self, tenant_id: uuid.UUID, document: str, arguments: list[Any], *, lasting: bool = True
    ) -> bytes | None:
        """Run one planned statement for one tenant. `$1` is the tenant in the document's own predicates.

        CASE evaluates the setting first and the document after it, in one statement and one snapshot. Safe only because
        the document carries the tenant's predicate on every table.
        """
        if not isinstance(tenant_id, uuid.UUID):
            raise NoTenantError("a read needs the tenant it belongs to")
        return await self.pool.read(_one_round_trip(document), [tenant_id, *arguments], lasting=lasting)

    async def write(self, tenant_id: uuid.UUID, stroke: Stroke) -> Any:  # noqa: ANN401 -- one value of any type
        """Carry out one statement for one tenant, in one round trip: a transaction of its own.

        As for a read, CASE evaluates the setting first; only then the value asks for the steps that it follows from.
        Were a step to run earlier, row security would let it write nothing.
        """
        if not isinstance(tenant_id, uuid.UUID):
            raise NoTenantError("a write needs the tenant it belongs to")
        statement = _one_stroke(stroke.steps, stroke.value)
        written = await self.pool.write(statement, [tenant_id, *stroke.arguments])
        if written is not None and stroke.news:
            self.notifier.tell(tenant_id)
        return written

    async def read_registry(self, document: str, arguments: list[Any]) -> bytes | None:
        """The platform's door for one statement. Sees the registry of tenants and no row of any tenant."""
        return await self.pool.read(PLATFORM_ROUND_TRIP.format(document), arguments)

    async def close(self) -> None:
        await self.notifier.close()
        await self.pool.close()
        await self.engine.dispose()


@lru_cache(STATEMENTS)
def _one_round_trip(document: str) -> str:
    return ONE_ROUND_TRIP.format(document)


@lru_cache
def _one_stroke(steps: str, value: str) -> str:
    return f"WITH {steps} {ONE_STROKE.format(value)}"


async def read_within(db: AsyncSession, document: str, arguments: list[Any]) -> str | None:
    """As `Database.read`, within a tenant's transaction: it sees what was written there so far."""
    await db.flush()
    connection = await db.connection()
    found = await connection.exec_driver_sql(f"SELECT ({document})::text", (db.info["tenant_id"], *arguments))
    return found.scalar_one()  # type: ignore[no-any-return]


def writes(db: AsyncSession) -> int:
    """How often the session has written something so far."""
    return int(db.info.get("writes", 0))


def _count(session: SyncSession) -> None:
    session.info["writes"] = session.info.get("writes", 0) + 1


@event.listens_for(SyncSession, "do_orm_execute")
def _explicit_tenant(state: ORMExecuteState) -> None:
    """Each record that the statement names, at whatever level, gets the criterion.

    Only those: a criterion for every record there is costs more than most statements do.
    """
    if not state.is_select:
        _count(state.session)
    if state.is_select or state.is_update or state.is_delete:
        info = state.session.info
        state.statement = state.statement.options(*(_criterion(record, info) for record in _named(state.statement)))


def _criterion(record: type[TenantOwned], info: dict[Any, Any]) -> LoaderCriteriaOption:
    known: dict[type[TenantOwned], LoaderCriteriaOption] = info.setdefault("criteria", {})
    if record not in known:
        tenant_id = info.get("tenant_id")
        known[record] = with_loader_criteria(record, lambda row: row.tenant_id == tenant_id, include_aliases=True)
    return known[record]


def _named(statement: Executable) -> Iterable[type[TenantOwned]]:
    elements = visitors.iterate(statement)  # type: ignore[arg-type]
    mappers = dict.fromkeys(element._annotations.get("parentmapper") for element in elements)  # noqa: SLF001 -- where the ORM itself looks
    return [mapper.class_ for mapper in mappers if mapper is not None and issubclass(mapper.class_, TenantOwned)]


@event.listens_for(SyncSession, "before_flush")
def _own_new_rows(session: SyncSession, context: UOWTransaction, instances: object) -> None:
    _count(session)
    tenant_id = session.info.get("tenant_id")
    for record in session.new:
        if not isinstance(record, TenantOwned):
            continue
        if tenant_id is None or record.tenant_id not in (None, tenant_id):
            raise NoTenantError(f"a {type(record).__name__} can only be written for the tenant of its transaction")
        record.tenant_id = tenant_id


@event.listens_for(SyncSession, "after_flush")
def _tell_of_access(session: SyncSession, context: UOWTransaction) -> None:
    """Whoever remembers viewers forgets them when the transaction commits."""
    written = {record.__tablename__ for record in (*session.dirty, *session.deleted, *session.new)}
    if written & ACCESS_TABLES and not session.info.get(ACCESS):
        tenant_id = session.info.get("tenant_id")
        session.connection().execute(select(func.pg_notify(ACCESS, str(tenant_id or ""))))
        session.info[ACCESS] = True
