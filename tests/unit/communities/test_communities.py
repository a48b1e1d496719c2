import pytest

from domain.communities.communities import CommunityRefusal, CommunityRefused, NewCommunity, checked


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param({"name": " "}, "name", id="no-name"),
        pytest.param({"name": "a" * 201}, "name", id="a-long-name"),
        pytest.param({"domain": ""}, "domain", id="about-nothing"),
        pytest.param({"charter": "a" * 20_001}, "charter", id="a-long-charter"),
        pytest.param({"charter": "\x00"}, "charter", id="a-nul"),
        pytest.param({"external_ref": " "}, "externalRef", id="an-empty-reference"),
    ],
)
def test_what_is_wrong_is_named(facts, field):
    with pytest.raises(CommunityRefused) as refusal:
        checked(NewCommunity(**{"name": "Guild", "domain": "Feedback", **facts}))

    assert (refusal.value.reason, refusal.value.field) == (CommunityRefusal.INVALID, field)
