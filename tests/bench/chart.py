"""Requests per second as bars: an SVG for light and for dark pages."""

from html import escape

from tests.bench.comparing import Found, middle, titles
from tests.bench.rivals.running import NAMES

WIDTH = 860
LEFT = 210
BAR = 18
GAP = 6
HEAD = 30
SHOWN = {"a": "#8a94a0", "c": "#c8553d", "d": "#4f86b8", "b": "#b9a44c"}
"""The hand-written endpoint in gray, ours in the accent color."""
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #24303c; }
    .title { font-weight: 600; font-size: 14px; } .soft { fill: #5c6772; }
    @media (prefers-color-scheme: dark) { text { fill: #e6e9ec; } .soft { fill: #a3adb7; } }
"""


def chart(found: Found) -> str:
    """The longest bar of each query is its fastest server; the number is what counts."""
    parts, top = [], 8
    for query, rivals in found.rounds.items():
        rates = {key: middle(rivals[key], "rate") for key in SHOWN if key in rivals}
        parts.append(_text(0, top + 16, f"{query}  {titles()[query]}", "title"))
        top += HEAD
        for key, rate in rates.items():
            parts += _bar(top, key, rate, rate / max(rates.values()))
            top += BAR + GAP
        top += 14
    parts.append(_text(0, top + 12, "Requests per second, one server process each; longer is better.", "soft"))
    height = top + 24
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    label = "Requests per second of Collegium, hand-written endpoints and other servers"
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">\n'
        f"<style>{STYLE}</style>\n{body}\n</svg>\n"
    )


def _bar(top: int, key: str, rate: float, share: float) -> list[str]:
    length = max(2, share * (WIDTH - LEFT - 90))
    return [
        _text(0, top + 14, NAMES[key], "" if key == "c" else "soft"),
        f'<rect x="{LEFT}" y="{top}" width="{length:.0f}" height="{BAR}" rx="3" fill="{SHOWN[key]}"/>',
        _text(LEFT + length + 8, top + 14, f"{rate:,.0f}", ""),
    ]


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{escape(text)}</text>'
