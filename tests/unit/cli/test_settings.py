import os
from pathlib import Path

import pytest

from api.http.statuses import Statuses
from collegium.__main__ import COMMANDS, app
from collegium.settings import DEFAULTS, VARIABLES, Settings, address, forget_empty, made_absolute

HELP = [
    *((name,) for name in COMMANDS),
    *(("tenant", name) for name in ("create", "list", "clock", "suspend", "resume")),
    *(("key", name) for name in ("create", "revoke")),
]


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def settings_of(*words):
    """The settings with which a command line starts its command."""
    _, bound, _ = app.meta.parse_args(["schema", *words], exit_on_error=False, print_error=False)
    return bound.arguments.get("settings", DEFAULTS)


def test_without_a_word_everything_stays_at_home():
    assert settings_of() == Settings(
        home=Path(".collegium"),
        host="127.0.0.1",
        port=8000,
        database_url="",
        http_statuses=Statuses.CURRENT,
        json=False,
    )


def test_the_environment_says_where_everything_is(monkeypatch):
    said = ("/srv/collegium", "0.0.0.0", "80", "postgresql://db/collegium", "draft")
    for name, value in zip(VARIABLES, said, strict=True):
        monkeypatch.setenv(name, value)

    assert settings_of("--json") == Settings(
        home=Path("/srv/collegium"),
        host="0.0.0.0",
        port=80,
        database_url="postgresql://db/collegium",
        http_statuses=Statuses.DRAFT,
        json=True,
    )


def test_the_command_line_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("PORT", "80")

    assert settings_of("--port", "81").port == 81


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_variable_is_as_good_as_none(monkeypatch, name):
    monkeypatch.setenv(name, "")

    forget_empty(os.environ)

    assert settings_of() == DEFAULTS


def test_the_home_is_where_the_process_was_started(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    assert made_absolute(Settings()).home == tmp_path / ".collegium"
    assert made_absolute(Settings(home=Path("~/here"))).home == Path.home() / "here"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("academy.example", "http://academy.example:8000"),
    ],
)
def test_a_server_is_found_at_its_address(host, url):
    assert address(host, 8000) == url


@pytest.mark.parametrize("words", HELP, ids=" ".join)
def test_there_is_help_for_everything(capsys, words):
    app.meta([*words, "--help"], result_action="return_value")

    told = capsys.readouterr().out
    assert f"Usage: collegium {' '.join(words)}" in told
    assert "COLLEGIUM_HOME" in told
    assert "DATABASE_URL" in told
    assert "--json" in told
