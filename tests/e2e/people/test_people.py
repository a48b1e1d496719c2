"""People and organizations through GraphQL."""

CREATE = """
mutation ($input: CreatePersonInput!) {
  createPerson(input: $input) {
    __typename
    ... on Person { id name email organization { name } }
    ... on PersonRefused { reason message field }
  }
}
"""


async def test_a_coordinator_adds_a_person(coordinator):
    organization = await coordinator.data(
        'mutation { createOrganization(input: {name: "Acme"}) { ... on Organization { id } } }'
    )
    organization_id = organization["createOrganization"]["id"]

    answer = await coordinator.data(
        CREATE, input={"name": " Ada ", "email": "Ada@Example.org", "organizationId": organization_id}
    )

    person = answer["createPerson"]
    assert person == {
        "__typename": "Person",
        "id": person["id"],
        "name": "Ada",
        "email": "ada@example.org",
        "organization": {"name": "Acme"},
    }
    again = await coordinator.data(
        "query ($id: ID!) { node(id: $id) { __typename id ... on Person { name } } }", id=person["id"]
    )
    assert again == {"node": {"__typename": "Person", "id": person["id"], "name": "Ada"}}


async def test_a_second_person_with_the_address_is_refused(coordinator):
    await coordinator.data(CREATE, input={"name": "Ada", "email": "ada@example.org"})

    answer = await coordinator.data(CREATE, input={"name": "Eve", "email": "ada@example.org"})

    assert answer["createPerson"]["reason"] == "EMAIL_TAKEN"
    assert answer["createPerson"]["field"] == "email"


async def test_pages_go_both_ways(coordinator):
    for name in ("Bea", "Cyd", "Dan", "Eli", "Fay"):
        await coordinator.data(CREATE, input={"name": name})
    document = """
    query ($first: Int, $after: String, $last: Int, $before: String) {
      people(
        first: $first, after: $after, last: $last, before: $before
        where: {name: {in: ["Bea", "Cyd", "Dan", "Eli", "Fay"]}}
      ) {
        totalCount nodes { name } edges { cursor node { name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }"""

    first = (await coordinator.data(document, first=2))["people"]
    second = (await coordinator.data(document, first=2, after=first["pageInfo"]["endCursor"]))["people"]
    third = (await coordinator.data(document, first=2, after=second["pageInfo"]["endCursor"]))["people"]
    back = (await coordinator.data(document, last=2, before=third["pageInfo"]["startCursor"]))["people"]
    end = (await coordinator.data(document, last=2))["people"]

    assert [[node["name"] for node in page["nodes"]] for page in (first, second, third, back, end)] == [
        ["Bea", "Cyd"],
        ["Dan", "Eli"],
        ["Fay"],
        ["Dan", "Eli"],
        ["Eli", "Fay"],
    ]
    assert [page["totalCount"] for page in (first, second, third)] == [5, 5, 5]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, third, back, end)] == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert [page["pageInfo"]["hasPreviousPage"] for page in (first, back, end)] == [False, True, True]
    assert first["edges"][0]["cursor"] == first["pageInfo"]["startCursor"]


async def test_a_learner_may_not_list_people(learner):
    answer = await learner.answer("{ people { nodes { name } } }")

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_the_brand_is_readable_before_sign_in(visitor):
    answer = await visitor.data(
        """{
          tenant { name branding { displayName primaryColor } settings { benchmark { experience social formal } } }
          viewer { displayName }
        }"""
    )

    assert answer == {
        "tenant": {
            "name": "Acme",
            "branding": {"displayName": "Acme Academy", "primaryColor": "#1f4e79"},
            "settings": {"benchmark": {"experience": 70, "social": 20, "formal": 10}},
        },
        "viewer": None,
    }


async def test_the_viewer_is_who_asks(learner):
    answer = await learner.data(
        "{ viewer { displayName roles person { name email } } __schema { queryType { name } } }"
    )

    assert answer == {
        "viewer": {
            "displayName": "Grace Hopper",
            "roles": ["LEARNER"],
            "person": {"name": "Grace Hopper", "email": None},
        },
        "__schema": {"queryType": {"name": "Query"}},
    }


async def test_a_page_of_which_nothing_is_asked_is_one_answer(coordinator):
    asked = """query ($name: String) {
      none: people(first: 0) { pageInfo { __typename } }
      all: people { pageInfo { hasPreviousPage } }
      named: people(where: {name: {eq: $name}}) { __typename }
    }"""

    answer = await coordinator.data(asked, name="Ada")

    assert answer == {
        "none": {"pageInfo": {"__typename": "PageInfo"}},
        "all": {"pageInfo": {"hasPreviousPage": False}},
        "named": {"__typename": "PersonConnection"},
    }
