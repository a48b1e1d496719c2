"""Communities through GraphQL."""

from tests.e2e.conftest import a_client
from tests.e2e.social import a_community, gid, join, someone
from tests.integration import making

FOUND = """
mutation ($input: FoundCommunityInput!) {
  foundCommunity(input: $input) {
    __typename
    ... on Community {
      id name domain charter visibility externalRef memberCount viewerRole program { title }
      channel { name community { name } }
    }
    ... on CommunityRefused { reason message field code retryable }
  }
}"""
NEW = {"name": "Facilitators", "domain": "Leading workshops"}
NAMES = "{ communities { totalCount nodes { name visibility } } }"


async def found(client, **facts):
    return (await client.data(FOUND, input={**NEW, **facts}))["foundCommunity"]


async def test_a_coordinator_founds_a_community_with_a_channel(coordinator, database, tenant):
    async with database.transaction(tenant.id) as db:
        program = await making.a_program(db)

    founded = await found(
        coordinator,
        charter=" We share what worked. ",
        programId=gid("prg", program),
        visibility="PRIVATE",
        externalRef="facilitators",
    )

    expected = {
        "name": "Facilitators",
        "domain": "Leading workshops",
        "charter": "We share what worked.",
        "visibility": "PRIVATE",
        "externalRef": "facilitators",
        "memberCount": 0,
        "viewerRole": None,
        "program": {"title": "Difficult conversations"},
    }
    assert founded == {
        "__typename": "Community",
        "id": founded["id"],
        **expected,
        "channel": {"name": "Facilitators", "community": {"name": "Facilitators"}},
    }
    again = await coordinator.data(
        'query ($id: ID!) { community(externalRef: "facilitators") { id } node(id: $id) { id } }', id=founded["id"]
    )
    assert again == {"community": {"id": founded["id"]}, "node": {"id": founded["id"]}}
    of_program = await coordinator.data(
        "query ($id: ID!) { program(id: $id) { communities { nodes { name } } } }", id=gid("prg", program)
    )
    assert of_program == {"program": {"communities": {"nodes": [{"name": "Facilitators"}]}}}


async def test_what_is_wrong_with_a_new_community_is_named(coordinator):
    await found(coordinator, externalRef="facilitators")

    refusals = [
        await found(coordinator, name="  "),
        await found(coordinator, domain="x" * 201),
        await found(coordinator, charter="a\x00b"),
        await found(coordinator, programId="prg_" + "0" * 32),
        await found(coordinator, programId="no id at all"),
        await found(coordinator, externalRef="facilitators"),
    ]

    assert [(refusal["reason"], refusal["field"]) for refusal in refusals] == [
        ("INVALID", "name"),
        ("INVALID", "domain"),
        ("INVALID", "charter"),
        ("NOT_FOUND", "programId"),
        ("NOT_FOUND", "programId"),
        ("REFERENCE_TAKEN", "externalRef"),
    ]
    assert refusals[3] == {
        "__typename": "CommunityRefused",
        "reason": "NOT_FOUND",
        "message": "There is no such program.",
        "field": "programId",
        "code": "NOT_FOUND",
        "retryable": False,
    }
    assert await coordinator.data(NAMES) == {
        "communities": {"totalCount": 1, "nodes": [{"name": "Facilitators", "visibility": "PUBLIC"}]}
    }


async def test_another_tenants_program_is_as_if_it_did_not_exist(coordinator, database, other_tenant):
    async with database.transaction(other_tenant.id) as db:
        theirs = await making.a_program(db)

    refused = await found(coordinator, programId=gid("prg", theirs))

    assert (refused["reason"], refused["message"]) == ("NOT_FOUND", "There is no such program.")


async def test_learners_found_no_communities(learner, visitor):
    by_learner = await learner.answer(FOUND, input=NEW)
    by_visitor = await visitor.answer(FOUND, input=NEW)

    assert by_learner["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert by_visitor["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_private_community_is_seen_by_its_members_and_those_who_look_after_it(
    coordinator, learner, http, database, tenant
):
    await a_community(coordinator, name="Open")
    secret, channel = await a_community(coordinator, name="Closed", visibility="PRIVATE")
    member = await someone(http, database, tenant, "Mary")
    await join(coordinator, secret, personId=gid("per", member.person_id))
    app = await a_client(http, database, tenant, scopes=["communities:read"])

    seen = {
        name: [node["name"] for node in (await client.data(NAMES))["communities"]["nodes"]]
        for name, client in {"coordinator": coordinator, "member": member, "learner": learner, "app": app}.items()
    }

    assert seen == {
        "coordinator": ["Closed", "Open"],
        "member": ["Closed", "Open"],
        "learner": ["Open"],
        "app": ["Closed", "Open"],
    }
    hidden = "query ($community: ID!, $channel: ID!) { community(id: $community) { id } node(id: $channel) { id } }"
    assert await learner.data(hidden, community=secret, channel=channel) == {"community": None, "node": None}
    assert await member.data(hidden, community=secret, channel=channel) == {
        "community": {"id": secret},
        "node": {"id": channel},
    }


async def test_an_app_without_the_scope_sees_no_community(coordinator, http, database, tenant):
    community, _ = await a_community(coordinator)
    app = await a_client(http, database, tenant, scopes=["sessions:read"])

    listed = await app.answer(NAMES)
    named = await app.data("query ($id: ID!) { node(id: $id) { id } }", id=community)

    assert listed["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert named == {"node": None}


async def test_another_tenant_sees_none_of_it(coordinator, http, database, other_tenant):
    community, channel = await a_community(coordinator)
    stranger = await someone(http, database, other_tenant, "Eve", *["TENANT_ADMIN"])

    found = await stranger.data(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id } communities { totalCount } }", ids=[community, channel]
    )

    assert found == {"nodes": [None, None], "communities": {"totalCount": 0}}


UPDATE = """
mutation ($input: UpdateCommunityInput!) {
  updateCommunity(input: $input) {
    __typename
    ... on Community { name domain charter visibility externalRef program { id } channel { name } }
    ... on CommunityRefused { reason field }
  }
}"""


async def updated(client, **facts):
    return (await client.data(UPDATE, input=facts))["updateCommunity"]


async def test_a_community_changes_as_its_members_do(coordinator, database, tenant):
    async with database.transaction(tenant.id) as db:
        program = await making.a_program(db)
    founded = await found(coordinator, programId=gid("prg", program), charter="Monthly.")

    changed = await updated(
        coordinator, id=founded["id"], name="Guild", visibility="PRIVATE", programId=None, externalRef="guild"
    )

    assert changed == {
        "__typename": "Community",
        "name": "Guild",
        "domain": "Leading workshops",
        "charter": "Monthly.",
        "visibility": "PRIVATE",
        "externalRef": "guild",
        "program": None,
        "channel": {"name": "Facilitators"},
    }


async def test_a_community_is_not_changed_into_another(coordinator):
    await found(coordinator, externalRef="guild")
    second = await found(coordinator, name="Second")

    taken = await updated(coordinator, id=second["id"], externalRef="guild")
    unknown = await updated(coordinator, id=second["id"], programId="prg_" + "0" * 32)
    nobodys = await updated(coordinator, id="com_" + "0" * 32, name="Third")

    refused = {"__typename": "CommunityRefused"}
    assert taken == {**refused, "reason": "REFERENCE_TAKEN", "field": "externalRef"}
    assert unknown == {**refused, "reason": "NOT_FOUND", "field": "programId"}
    assert nobodys == {**refused, "reason": "NOT_FOUND", "field": "id"}
