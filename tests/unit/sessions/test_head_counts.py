import pytest

from domain.sessions.head_counts import HeadCountRefusal, HeadCountRefused, checked


@pytest.mark.parametrize(("day", "people"), [(0, 0), (80, 1_000_000)])
def test_a_number_of_people_on_a_day_is_fine(day, people):
    assert checked(day, people) is None


@pytest.mark.parametrize(
    ("day", "people", "field"), [(-1, 0, "day"), (81, 0, "day"), (0, -1, "people"), (0, 1_000_001, "people")]
)
def test_numbers_that_cannot_be_are_refused_with_their_field(day, people, field):
    with pytest.raises(HeadCountRefused) as refused:
        checked(day, people)

    assert (refused.value.reason, refused.value.field) == (HeadCountRefusal.INVALID, field)
