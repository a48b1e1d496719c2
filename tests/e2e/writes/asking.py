"""Mutations about people, asked in the ways that writes can be asked."""

CREATE = """
mutation ($input: CreatePersonInput!, $key: String!, $dryRun: Boolean) {
  createPerson(input: $input, dryRun: $dryRun) @idempotent(key: $key) {
    __typename ... on Person { id name email revision } ... on Refused { code field message }
  }
}"""
MANY = """
mutation ($items: [CreatePersonInput!]!, $dryRun: Boolean) {
  createPeople(input: {items: $items}, dryRun: $dryRun) {
    __typename ... on Person { id name email organization { name } } ... on PersonRefused { reason field }
  }
}"""


async def people_named(client, *names):
    """The names of those who are there, of these."""
    document = "query ($names: [String!]!) { people(where: {name: {in: $names}}) { nodes { name } } }"
    found = await client.data(document, names=list(names))
    return [person["name"] for person in found["people"]["nodes"]]


async def events_about(client, aggregate):
    """What the history says was done to records of a kind, in order."""
    document = """query ($aggregate: String!) {
      events(where: {aggregate: {eq: $aggregate}}, first: 100) { nodes { verb sequence } }
    }"""
    found = await client.data(document, aggregate=aggregate)
    return [(event["verb"], event["sequence"]) for event in reversed(found["events"]["nodes"])]


def code_of(answer):
    """The code of the one error that stands in the place of an answer."""
    [error] = answer["errors"]
    return error["extensions"]["code"]
