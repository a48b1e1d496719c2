"""Faults of ours: told in JSON, with a trace and nothing else."""

import httpx

from api.app import application
from tests.e2e.answered import problem

ASK = "{ tenant { name } }"


async def test_a_fault_of_ours_is_told_in_json_with_a_trace_and_nothing_else(http, tenant, database, monkeypatch):
    async def away(*_):
        raise OSError("postgresql://collegium_app:secret@db:5432 is away")

    monkeypatch.setattr(database.pool, "read", away)
    transport = httpx.ASGITransport(http._transport.app, raise_app_exceptions=False)

    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/graphql", json={"query": ASK}, headers={"host": f"{tenant.slug}.localhost"})

    status, code, message = problem(response)
    trace = response.json()["errors"][0]["extensions"]["trace"]
    assert (status, code) == (500, "INTERNAL_SERVER_ERROR")
    assert message == f"Something went wrong on our side. Nothing was changed. Ask support about {trace}."
    assert "secret" not in response.text


async def test_a_read_that_fails_is_told_with_a_trace(admin, database, monkeypatch):
    _break_planned_reads(database, monkeypatch)

    answer = await admin.answer("{ organizations { nodes { name } } }")

    trace = answer["errors"][0]["extensions"]["trace"]
    assert {name: answer[name] for name in ("errors", "data")} == {
        "errors": [
            {
                "message": f"Something went wrong on our side. Nothing was changed. Ask support about {trace}.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "trace": trace},
            }
        ],
        "data": None,
    }


async def test_what_was_done_is_not_called_undone_when_its_answer_fails(admin, database, monkeypatch):
    with monkeypatch.context() as broken:
        _break_planned_reads(database, broken)
        answer = await admin.answer('mutation { createOrganization(input: {name: "New"}) { __typename } }')

    [error] = answer["errors"]
    trace = error["extensions"]["trace"]
    assert error["message"] == (
        f"Something went wrong on our side. It was done, but can't be shown. Ask support about {trace}."
    )
    assert await admin.data("{ organizations { nodes { name } } }") == {"organizations": {"nodes": [{"name": "New"}]}}


def _break_planned_reads(database, monkeypatch):
    """Signing in works; the reads of organizations do not."""
    read = database.pool.read

    async def broken(statement, arguments, *, lasting=True):
        if "organization" in statement:
            raise OSError("connection lost")
        return await read(statement, arguments)

    monkeypatch.setattr(database.pool, "read", broken)


async def test_the_database_being_away_is_no_health(send, database, monkeypatch):
    assert (await send("GET", "/health")).json() == {"status": "ok"}

    def away(*_):
        raise OSError("db:5432 is away")

    monkeypatch.setattr(database, "platform", away)
    response = await send("GET", "/health")

    assert (response.status_code, response.json()) == (503, {"status": "database away"})


async def test_an_application_without_explorer_has_none(database, tenant):
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(database)), base_url="http://test"
    ) as client:
        response = await client.get("/explorer", headers={"host": f"{tenant.slug}.localhost"})

    assert problem(response)[0] == 404
