"""The client `gql`, as scripts and services in Python use it."""

import asyncio

from gql import Client, GraphQLRequest, gql
from gql.dsl import DSLQuery, DSLSchema, dsl_gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport, HTTPXTransport
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError
from sentences import URL, say, signed_in

SESSIONS = """
  query Sessions($first: Int!, $after: String) {
    sessions(
      first: $first, after: $after
      where: {title: {startsWith: "Session "}}, orderBy: {field: STARTS_AT, direction: ASCENDING}
    ) {
      nodes { title startsAt }
      pageInfo { hasNextPage endCursor }
    }
  }
"""
CREATE = """
  mutation Create($input: CreateProgramInput!) {
    createProgram(input: $input) {
      __typename
      ... on Program { id title }
      ... on Refused { code field }
    }
  }
"""
WRITTEN = """
  subscription Written($channelId: ID!, $after: String) {
    postWritten(channelId: $channelId, after: $after) { position post { body } }
  }
"""
WRITE = """
  mutation Write($input: WritePostInput!) { writePost(input: $input) { __typename ... on Refused { code } } }
"""
SOCKET = URL.replace("http", "ws", 1)
TITLES = [f"Session {number}" for number in range(1, 26)]


def titles_of(ask):
    """All of them, page by page."""
    found, after = [], None
    while True:
        page = ask({"first": 10, "after": after})["sessions"]
        found += [node["title"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def pages_are_read_to_the_end_by_requests_and_by_httpx():
    for kind in (RequestsHTTPTransport, HTTPXTransport):
        with Client(transport=kind(URL, headers=signed_in("coordinator"))) as session:
            assert titles_of(lambda given: session.execute(GraphQLRequest(SESSIONS, variable_values=given))) == TITLES


async def several_questions_are_asked_at_once_by_aiohttp_and_by_httpx():
    for kind in (AIOHTTPTransport, HTTPXAsyncTransport):
        async with Client(transport=kind(URL, headers=signed_in("coordinator"))) as session:
            asked = [
                session.execute(GraphQLRequest(SESSIONS, variable_values={"first": number})) for number in (1, 2, 3)
            ]
            pages = await asyncio.gather(*asked)
            assert [len(page["sessions"]["nodes"]) for page in pages] == [1, 2, 3]


async def the_schema_is_fetched_and_documents_are_validated_before_they_are_sent():
    transport = AIOHTTPTransport(URL, headers=signed_in("coordinator"))
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        try:
            await session.execute(gql("{ nothing }"))
        except GraphQLError as error:
            assert "nothing" in error.message
        else:
            raise AssertionError("It was sent.")


async def queries_are_built_from_the_schema():
    transport = AIOHTTPTransport(URL, headers=signed_in("coordinator"))
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        schema = DSLSchema(session.client.schema)
        sessions = schema.Query.sessions(first=1, where={"title": {"startsWith": "Session "}})
        sessions = sessions.select(schema.SessionConnection.totalCount)
        assert await session.execute(dsl_gql(DSLQuery(sessions))) == {"sessions": {"totalCount": len(TITLES)}}


async def a_refusal_is_data():
    given = {"input": {"title": "Feedback", "externalRef": "gql"}}
    async with Client(transport=AIOHTTPTransport(URL, headers=signed_in("coordinator"))) as session:
        created = await session.execute(GraphQLRequest(CREATE, variable_values=given))
        refused = await session.execute(GraphQLRequest(CREATE, variable_values=given))
    assert created["createProgram"]["__typename"] == "Program"
    assert refused["createProgram"] == {
        "__typename": "ProgramRefused",
        "code": "REFERENCE_TAKEN",
        "field": "externalRef",
    }


async def what_is_forbidden_and_a_key_that_is_none_are_told_by_their_codes():
    codes = []
    for headers in (signed_in("learner"), {"authorization": "Bearer clg_nobody_nothing"}):
        async with Client(transport=AIOHTTPTransport(URL, headers=headers)) as session:
            try:
                await session.execute(gql("{ keys { totalCount } }"))
            except TransportQueryError as error:
                codes += [one["extensions"]["code"] for one in error.errors]
    assert codes == ["FORBIDDEN", "UNAUTHENTICATED"]


def an_operation_is_chosen_by_its_name():
    document = "query A { tenant { name } } query B { viewer { displayName } }"
    with Client(transport=HTTPXTransport(URL, headers=signed_in("learner"))) as session:
        assert session.execute(GraphQLRequest(document, operation_name="B")) == {
            "viewer": {"displayName": "Grace Hopper"}
        }


async def the_channel(session):
    """Of the first community, which the learner has joined."""
    found = await session.execute(gql("{ communities(first: 1) { nodes { id channel { id } } } }"))
    [community] = found["communities"]["nodes"]
    join = "mutation ($id: ID!) { joinCommunity(input: {communityId: $id}) { __typename } }"
    await session.execute(GraphQLRequest(join, variable_values={"id": community["id"]}))
    read = "query ($id: ID!) { community(id: $id) { channel { id } } }"
    joined = await session.execute(GraphQLRequest(read, variable_values={"id": community["id"]}))
    return joined["community"]["channel"]["id"]


async def write(session, channel_id, body):
    given = {"input": {"channelId": channel_id, "body": body}}
    written = await session.execute(GraphQLRequest(WRITE, variable_values=given))
    assert written["writePost"]["__typename"] == "Post"


async def what_happens_is_told_over_websockets_and_whoever_comes_back_misses_nothing():
    for kind in (WebsocketsTransport, AIOHTTPWebsocketsTransport):
        async with Client(transport=AIOHTTPTransport(URL, headers=signed_in("learner"))) as asking:
            channel_id = await the_channel(asking)
            told = await first_told(kind, asking, channel_id)
            await write(asking, channel_id, f"{kind.__name__} missed")
            assert await again(kind, channel_id, told["position"], f"{kind.__name__} missed")


async def first_told(kind, asking, channel_id):
    """Something may happen before the server has heard who listens: it is done again until it is told."""

    async def keep_writing():
        while True:
            await write(asking, channel_id, kind.__name__)
            await asyncio.sleep(0.25)

    transport = kind(url=SOCKET, init_payload=signed_in("learner"))
    async with Client(transport=transport) as listening:
        assert transport.subprotocol == "graphql-transport-ws"
        writing = asyncio.create_task(keep_writing())
        try:
            request = GraphQLRequest(WRITTEN, variable_values={"channelId": channel_id})
            async for event in listening.subscribe(request):
                assert event["postWritten"]["post"]["body"] == kind.__name__
                return event["postWritten"]
        finally:
            writing.cancel()
    raise AssertionError("Nothing was told.")


async def again(kind, channel_id, after, wanted):
    """What is told after a position, until it is what is wanted."""
    async with Client(transport=kind(url=SOCKET, init_payload=signed_in("learner"))) as listening:
        request = GraphQLRequest(WRITTEN, variable_values={"channelId": channel_id, "after": after})
        async for event in listening.subscribe(request):
            if event["postWritten"]["post"]["body"] == wanted:
                return True
    return False


async def queries_are_answered_over_websockets_too():
    async with Client(transport=WebsocketsTransport(url=SOCKET, init_payload=signed_in("coordinator"))) as session:
        page = await session.execute(GraphQLRequest(SESSIONS, variable_values={"first": 2}))
        assert [node["title"] for node in page["sessions"]["nodes"]] == TITLES[:2]


async def a_key_that_is_none_and_a_subscription_that_does_not_fit_are_refused_over_websockets():
    closed = None
    try:
        async with Client(transport=WebsocketsTransport(url=SOCKET, init_payload={"authorization": "Bearer x"})):
            pass
    except TransportConnectionFailed as error:
        closed = error.__cause__.rcvd
    assert (closed.code, closed.reason.partition(":")[0]) == (4403, "UNAUTHENTICATED"), closed
    async with Client(transport=WebsocketsTransport(url=SOCKET, init_payload=signed_in("learner"))) as session:
        codes = []
        try:
            async for _ in session.subscribe(gql("subscription { nothing }")):
                pass
        except TransportQueryError as error:
            codes = [one["extensions"]["code"] for one in error.errors]
        assert codes == ["GRAPHQL_VALIDATION_FAILED"]


if __name__ == "__main__":
    say(
        pages_are_read_to_the_end_by_requests_and_by_httpx,
        several_questions_are_asked_at_once_by_aiohttp_and_by_httpx,
        the_schema_is_fetched_and_documents_are_validated_before_they_are_sent,
        queries_are_built_from_the_schema,
        a_refusal_is_data,
        what_is_forbidden_and_a_key_that_is_none_are_told_by_their_codes,
        an_operation_is_chosen_by_its_name,
        what_happens_is_told_over_websockets_and_whoever_comes_back_misses_nothing,
        queries_are_answered_over_websockets_too,
        a_key_that_is_none_and_a_subscription_that_does_not_fit_are_refused_over_websockets,
    )
