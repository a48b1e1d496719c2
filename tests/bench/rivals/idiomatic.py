"""The same schema as strawberry and SQLModel have it in their books: types, resolvers, a data loader for each relation.

Parsing and validation are cached, as strawberry advises. A request has one session, and so one transaction and one
tenant; loaders take turns on it, for a session is not to be used twice at once. Nobody signs in here either.
"""

import asyncio
import os
import uuid
from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import Enum
from typing import Annotated

import strawberry
import uvicorn
from sqlalchemy import event, func, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from starlette.applications import Starlette
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

from domain.people.organizations import Organization as OrganizationRow
from domain.people.people import Person as PersonRow
from domain.programs.programs import Program as ProgramRow
from domain.sessions import registrations
from domain.sessions.registrations import Registration as RegistrationRow
from domain.sessions.sessions import Session as SessionRow
from domain.sessions.sessions import SessionFormat as Format
from domain.sessions.sessions import SessionStatus as Status
from tenants import database
from tenants.viewer import Actor

event.remove(SyncSession, "do_orm_execute", database._explicit_tenant)  # the product's own; here each query says it

url = make_url(os.environ["APPLICATION_URL"]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(url, pool_size=10, max_overflow=0, pool_timeout=60)

SessionStatus = strawberry.enum(Status, name="SessionStatus")
SessionFormat = strawberry.enum(Format, name="SessionFormat")
RegistrationStatus = strawberry.enum(registrations.RegistrationStatus, name="RegistrationStatus")


def global_id(prefix: str, row) -> strawberry.ID:
    return strawberry.ID(f"{prefix}_{row.hex}")


def row_of(number: str) -> uuid.UUID:
    return uuid.UUID(number.partition("_")[2])


class Rows:
    """The request's session, and what is loaded through it."""

    def __init__(self, db: AsyncSession, tenant_id: uuid.UUID) -> None:
        self.db = db
        self.tenant_id = tenant_id
        self.turn = asyncio.Lock()
        self.programs = DataLoader(self.by_id(ProgramRow))
        self.organizations = DataLoader(self.by_id(OrganizationRow))
        self.sessions = DataLoader(self.by_id(SessionRow))
        self.people = DataLoader(self.by_id(PersonRow))
        self.registrations = DataLoader(self.of_sessions)

    async def all(self, query):
        async with self.turn:
            return list(await self.db.scalars(query))

    def by_id(self, record):
        async def load(ids):
            query = select(record).where(record.tenant_id == self.tenant_id, col(record.id).in_(ids))
            found = {row.id: row for row in await self.all(query)}
            return [found.get(number) for number in ids]

        return load

    async def of_sessions(self, keys):
        """The first registrations of each session."""
        sessions, first = [session for session, _ in keys], max(first for _, first in keys)
        order = (RegistrationRow.registered_at, RegistrationRow.id)
        place = func.row_number().over(partition_by=RegistrationRow.session_id, order_by=order).label("place")
        mine = (RegistrationRow.tenant_id == self.tenant_id, col(RegistrationRow.session_id).in_(sessions))
        ranked = select(RegistrationRow, place).where(*mine).subquery()
        row = aliased(RegistrationRow, ranked)
        query = select(row).where(ranked.c.place <= first).order_by(row.registered_at, row.id)
        found = defaultdict(list)
        for one in await self.all(query):
            found[one.session_id].append(one)
        return [found[session][:many] for session, many in keys]


Info = strawberry.Info


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Program:
    title: str


@strawberry.type
class Organization:
    name: str


@strawberry.type
class Person:
    id: strawberry.ID
    name: str
    email: str | None

    @classmethod
    def of(cls, row: PersonRow) -> "Person":
        return cls(id=global_id("per", row.id), name=row.name, email=row.email)


@strawberry.type
class Registration:
    row: strawberry.Private[RegistrationRow]
    id: strawberry.ID
    status: RegistrationStatus
    registered_at: datetime

    @classmethod
    def of(cls, row: RegistrationRow) -> "Registration":
        return cls(row=row, id=global_id("reg", row.id), status=row.status, registered_at=row.registered_at)

    @strawberry.field
    async def person(self, info: Info) -> Person:
        return Person.of(await info.context["rows"].people.load(self.row.person_id))

    @strawberry.field
    async def session(self, info: Info) -> Annotated["Session", strawberry.lazy(__name__)]:
        return Session.of(await info.context["rows"].sessions.load(self.row.session_id))


@strawberry.type
class RegistrationEdge:
    node: Registration


@strawberry.type
class RegistrationConnection:
    edges: list[RegistrationEdge]


@strawberry.type
class Session:
    row: strawberry.Private[SessionRow]
    id: strawberry.ID
    title: str
    status: SessionStatus
    format: SessionFormat
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    seats_taken: int
    number: int

    @classmethod
    def of(cls, row: SessionRow) -> "Session":
        return cls(
            row=row,
            id=global_id("ses", row.id),
            title=row.title,
            status=row.status,
            format=row.format,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            capacity=row.capacity,
            seats_taken=row.seats_taken,
            number=row.number,
        )

    @strawberry.field
    async def program(self, info: Info) -> Program:
        return Program(title=(await info.context["rows"].programs.load(self.row.program_id)).title)

    @strawberry.field
    async def host_organization(self, info: Info) -> Organization | None:
        if self.row.host_organization_id is None:
            return None
        row = await info.context["rows"].organizations.load(self.row.host_organization_id)
        return Organization(name=row.name)

    @strawberry.field
    async def registrations(self, info: Info, first: int = 20) -> RegistrationConnection:
        rows = await info.context["rows"].registrations.load((self.row.id, first))
        return RegistrationConnection(edges=[RegistrationEdge(node=Registration.of(row)) for row in rows])


@strawberry.type
class SessionEdge:
    node: Session
    cursor: str


@strawberry.type
class SessionConnection:
    edges: list[SessionEdge]
    page_info: PageInfo


@strawberry.enum
class SessionOrderField(Enum):
    STARTS_AT = "starts_at"
    TITLE = "title"


@strawberry.input
class SessionOrder:
    field: SessionOrderField


@strawberry.input
class SessionFormatFilter:
    eq: SessionFormat | None = None


@strawberry.input
class DateTimeFilter:
    gte: datetime | None = None


@strawberry.input
class SessionFilter:
    format: SessionFormatFilter | None = None
    starts_at: DateTimeFilter | None = None


@strawberry.type
class RegistrationRefused:
    code: str
    message: str


@strawberry.input
class RegisterForSessionInput:
    session_id: strawberry.ID
    person_id: strawberry.ID


@strawberry.type
class Query:
    @strawberry.field
    async def session(self, info: Info, id: strawberry.ID) -> Session | None:  # noqa: A002 -- the schema's word
        row = await info.context["rows"].sessions.load(row_of(id))
        return None if row is None else Session.of(row)

    @strawberry.field
    async def sessions(
        self,
        info: Info,
        first: int = 20,
        where: SessionFilter | None = None,
        order_by: SessionOrder | None = None,
    ) -> SessionConnection:
        rows = info.context["rows"]
        key = getattr(SessionRow, order_by.field.value if order_by else "starts_at")
        query = select(SessionRow).where(SessionRow.tenant_id == rows.tenant_id)
        if where and where.format and where.format.eq:
            query = query.where(SessionRow.format == where.format.eq)
        if where and where.starts_at and where.starts_at.gte:
            query = query.where(SessionRow.starts_at >= where.starts_at.gte)
        found = await rows.all(query.order_by(key, SessionRow.id).limit(first + 1))
        edges = [SessionEdge(node=Session.of(row), cursor=row.id.hex) for row in found[:first]]
        end = edges[-1].cursor if edges else None
        return SessionConnection(edges=edges, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=end))


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def register_for_session(
        self,
        info: Info,
        input: RegisterForSessionInput,  # noqa: A002 -- the schema's word
    ) -> Annotated[Registration | RegistrationRefused, strawberry.union("RegisterForSessionResult")]:
        db, by = info.context["rows"].db, Actor(person_id=uuid.UUID(info.context["request"].headers["x-person"]))
        session_id, person_id = row_of(input.session_id), row_of(input.person_id)
        try:
            return Registration.of(
                await registrations.register(db, session_id, person_id, by=by, now=datetime.now(UTC))
            )
        except registrations.RegistrationRefused as refused:
            return RegistrationRefused(code=refused.code, message=str(refused))


class Transaction(SchemaExtension):
    """One session, one transaction and one tenant for each operation."""

    async def on_execute(self):
        context = self.execution_context.context
        tenant_id = uuid.UUID(context["request"].headers["x-tenant"])
        async with AsyncSession(engine, expire_on_commit=False, info={"tenant_id": tenant_id}) as db, db.begin():
            setting = text("SELECT set_config('app.tenant_id', :tenant, true)")
            await db.execute(setting, {"tenant": str(tenant_id)})
            context["rows"] = Rows(db, tenant_id)
            yield


schema = strawberry.Schema(
    Query, Mutation, extensions=[lambda: ParserCache(maxsize=256), lambda: ValidationCache(maxsize=256), Transaction]
)


@asynccontextmanager
async def lifespan(app: Starlette):
    yield
    await engine.dispose()


app = Starlette(lifespan=lifespan)
app.mount("/graphql", GraphQL(schema))

if __name__ == "__main__":
    uvicorn.run(
        app,
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
    )
