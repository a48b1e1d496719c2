"""What a process is told by its environment or its command line; the command line wins."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from api.http.statuses import Statuses

VARIABLES = ("COLLEGIUM_HOME", "HOST", "PORT", "DATABASE_URL", "COLLEGIUM_HTTP_STATUSES")
GROUP = Group("Settings", sort_key=100)


@dataclass(frozen=True)
class Settings:
    """The same for every command."""

    home: Annotated[Path, Parameter(env_var="COLLEGIUM_HOME")] = Path(".collegium")
    """The folder of this installation: its database, its explorer, the demo's key."""

    host: Annotated[str, Parameter(env_var="HOST")] = "127.0.0.1"
    """The address to listen at."""

    port: Annotated[int, Parameter(env_var="PORT", validator=Number(gte=0, lte=65535))] = 8000
    """The port to listen at; 0 takes a free one."""

    database_url: Annotated[str, Parameter(env_var="DATABASE_URL", show_default=False)] = ""
    """A PostgreSQL of your own, as its administrator sees it. Without it, an embedded one runs in the home folder."""

    http_statuses: Annotated[Statuses, Parameter(env_var="COLLEGIUM_HTTP_STATUSES")] = Statuses.CURRENT
    """Whether answers have the statuses of today's text of GraphQL over HTTP, or of the draft to come."""

    json: Annotated[bool, Parameter(negative="", show_default=False)] = False
    """Answer in JSON, for programs."""


Given = Annotated[Settings, Parameter(parse=False)]
"""How a command gets the settings: they are read once, before the command is."""

DEFAULTS = Settings()


def forget_empty(environment: MutableMapping[str, str]) -> None:
    """A variable that is set to nothing, as in `PORT= make run`, is as good as none."""
    for name in VARIABLES:
        if environment.get(name) == "":
            del environment[name]


def made_absolute(settings: Settings) -> Settings:
    return replace(settings, home=settings.home.expanduser().absolute())


def address(host: str, port: int) -> str:
    """Where a client finds a server that listens there. One that listens everywhere is found at home too."""
    named = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 -- not bound here
    return f"http://[{named}]:{port}" if ":" in named else f"http://{named}:{port}"
