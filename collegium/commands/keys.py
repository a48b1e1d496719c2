"""`collegium key`: how people and programs prove who they are."""

from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.permissions import SCOPES
from collegium.database import opened
from collegium.output import Answer, Problem
from collegium.settings import Given
from collegium.tenancy import OPERATOR, administrator, app_known, issue, tenant_named
from collegium.times import instant
from domain import history
from domain.people.people import Person
from tenants import keys
from tenants.keys import Role
from tenants.registry import Tenant, wall

app = App(name="key", help="Keys: how people and programs prove who they are.")


@app.command
async def create(
    *,
    tenant: str,
    role: Annotated[list[Role] | None, Parameter(negative="")] = None,
    person: str | None = None,
    app: str | None = None,
    scope: Annotated[list[str] | None, Parameter(negative="")] = None,
    expires: Annotated[datetime | None, Parameter(converter=instant, n_tokens=1)] = None,
    settings: Given,
) -> Answer:
    """Create a key for a person with roles, or for an app with scopes. It is told once and never again.

    Parameters
    ----------
    tenant
        The short name of the tenant where it is valid.
    role
        What its person may do; may be repeated.
    person
        Whose key it is: an e-mail address, your own reference, or a name. A person called Administrator where it is
        left out.
    app
        The partner's program whose key it is; made known where it is new.
    scope
        What the app may do, such as people:read; may be repeated.
    expires
        When it stops to work, such as 2027-01-01T00:00Z; never where it is left out.
    """
    if app is not None and (role or person):
        raise Problem("A key belongs to a person with --role, or to an --app with --scope.")
    if unknown := sorted(set(scope or []) - SCOPES):
        raise Problem(f"There is no scope '{unknown[0]}'. There are: {', '.join(sorted(SCOPES))}.")
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        async with database.transaction(owner.id) as db:
            holder = await _person(db, owner, person) if app is None else await app_known(db, owner, app)
            issued = await issue(
                db, owner, holder, roles=frozenset(role or []), scopes=frozenset(scope or []), expires=expires
            )
    facts = {
        "key": issued.text,
        "prefix": issued.key.prefix,
        "tenant": tenant,
        "person" if app is None else "app": holder.name,
        "roles": issued.key.roles,
        "scopes": issued.key.scopes,
        "expiresAt": expires,
    }
    return Answer(facts, issued.text, f"The key of {holder.name} for {owner.name}. Keep it: it is not shown again.")


@app.command
async def revoke(*, tenant: str, prefix: str, settings: Given) -> Answer:
    """Revoke a key at once. Revoking twice changes nothing.

    Parameters
    ----------
    tenant
        The short name of its tenant.
    prefix
        How the key begins, as it was shown when it was made.
    """
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        now = owner.now(wall())
        async with database.transaction(owner.id) as db:
            key = await keys.revoke(db, prefix=prefix, now=now)
            if key.revoked_at == now:
                await history.record(db, key, "revoked", by=OPERATOR, now=now, prefix=prefix)
    return Answer(
        {"prefix": key.prefix, "revokedAt": key.revoked_at}, f"{key.prefix}… is revoked since {key.revoked_at:%c} UTC."
    )


async def _person(db: AsyncSession, tenant: Tenant, named: str | None) -> Person:
    if named is None:
        return await administrator(db, tenant)
    for column, value in ((Person.email, named.lower()), (Person.external_ref, named), (Person.name, named)):
        found = list(await db.scalars(select(Person).where(col(column) == value).limit(2)))
        if len(found) == 1:
            return found[0]
        if found:
            raise Problem(f"Several people are called '{named}'. Name the one by e-mail address or reference.")
    raise Problem(f"{tenant.name} knows nobody by the e-mail address, reference or name '{named}'.")
