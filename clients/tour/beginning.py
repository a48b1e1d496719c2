"""How it begins: two tenants, and the people who run the first."""

from clients.tour.graphql import Client, Seat
from clients.tour.steps import Step
from clients.tour.story import Story
from clients.tour.stranger import EVERYTHING, counted

WHO = "{ tenant { id name sandbox } viewer { displayName roles } programs { totalCount nodes { id } } }"
UNAUTHORIZED = 401


async def two_tenants(story: Story, step: Step) -> None:
    """Two tenants, each a sandbox with an administrator and a key."""
    theirs = await story.stranger.does("createProgram", "Program { id }", title="Their own program")
    mine = await story.admin.ask(WHO)
    others = await story.stranger.ask(WHO)

    step.expect("the first is a sandbox", expected=True, came=mine["tenant"]["sandbox"])
    step.expect("its administrator", ["TENANT_ADMIN"], mine["viewer"]["roles"])
    step.expect("programs of the first", 0, mine["programs"]["totalCount"])
    step.expect("programs of the second", [theirs["id"]], [row["id"] for row in others["programs"]["nodes"]])
    step.expect("they are two", expected=True, came=mine["tenant"]["id"] != others["tenant"]["id"])
    for who, seat in (
        ("the first's key at the second's address", Seat(story.stranger.seat.host, story.admin.seat.key)),
        ("the second's key at the first's address", Seat(story.admin.seat.host, story.stranger.seat.key)),
    ):
        response = await Client(story.admin.http, seat).post(WHO)
        step.expect(who, UNAUTHORIZED, response.status_code)
    found = await story.admin.ask("query ($id: ID!) { node(id: $id) { id } program(id: $id) { id } }", id=theirs["id"])
    step.expect("the first opens of the second's program", [], [one for one, row in found.items() if row is not None])
    story.admin.seen.discard(theirs["id"])
    story.own_rows = counted(await story.stranger.ask(EVERYTHING))


async def a_team(story: Story, step: Step) -> None:
    """The administrator brings in a coordinator and an instructor, each with a key of their own."""
    story.coordinator = await newcomer(story, "Carla Coordinator", "COORDINATOR")
    story.instructor = await newcomer(story, "Ivo Instructor", "INSTRUCTOR")

    for client, name, role in (
        (story.coordinator, "Carla Coordinator", "COORDINATOR"),
        (story.instructor, "Ivo Instructor", "INSTRUCTOR"),
    ):
        viewer = (await client.ask("{ viewer { displayName roles } }"))["viewer"]
        step.expect("who asks with the new key", (name, [role]), (viewer["displayName"], viewer["roles"]))
    answer = await story.instructor.answer("{ keys { totalCount } }")
    step.expect("an instructor asks for keys", "FORBIDDEN", answer["errors"][0]["extensions"]["code"])
    keys = await story.admin.ask("{ keys { totalCount nodes { id } } people { totalCount nodes { id } } }")
    step.expect("keys", 3, keys["keys"]["totalCount"])
    step.expect("people", 3, keys["people"]["totalCount"])


async def newcomer(story: Story, name: str, role: str) -> Client:
    """A new person with a key."""
    person = await story.admin.does("createPerson", "Person { id }", name=name)
    story.rows["person"] = person["id"]
    return await with_key(story, person["id"], role)


async def with_key(story: Story, person_id: str, role: str) -> Client:
    issued = await story.admin.does("createKey", "IssuedKey { text key { id } }", personId=person_id, roles=[role])
    story.rows["key"] = issued["key"]["id"]
    return story.admin.at(issued["text"])
