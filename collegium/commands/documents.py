"""`collegium documents`: what apps have registered to ask."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from api.documents import manifests
from api.documents.checking import checked
from api.documents.manifests import ManifestError
from api.schema import schema
from collegium.database import opened
from collegium.output import Answer, Problem
from collegium.settings import Given
from collegium.tenancy import OPERATOR, app_known, app_named, tenant_named
from domain import history
from tenants import documents
from tenants.documents import DocumentProblem, DocumentRefused, NewDocument, TrustedDocument
from tenants.keys import App as PartnerApp
from tenants.registry import Tenant, wall

app = App(name="documents", help="Trusted documents: what apps have registered to ask.")


@app.command
async def push(
    *manifest: Path, tenant: str, app: str, dry_run: Annotated[bool, Parameter(negative="")] = False, settings: Given
) -> Answer:
    """Register the documents of an app: all of them, or none where one of them is wrong.

    Parameters
    ----------
    manifest
        What the client's build wrote: Relay's persisted queries, graphql-codegen's persisted-documents.json, Apollo's
        manifest, any JSON object of ids and texts; or .graphql files, or folders of them.
    tenant
        The short name of the app's tenant.
    app
        The app's name; made known where it is new.
    dry_run
        Only check the documents against this version's schema.
    """
    if not manifest:
        raise Problem("Name a manifest: `collegium documents push persisted-documents.json --tenant … --app …`.")
    try:
        new = checked(schema(), manifests.read(manifest))
        if dry_run:
            facts = {"app": app, "checked": len(new), "registered": 0, "unchanged": 0}
            return Answer(facts, f"All {len(new)} documents are good. Nothing was registered.")
        return await _registered(new, tenant, app, settings)
    except ManifestError as problem:
        raise Problem(str(problem)) from None
    except DocumentRefused as no:
        raise _report(no, "Nothing was registered.") from None


async def _registered(new: Sequence[NewDocument], tenant: str, name: str, settings: Given) -> Answer:
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        now = owner.now(wall())
        async with database.transaction(owner.id) as db:
            partner = await app_known(db, owner, name)
            pushed = await documents.register(db, partner.id, new, now=now)
            ids = [document.document_id for document in pushed.registered]
            if ids:
                await history.record(db, partner, "documents_registered", by=OPERATOR, now=now, documents=ids)
    facts = {"app": name, "checked": len(new), "registered": len(ids), "unchanged": pushed.unchanged}
    words = (
        f"{name} may ask {len(new)} documents by their ids: {len(ids)} registered, {pushed.unchanged} known already."
    )
    return Answer(facts, words)


@app.command(name="list")
async def list_(
    *,
    tenant: str,
    app: str | None = None,
    retired: Annotated[bool, Parameter(negative="")] = False,
    settings: Given,
) -> Answer:
    """List what is registered, the latest first.

    Parameters
    ----------
    tenant
        The short name of the tenant.
    app
        Only this app's.
    retired
        Also those that are not served any more.
    """
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        async with database.transaction(owner.id) as db:
            found = [_described(one, partner) for one, partner in await _every(db, owner, app, retired=retired)]
    if not found:
        return Answer(found, "Nothing is registered. Register what clients ask: `collegium documents push`.")
    table = Table("App", "Id", "Operations", "Registered (UTC)")
    for one in found:
        state = "" if one["retiredAt"] is None else ", retired"
        table.add_row(
            one["app"], one["id"], "\n".join(one["operations"]), f"{one['registeredAt']:%Y-%m-%d %H:%M}{state}"
        )
    return Answer(found, table)


@app.command
async def retire(*ids: str, tenant: str, app: str, settings: Given) -> Answer:
    """Serve documents no longer. Running servers know within five seconds; pushing one again serves it again.

    Parameters
    ----------
    ids
        The documents' ids, as clients send them.
    tenant
        The short name of the app's tenant.
    app
        The app's name.
    """
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        now = owner.now(wall())
        async with database.transaction(owner.id) as db:
            partner = await app_named(db, owner, app)
            _, gone = await documents.retire(db, partner.id, ids, now=now)
            retired = [one.document_id for one in gone]
            if retired:
                await history.record(db, partner, "documents_retired", by=OPERATOR, now=now, documents=retired)
    return Answer({"app": app, "retired": retired}, f"{len(retired)} documents of {app} are not served any more.")


@app.command
async def lock(*, tenant: str, app: str, settings: Given) -> Answer:
    """Lock an app to its documents: its keys may ask nothing else.

    Parameters
    ----------
    tenant
        The short name of the app's tenant.
    app
        The app's name.
    """
    return await _locked(tenant, app, settings, to=True)


@app.command
async def unlock(*, tenant: str, app: str, settings: Given) -> Answer:
    """Let an app ask anything again that its scopes allow.

    Parameters
    ----------
    tenant
        The short name of the app's tenant.
    app
        The app's name.
    """
    return await _locked(tenant, app, settings, to=False)


@app.command
async def check(*, tenant: str, app: str | None = None, settings: Given) -> Answer:
    """Check what is registered against this version's schema; run it before an upgrade. Ends with 1 if one is wrong.

    Parameters
    ----------
    tenant
        The short name of the tenant.
    app
        Only this app's.
    """
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        async with database.transaction(owner.id) as db:
            served = await _every(db, owner, app, retired=False)
    try:
        checked(schema(), [NewDocument(one.text, f"{partner.name} {one.document_id}") for one, partner in served])
    except DocumentRefused as no:
        raise _report(no, "They do not work with this version.") from None
    return Answer({"checked": len(served), "problems": []}, f"All {len(served)} documents work with this version.")


async def _locked(tenant: str, name: str, settings: Given, *, to: bool) -> Answer:
    async with opened(settings) as database:
        owner = await tenant_named(database, tenant)
        async with database.transaction(owner.id) as db:
            partner = await app_named(db, owner, name)
            _, changed = await (documents.lock if to else documents.unlock)(db, partner.id)
            if changed:
                verb = "locked" if to else "unlocked"
                await history.record(db, partner, verb, by=OPERATOR, now=owner.now(wall()))
    words = f"{name} asks its own documents only." if to else f"{name} asks whatever its scopes allow."
    return Answer({"app": name, "locked": to}, words)


async def _every(
    db: AsyncSession, owner: Tenant, name: str | None, *, retired: bool
) -> list[tuple[TrustedDocument, PartnerApp]]:
    wanted = (
        select(TrustedDocument, PartnerApp)
        .join(PartnerApp, col(PartnerApp.id) == TrustedDocument.app_id)
        .order_by(col(TrustedDocument.registered_at).desc(), col(TrustedDocument.id))
    )
    if not retired:
        wanted = wanted.where(col(TrustedDocument.retired_at).is_(None))
    if name is not None:
        wanted = wanted.where(PartnerApp.id == (await app_named(db, owner, name)).id)
    return [(one, partner) for one, partner in await db.execute(wanted)]


def _described(one: TrustedDocument, partner: PartnerApp) -> dict[str, Any]:
    return {
        "app": partner.name,
        "id": one.document_id,
        "operations": one.operations,
        "registeredAt": one.registered_at,
        "retiredAt": one.retired_at,
    }


def _report(no: DocumentRefused, words: str) -> Problem:
    return Problem(f"{no.message}\n{words}", {"problems": [_problem(one) for one in no.problems]})


def _problem(one: DocumentProblem) -> dict[str, Any]:
    return {"id": one.id, "message": one.message, "line": one.line, "column": one.column}
