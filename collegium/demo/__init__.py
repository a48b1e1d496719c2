"""The demo: a sandbox with one program under way, made once, so that a newcomer finds something to look at."""

from collegium.demo.tenant import SLUG, prepare

__all__ = ["SLUG", "prepare"]
