"""The client `gql`, as scripts and services in Python use it."""

import asyncio

from gql import Client, GraphQLRequest, gql
from gql.dsl import DSLQuery, DSLSchema, dsl_gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport, HTTPXTransport
from gql.transport.requests import RequestsHTTPTransport
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
            asked = [session.execute(GraphQLRequest(SESSIONS, variable_values={"first": number})) for number in (1, 2, 3)]
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


if __name__ == "__main__":
    say(
        pages_are_read_to_the_end_by_requests_and_by_httpx,
        several_questions_are_asked_at_once_by_aiohttp_and_by_httpx,
        the_schema_is_fetched_and_documents_are_validated_before_they_are_sent,
        queries_are_built_from_the_schema,
        a_refusal_is_data,
        what_is_forbidden_and_a_key_that_is_none_are_told_by_their_codes,
        an_operation_is_chosen_by_its_name,
    )
