"""Server-sent events: one connection per operation, chosen by what the client accepts."""

import httpx
import pytest

from api.http.media import negotiate
from api.subscriptions import sse
from tests.e2e.rows import a_seat
from tests.e2e.subscriptions.listening import CHANGES, position

WHO = "{ viewer { displayName } }"
REGISTER = 'mutation {{ registerForSession(input: {{sessionId: "{}"}}) {{ __typename }} }}'


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_query_is_told_once(server, learner, method):
    async with server.events(learner, WHO, method=method) as events:
        event, data = await events.hear()

        assert (events.status, event, data["data"]) == (200, "next", {"viewer": {"displayName": "Grace Hopper"}})
        assert events.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert events.response.headers["cache-control"] == "no-store"
        assert await events.hear() == ("complete", None)
        assert await events.hear() is None


async def test_a_subscription_by_get_goes_on(server, coordinator, learner, session):
    after = await position(coordinator)
    async with server.events(coordinator, CHANGES, method="GET", session=session, after=after) as events:
        await a_seat(learner, session)

        assert (await events.told())["verb"] == "REGISTERED"


async def test_a_mutation_is_carried_out_by_post_alone(server, learner, session):
    async with server.events(learner, REGISTER.format(session), method="GET") as events:
        _, refused = await events.hear()
    async with server.events(learner, REGISTER.format(session)) as events:
        _, done = await events.hear()

    assert refused["errors"][0]["extensions"]["code"] == "METHOD_NOT_ALLOWED"
    assert done["data"] == {"registerForSession": {"__typename": "Registration"}}


async def test_what_is_wrong_with_a_document_is_told_as_an_event(server, coordinator):
    async with server.events(coordinator, "subscription { nothing }") as events:
        event, data = await events.hear()

        assert (events.status, event, "data" in data) == (200, "next", False)
        assert data["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        assert await events.hear() == ("complete", None)


async def test_who_does_not_sign_in_is_answered_by_a_status(server, learner):
    async with server.events(learner, WHO, headers={"authorization": "Bearer clg_x_y"}) as events:
        body = await events.response.aread()

    assert (events.status, events.response.headers["content-type"]) == (401, "application/json; charset=utf-8")
    assert b"UNAUTHENTICATED" in body


async def test_a_visitor_is_told_to_sign_in(server, learner, session):
    learner.headers = {}

    async with server.events(learner, CHANGES, session=session) as events:
        _, data = await events.hear()

    assert data["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("text/event-stream", "text/event-stream"),
        ("application/json, text/event-stream", "application/json"),
        ("application/graphql-response+json, application/json, text/event-stream", "application/graphql-response+json"),
        ("application/json;q=0.5, text/event-stream", "text/event-stream"),
        ("text/event-stream;q=0.1, application/json;q=0.2", "application/json"),
        ("text/event-stream;q=0, */*", "application/json"),
        ("text/event-stream, */*", "text/event-stream"),
        ("*/*", "application/json"),
    ],
)
def test_the_stream_is_chosen_by_quality(accept, chosen):
    assert negotiate(accept) == chosen


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_subscription_without_a_stream_is_refused_in_clear_words(coordinator, session, accept):
    coordinator.headers["accept"] = accept

    response = await coordinator.post(CHANGES, {"session": session})

    [error] = response.json()["errors"]
    assert error["extensions"]["code"] == "SUBSCRIPTION_NEEDS_A_STREAM"
    assert "text/event-stream" in error["message"]
    assert "data" not in response.json()


async def test_a_stream_in_which_nothing_happens_is_kept_alive(server, coordinator, session, monkeypatch):
    monkeypatch.setattr(sse, "ALIVE", 0.1)
    said = b""
    async with server.events(coordinator, CHANGES, session=session) as events:
        async for chunk in events.response.aiter_raw():
            said += chunk
            if said.count(b":\n\n") == 3:
                break

    assert said == b":\n\n" * 3


async def test_nothing_is_served_by_head(server, learner):
    async with httpx.AsyncClient() as http:
        response = await http.head(
            f"http://127.0.0.1:{server.port}/graphql",
            params={"query": WHO},
            headers={"host": learner.host, "accept": "text/event-stream", **learner.headers},
        )

    assert (response.status_code, response.content) == (200, b"")
