import pytest

from domain.people.people import NewPerson, PersonRefusal, PersonRefused, address, checked


def test_an_address_is_kept_in_lower_case():
    assert address(" Ada.Lovelace@Example.ORG ") == "ada.lovelace@example.org"


def test_an_address_may_have_letters_of_any_script():
    assert address("ÄDA@exämple.org") == "äda@exämple.org"


@pytest.mark.parametrize(
    "email", ["ada", "ada@", "@example.org", "ada@localhost", "a da@example.org", "ada@b@c.org", ""]
)
def test_what_is_no_address_is_refused(email):
    with pytest.raises(PersonRefused) as refused:
        address(email)

    assert (refused.value.reason, refused.value.field) == (PersonRefusal.INVALID, "email")


def test_a_person_may_be_known_by_name_alone():
    assert checked(NewPerson(name=" Ada ")) == NewPerson(name="Ada")


def test_a_person_without_name_is_refused():
    with pytest.raises(PersonRefused) as refused:
        checked(NewPerson(name=""))

    assert (refused.value.reason, refused.value.field) == (PersonRefusal.INVALID, "name")
