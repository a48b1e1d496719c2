"""Documents that ask for every field there is, of rows that there are."""

from graphql import get_named_type, is_abstract_type, is_interface_type, is_leaf_type

from api.schema import schema
from tests.attacks import kinds
from tests.e2e.generated.fitting import with_typenames

WORDS = 250
"""What a document may have without being too large, in words of its selections."""
GIVEN = {
    "cost": [{"document": "{ people(first: 2) { nodes { name } } }"}],
    "nodeByExternalRef": [{"type": "ORGANIZATION", "externalRef": "Orchid-org"}],
}
"""Arguments that are no ids."""


def queries(name, own):
    """With their variables: together they ask for each field of what is answered, and each value of what lies in it."""
    field = schema().query_type.fields[name]
    kind = get_named_type(field.type)
    asked = parts(kind, 0 if is_interface_type(kind) else 1)
    if "nodes" in getattr(kind, "fields", ()):
        beside = [part for part in asked if not part.startswith("nodes ")]
        asked = beside + [f"nodes {{ {part} }}" for part in parts(get_named_type(kind.fields["nodes"].type))]
    for variables in arguments(name, field, own):
        some = [part for part in asked if part.startswith(of_type(variables["id"], own))] if name == "node" else asked
        for selection in portions(some):
            yield document("query", name, field, selection, variables), variables


def mutation(name):
    """It asks the same of the row that it is answered with."""
    field = schema().mutation_type.fields[name]
    return document("mutation", name, field, " ".join(parts(get_named_type(field.type))), ("input",))


def document(operation, name, field, selection, given):
    variables = " ".join(f"${argument}: {field.args[argument].type}" for argument in given)
    passed = " ".join(f"{argument}: ${argument}" for argument in given)
    head, asked = (f"{operation} ({variables})", f"{name}({passed})") if given else (operation, name)
    return with_typenames(f"{head} {{ {asked} {{ {selection} }} }}")


def arguments(name, field, own):
    """Some that name rows that there are."""
    if name in GIVEN:
        return GIVEN[name]
    if name == "nodes":
        return [{"ids": [some[0] for some in own.values() if some]}]
    if name == "node":
        return [{"id": some[0]} for some in own.values() if some]
    if "id" in field.args:
        return [{"id": one} for one in own[kinds(("id",), name, field, own)[0]][:2]]
    return [{"first": 3}] if "first" in field.args else [{}]


def of_type(row, own):
    return next(f"... on {name} " for name, some in own.items() if row in some)


def parts(kind, depth=1, plain=3, owner=""):
    """Selections of one field each, `depth` rows deep, and what is in the first row and no row itself `plain` deep.

    `owner`: how names are told apart that mean something else in another type."""
    if is_abstract_type(kind):
        found = [(one.name, parts(one, depth, plain, f"{one.name}_")) for one in schema().get_possible_types(kind)]
        return [f"... on {name} {{ {part} }}" for name, several in sorted(found) for part in several]
    return [part for name, field in kind.fields.items() for part in parts_of(name, field, depth, plain, owner)]


def parts_of(name, field, depth, plain, owner):
    """The field with all that lies in it, as deep as it is asked for."""
    kind = get_named_type(field.type)
    asked = f"{owner}{name}: {name}" if owner else name
    asked += "(first: 2)" if "first" in field.args else ""
    if is_leaf_type(kind):
        return [asked]
    if is_interface_type(kind):
        return [f"{asked} {{ id }}"]
    if name == "edges":
        return ["edges { cursor node { __typename } }"]
    if name == "pageInfo":
        return ["pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"]
    row, page = "id" in kind.fields, "nodes" in kind.fields
    if not (depth if row or page else plain):
        return []
    inner = parts(kind, depth - row, 0 if row or page else plain - 1)
    return [f"{asked} {{ {' '.join(inner)} }}"] if inner else []


def portions(selections):
    """Together as long as they fit in a document."""
    portion, words = [], 0
    for selection in selections:
        if words + len(selection.split()) > WORDS and portion:
            yield " ".join(portion)
            portion, words = [], 0
        portion.append(selection)
        words += len(selection.split())
    yield " ".join(portion)
