"""Memberships through GraphQL."""

from tenants.keys import Role
from tests.e2e.social import JOIN, NOBODYS, a_community, gid, join, me, someone

LEAVE = """
mutation ($input: LeaveCommunityInput!) {
  leaveCommunity(input: $input) {
    __typename
    ... on Membership { community { name } person { name } leftAt }
    ... on MembershipRefused { reason field message }
  }
}"""
APPOINT = """
mutation ($input: AppointModeratorInput!) {
  appointModerator(input: $input) {
    __typename
    ... on Membership { role person { name } }
    ... on MembershipRefused { reason field }
  }
}"""
MEMBERS = """
query ($id: ID!) {
  community(id: $id) { memberCount viewerRole memberships { totalCount nodes { role person { name } } } }
}"""


async def leave(client, community, **facts):
    return (await client.data(LEAVE, input={"communityId": community, **facts}))["leaveCommunity"]


async def appoint(client, community, person, **facts):
    given = {"communityId": community, "personId": person, **facts}
    return (await client.data(APPOINT, input=given))["appointModerator"]


async def test_a_learner_joins_a_public_community_once(coordinator, learner):
    community, _ = await a_community(coordinator)

    joined = await join(learner, community)
    again = await join(learner, community)

    assert joined == {
        "__typename": "Membership",
        "id": joined["id"],
        "role": "MEMBER",
        "leftAt": None,
        "community": {"name": "Facilitators", "memberCount": 1, "viewerRole": "MEMBER"},
        "person": {"name": "Grace Hopper"},
    }
    assert again == joined
    assert await learner.data(MEMBERS, id=community) == {
        "community": {
            "memberCount": 1,
            "viewerRole": "MEMBER",
            "memberships": {"totalCount": 1, "nodes": [{"role": "MEMBER", "person": {"name": "Grace Hopper"}}]},
        }
    }


async def test_into_a_private_community_one_is_brought(coordinator, learner, http, database, tenant):
    community, _ = await a_community(coordinator, visibility="PRIVATE")
    moderator = await someone(http, database, tenant, "Mary")

    alone = await join(learner, community)
    await join(coordinator, community, personId=me(moderator))
    await appoint(coordinator, community, me(moderator))
    brought = await join(moderator, community, personId=me(learner))

    assert (alone["reason"], alone["field"]) == ("PRIVATE", "communityId")
    assert brought["person"] == {"name": "Grace Hopper"}
    assert brought["community"] == {"name": "Facilitators", "memberCount": 2, "viewerRole": "MODERATOR"}


async def test_nobody_else_brings_people_in(coordinator, learner, http, database, tenant):
    community, _ = await a_community(coordinator)
    other = await someone(http, database, tenant, "Mary")
    await join(other, community)

    answer = await other.answer(JOIN, input={"communityId": community, "personId": me(learner)})

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert answer["errors"][0]["message"].startswith("You may do this for yourself only: leave `personId` out.")


async def test_who_leaves_is_remembered_by_themselves_alone(coordinator, learner, http, database, tenant):
    community, _ = await a_community(coordinator)
    other = await someone(http, database, tenant, "Mary")
    await join(learner, community)
    await join(other, community)

    left = await leave(learner, community)
    again = await leave(learner, community)

    assert left["leftAt"] is not None
    assert left == {
        "__typename": "Membership",
        "community": {"name": "Facilitators"},
        "person": {"name": "Grace Hopper"},
        "leftAt": left["leftAt"],
    }
    assert again == left
    assert (await other.data(MEMBERS, id=community))["community"]["memberCount"] == 1
    of_person = "query ($id: ID!) { person(id: $id) { memberships { nodes { leftAt } } } }"
    seen_by = {
        name: (await client.data(of_person, id=me(learner)))["person"]["memberships"]["nodes"]
        for name, client in {"self": learner, "other": other, "coordinator": coordinator}.items()
    }
    assert seen_by == {"self": [{"leftAt": left["leftAt"]}], "other": [], "coordinator": [{"leftAt": left["leftAt"]}]}


async def test_who_left_a_private_community_sees_it_no_more(coordinator, learner):
    community, _ = await a_community(coordinator, visibility="PRIVATE")
    await join(coordinator, community, personId=me(learner))

    left = await leave(learner, community)

    assert left["community"] is None
    assert await learner.data(MEMBERS, id=community) == {"community": None}


async def test_a_moderator_takes_someone_out_and_they_may_come_back_as_a_member(
    coordinator, learner, http, database, tenant
):
    community, _ = await a_community(coordinator)
    moderator = await someone(http, database, tenant, "Mary")
    await join(moderator, community)
    await join(learner, community)
    await appoint(coordinator, community, me(moderator))
    await appoint(moderator, community, me(learner))

    await leave(moderator, community, personId=me(learner))
    back = await join(learner, community)

    assert (back["role"], back["leftAt"]) == ("MEMBER", None)


async def test_a_moderators_office_ends(coordinator, learner):
    community, _ = await a_community(coordinator)
    await join(learner, community)

    appointed = await appoint(coordinator, community, me(learner))
    ended = await appoint(coordinator, community, me(learner), role="MEMBER")

    assert appointed == {"__typename": "Membership", "role": "MODERATOR", "person": {"name": "Grace Hopper"}}
    assert ended == {"__typename": "Membership", "role": "MEMBER", "person": {"name": "Grace Hopper"}}


async def test_members_appoint_nobody(coordinator, learner, http, database, tenant):
    community, _ = await a_community(coordinator)
    await join(learner, community)
    instructor = await someone(http, database, tenant, "Ida", Role.INSTRUCTOR)

    by_member = await learner.answer(APPOINT, input={"communityId": community, "personId": me(learner)})
    by_instructor = await appoint(instructor, community, me(learner))

    assert by_member["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert by_instructor["role"] == "MODERATOR"


async def test_a_former_moderator_looks_after_nothing(coordinator, learner, http, database, tenant):
    community, _ = await a_community(coordinator, visibility="PRIVATE")
    former = await someone(http, database, tenant, "Mary")
    await join(coordinator, community, personId=me(former))
    await appoint(coordinator, community, me(former))
    await leave(former, community)

    answer = await former.answer(JOIN, input={"communityId": community, "personId": me(learner)})

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_what_does_not_exist_is_named(coordinator, learner, visitor):
    community, _ = await a_community(coordinator)
    nobody = f"per_{NOBODYS}"

    refusals = [
        await join(learner, f"com_{NOBODYS}"),
        await join(learner, gid("per", learner.person_id)),
        await join(coordinator, community, personId=nobody),
        await leave(learner, f"com_{NOBODYS}"),
        await leave(learner, community),
        await appoint(coordinator, community, me(learner)),
        await appoint(coordinator, f"com_{NOBODYS}", me(learner)),
    ]
    by_visitor = await visitor.answer(JOIN, input={"communityId": community})

    assert [(refusal["reason"], refusal["field"]) for refusal in refusals] == [
        ("NOT_FOUND", "communityId"),
        ("NOT_FOUND", "communityId"),
        ("NOT_FOUND", "personId"),
        ("NOT_FOUND", "communityId"),
        ("NOT_A_MEMBER", "personId"),
        ("NOT_A_MEMBER", "personId"),
        ("NOT_FOUND", "communityId"),
    ]
    assert by_visitor["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
