"""Plain text out of HTML: what a reader would see, a line for every block, and where links lead."""

import re
from html.parser import HTMLParser

UNSEEN = frozenset({"script", "style", "head", "template"})
BLOCKS = frozenset(
    {"address", "article", "blockquote", "dd", "div", "dl", "dt", "figure", "hr", "li", "ol", "p", "pre", "section"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "ul"}
)
GAPS = re.compile(r"\s*\n\s*\n\s*")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.links: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in UNSEEN:
            self.unseen += 1
        elif tag == "a":
            self.links.append(given.get("href") or "")
        elif tag == "img":
            self.seen.append(given.get("alt") or "")
        elif tag == "br":
            self.seen.append("\n")
        elif tag in BLOCKS:
            self.seen.append("\n\n- " if tag == "li" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        elif tag == "a" and self.links:
            address = self.links.pop()
            if address and address not in "".join(self.seen[-3:]):
                self.seen.append(f" ({address})")
        elif tag in BLOCKS:
            self.seen.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.seen.append(data)


def plain(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return GAPS.sub("\n\n", "".join(reader.seen)).strip()
