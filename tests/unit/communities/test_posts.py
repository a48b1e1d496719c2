import pytest

from domain.communities.posts import NewPost, PostRefusal, PostRefused, checked


@pytest.mark.parametrize("body", ["", "  ", "a" * 20_001, "a\x00b"], ids=["empty", "blank", "too-long", "nul"])
def test_a_post_says_something_that_fits(body):
    with pytest.raises(PostRefused) as refusal:
        checked(NewPost(body=body))

    assert (refusal.value.reason, refusal.value.field) == (PostRefusal.INVALID, "body")


def test_a_post_is_stored_without_the_space_around_it():
    assert checked(NewPost(body="\n I tried it. \n")).body == "I tried it."
