"""What is said in a channel, told as it is said."""

from tenants.keys import Role
from tests.e2e.conftest import a_client
from tests.e2e.rows import do
from tests.e2e.social import a_community, join
from tests.e2e.subscriptions.listening import position

POSTS = """subscription ($channel: ID!, $after: String) {
  postWritten(channelId: $channel, after: $after) { occurredAt post { body author { name } } }
}"""
LEAVE = "mutation ($input: LeaveCommunityInput!) { leaveCommunity(input: $input) { __typename } }"


async def listen(server, client, channel):
    socket = await server.connected(client)
    await socket.subscribe(POSTS, channel=channel, after=await position(client))
    return socket


async def write(client, channel, body):
    await do(client, "writePost", "Post { id }", channelId=channel, body=body)


async def said(socket):
    post = (await socket.told())["post"]
    return post["author"]["name"], post["body"]


async def test_what_is_said_in_a_channel_is_told_to_its_people(server, coordinator, learner):
    community, channel = await a_community(coordinator)
    await join(learner, community)
    sockets = [await listen(server, client, channel) for client in (coordinator, learner)]

    await write(learner, channel, "Who has tried it?")
    await write(coordinator, channel, "I have.")

    for socket in sockets:
        assert [await said(socket) for _ in range(2)] == [
            ("Grace Hopper", "Who has tried it?"),
            ("Ada Lovelace", "I have."),
        ]


async def test_other_channels_are_not_told(server, coordinator):
    _, channel = await a_community(coordinator)
    _, other = await a_community(coordinator, name="Others")
    socket = await listen(server, coordinator, channel)

    await write(coordinator, other, "Elsewhere")

    assert await socket.silent()


async def test_a_channel_that_one_may_not_read_is_as_if_it_were_not_there(server, coordinator, learner):
    _, channel = await a_community(coordinator, visibility="PRIVATE")

    socket = await listen(server, learner, channel)

    [error] = (await socket.hear())["payload"]
    assert error["extensions"]["code"] == "NOT_FOUND"


async def test_who_leaves_a_private_community_is_told_nothing_more(server, http, doors, tenant, coordinator):
    community, channel = await a_community(coordinator, visibility="PRIVATE")
    member = await a_client(http, doors, tenant, Role.LEARNER, name="Bea")
    await do(
        coordinator, "joinCommunity", "Membership { id }", communityId=community, personId=f"per_{member.person_id.hex}"
    )
    socket = await listen(server, member, channel)
    await write(coordinator, channel, "Welcome")
    assert await said(socket) == ("Ada Lovelace", "Welcome")

    assert (await member.answer(LEAVE, input={"communityId": community})).get("errors") is None
    await write(coordinator, channel, "Among ourselves")

    assert await socket.silent()
