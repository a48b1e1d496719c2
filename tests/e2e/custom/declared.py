"""Custom fields as their administrators declare them, and people of whom they say something."""

from tests.e2e.rows import do


async def a_field(admin, key="costCenter", kind="TEXT", **facts):
    """A field of people."""
    given = {"record": "PERSON", "key": key, "kind": kind, "label": key.upper(), **facts}
    return (await do(admin, "declareCustomField", "CustomField { id }", **given))["id"]


async def a_person(client, name, /, **said):
    """Whose custom fields say so: `a_person(client, "Ada", costCenter={"text": "42"})`."""
    given = [{"key": key, **value} for key, value in said.items()]
    return (await do(client, "createPerson", "Person { id }", name=name, customFields=given))["id"]


async def names(client, **arguments):
    """The people of a page, in its order."""
    document = """query ($where: PersonFilter, $orderBy: PersonOrder) {
      people(first: 100, where: $where, orderBy: $orderBy) { nodes { name } }
    }"""
    return [person["name"] for person in (await client.data(document, **arguments))["people"]["nodes"]]


async def refusal_of(client, **arguments):
    """The code and the words of what can't be asked."""
    document = """query ($where: PersonFilter, $orderBy: PersonOrder) {
      people(where: $where, orderBy: $orderBy) { nodes { name } }
    }"""
    answer = await client.answer(document, **arguments)
    assert answer["data"] is None
    [error] = answer["errors"]
    return error["extensions"]["code"], error["message"]
