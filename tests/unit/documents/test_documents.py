"""Which id a document goes by, and which text an id means for whom."""

import hashlib
import uuid

import pytest

from tenants.documents import (
    DocumentProblem,
    DocumentRefused,
    NewDocument,
    Registered,
    chosen,
    identified,
    refused,
)

TEXT = "query Näme { tenant { name } }"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
MD5 = hashlib.md5(TEXT.encode()).hexdigest()
PORTAL, INTRANET, OTHER = (uuid.UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("given", "id_"),
    [
        ("", f"sha256:{SHA}"),
        (f"sha256:{SHA}", f"sha256:{SHA}"),
        (SHA, f"sha256:{SHA}"),
        (MD5, MD5),
        ("People.v2_final~1", "People.v2_final~1"),
        ("x-portal:People", "x-portal:People"),
    ],
)
def test_an_id_is_the_sha_256_or_the_apps_own(given, id_):
    assert identified(NewDocument(TEXT, given)) == id_


@pytest.mark.parametrize("given", ["sha256:" + "0" * 64, "0" * 64, "sha256:", f"sha256:{SHA.upper()}", f"sha256:{MD5}"])
def test_a_sha_256_that_is_not_the_texts_is_refused(given):
    with pytest.raises(DocumentRefused, match=r"^The id is not the SHA-256 of the text\."):
        identified(NewDocument(TEXT, given))


@pytest.mark.parametrize("given", ["md5:abc", "a b", "ä", "x-:a", "x-a:", "a/b", "a" * 201, "a\x00"])
def test_an_id_that_could_not_stand_in_an_address_is_refused(given):
    with pytest.raises(DocumentRefused, match=r"^An id is `sha256:` and 64 digits, or at most 200 letters"):
        identified(NewDocument(TEXT, given))


PORTALS, INTRANETS = Registered(PORTAL, "{ a }"), Registered(INTRANET, "{ b }")
SAME = Registered(INTRANET, "{ a }")


@pytest.mark.parametrize(
    ("found", "app_id", "locked", "text"),
    [
        pytest.param([], None, False, None, id="nothing"),
        pytest.param([PORTALS], None, False, "{ a }", id="a-person-asks-what-any-app-registered"),
        pytest.param([PORTALS], OTHER, False, "{ a }", id="a-free-app-asks-what-another-registered"),
        pytest.param([PORTALS, SAME], None, False, "{ a }", id="two-apps-registered-the-same"),
        pytest.param([PORTALS, INTRANETS], None, False, None, id="two-apps-mean-different-texts"),
        pytest.param([PORTALS, INTRANETS], INTRANET, False, "{ b }", id="an-apps-own-comes-first"),
        pytest.param([PORTALS, INTRANETS], INTRANET, True, "{ b }", id="a-locked-app-asks-its-own"),
        pytest.param([PORTALS], OTHER, True, None, id="a-locked-app-asks-nothing-of-others"),
    ],
)
def test_an_id_means_the_apps_own_text_or_the_one_there_is(found, app_id, locked, text):
    assert chosen(found, app_id=app_id, locked=locked) == text


def test_a_report_has_a_line_for_each_problem_up_to_fifty():
    problems = [DocumentProblem(f"q{number}", "Wrong.", number, 2) for number in range(60)]

    few, many = refused(problems[:2]), refused(problems)

    assert few.message == "q0: Wrong. (at 0:2)\nq1: Wrong. (at 1:2)"
    assert many.message.splitlines()[-1] == "… and 10 more."
    assert len(many.message.splitlines()) == 51
    assert many.problems == problems
