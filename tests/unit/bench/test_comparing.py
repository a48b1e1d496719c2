"""What a run of the bench says of its own figures."""

from xml.etree import ElementTree as ET

import pytest

from tests.bench import report
from tests.bench.chart import chart
from tests.bench.comparing import Found, times, verdicts
from tests.bench.measuring import Measured


def measured(rate, server=0.001, database=0.001, memory=50_000_000):
    return Measured(rate, 0.002, 0.005, server, database, 0.0001, memory)


@pytest.fixture
def found():
    """Three rounds of one query: in the second, the machine had other work."""
    ours = [measured(90), measured(9, server=0.01, database=0.01), measured(91)]
    theirs = [measured(100, server=0.0008), measured(10, server=0.008, database=0.01), measured(100)]
    return Found({"Q1": {"a": theirs, "c": ours}}, {"Q1": (ours, ours)})


def test_a_ratio_is_the_middle_one_of_the_rounds(found):
    ours, theirs = found.rounds["Q1"]["c"], found.rounds["Q1"]["a"]

    assert times(ours, theirs, "rate") == pytest.approx(0.90)
    assert times(ours, theirs, "cpu") == pytest.approx(0.90)


def test_a_target_is_judged_only_where_both_were_measured(found):
    assert [(one.what, one.figure, one.met) for one in verdicts(found)] == [
        ("Q1 beside hand-written, by CPU", "0.90", True),
        ("Q1 with ten times the tenants and rows, by CPU", "1.00", True),
        ("memory of the server (PSS)", "50 MB", True),
    ]


def test_a_target_may_be_missed(found):
    found.rounds["Q1"]["c"] = [measured(60, server=0.002, memory=150_000_000)] * 3

    assert [one.met for one in verdicts(found)] == [False, True, False]


def test_the_figures_stand_between_their_marks_and_nothing_else_changes(found, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "ROOT", tmp_path)
    (tmp_path / "docs").mkdir()
    for page in (tmp_path / "README.md", tmp_path / "docs" / "performance.md"):
        page.write_text("before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n")

    report.record(found, "Measured in a test.")
    report.record(found, "Measured in a test.")

    readme = (tmp_path / "README.md").read_text()
    assert readme.startswith("before\n<!-- bench -->\n![")
    assert readme.endswith("Measured in a test.\n<!-- /bench -->\nafter\n")
    assert "| one session with its program and host | 100 | 90 |\n" in readme
    page = (tmp_path / "docs" / "performance.md").read_text()
    assert "| c Collegium | 90 | 2.0 | 5.0 | 1,000 | 1,000 |  |  |\n" in page
    assert "| a by hand, one round trip | 100 | 2.0 | 5.0 | 1,000 | 1,000 | 0.90 | 0.90 |\n" in page


def test_the_chart_is_an_image_with_a_bar_for_each_rival(found):
    image = ET.fromstring(chart(found))

    bars = [one for one in image.iter() if one.tag.endswith("rect")]
    assert [(bar.get("fill"), bar.get("width")) for bar in bars] == [("#8a94a0", "560"), ("#c8553d", "504")]
