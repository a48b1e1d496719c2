"""Documents are held against the schema, and each is told what is wrong with it."""

import pytest

from api.documents.checking import checked
from api.schema import schema
from tenants.documents import DocumentProblem, DocumentRefused, NewDocument


def test_a_good_document_is_told_what_it_holds():
    text = 'query A { tenant { name } } mutation B { updateTenant(input: {name: "B"}) { __typename } }'

    good = checked(schema(), [NewDocument(text, "both"), NewDocument("{ tenant { slug } }")])

    assert [(one.id, one.operations) for one in good] == [("both", ["query A", "mutation B"]), ("", ["query"])]


def test_every_problem_of_every_document_is_told_with_its_place():
    documents = [
        NewDocument("{ tenant { name } }", "good"),
        NewDocument("{\n  tenant {\n    nme\n    slgu\n  }\n}", "typos"),
        NewDocument("{ tenant {", "half"),
        NewDocument("fragment F on Tenant { name }", "fragment"),
        NewDocument("query Long { tenant { name } } #" + "x" * 500_000),
    ]

    with pytest.raises(DocumentRefused) as no:
        checked(schema(), documents)

    assert [(one.id[:12], one.line, one.column) for one in no.value.problems] == [
        ("typos", 3, 5),
        ("typos", 4, 5),
        ("half", 1, 11),
        ("fragment", 1, 1),
        ("query Long {", None, None),
    ]
    assert no.value.problems[0] == DocumentProblem(
        "typos", "Cannot query field 'nme' on type 'Tenant'. Did you mean 'name' or 'now'?", 3, 5
    )
    assert no.value.problems[-1].message[:43] == "A document holds at most 500,000 characters"
