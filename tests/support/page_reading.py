"""What a page says to its visitors, read from its document alone."""

import re
from dataclasses import dataclass
from itertools import pairwise

from tests.support.documents import Document, Element

RUN = re.compile(r"M(\d+) (?:0|12)h(\d+)v")


@dataclass
class Reading:
    """The sentences and figures of a page."""

    html: str

    def __post_init__(self) -> None:
        self.elements = Document(self.html).elements

    def part(self, name: str) -> list[Element]:
        """The elements of a part of the page."""
        starts = [n for n, e in enumerate(self.elements) if "data-part" in e.attributes]
        first = next(n for n in starts if self.elements[n].attributes["data-part"] == name)
        following = (n for n in starts if n > first)
        return self.elements[first : next(following, None)]

    def hero(self) -> tuple[str, str]:
        """The headline, and the sentence below."""
        elements = self.part("hero")
        return text_of(elements, "strong"), text_of(elements, "p")

    def last_change(self) -> str | None:
        return next(e.attributes["datetime"] for e in self.part("hero") if e.tag == "time")

    def cards(self, part: str) -> list[tuple[str | None, str, str, str | None]]:
        """Of each incident of a part: id, title, what its lines begin with, its latest message."""
        return [
            (
                card[0].attributes["id"],
                text_of(card, "h3"),
                text_of(card, "span", "st") + text_of(card, "span", "state"),
                text_of(card, "div", "latest"),
            )
            for card in self.articles(part)
        ]

    def past(self) -> list[tuple[str | None, str, str]]:
        """Of each incident that is over: id, title, and the line of how it ended."""
        return [
            (card[0].attributes["id"], text_of(card, "h3"), text_of(card, "p", "m"))
            for card in self.articles("past")
        ]

    def articles(self, part: str) -> list[list[Element]]:
        elements = self.part(part)
        starts = [n for n, element in enumerate(elements) if element.tag == "article"]
        return [elements[a:b] for a, b in pairwise([*starts, None])]

    def rows(self) -> list[tuple[str, str]]:
        """Name and label of each component and category."""
        elements = self.part("tree")
        starts = [
            n for n, e in enumerate(elements) if has(e, "name") and elements[n + 1].tag == "bdi"
        ]
        return sorted(
            (text_of(elements[n:], "bdi"), text_of(elements[n:], "span", "st")) for n in starts
        )

    def bars(self) -> dict[str | None, tuple[list[str | None], str]]:
        """By leaf: the status of each of its days, and its percent."""
        elements, found = self.part("tree"), {}
        for n, element in enumerate(elements):
            if has(element, "bar"):
                days: list[str | None] = [None] * 90
                for path in paths_after(elements[n + 1 :]):
                    colour_days(days, path)
                found[element.attributes["data-key"]] = days, text_of(elements[n:], "b", "pc")
        return found


def paths_after(elements: list[Element]) -> list[Element]:
    """The paths of the first picture."""
    found = []
    for element in elements[1:]:
        if element.tag != "path":
            return found
        found.append(element)
    return found


def colour_days(days: list[str | None], path: Element) -> None:
    status = path.attributes["class"]
    for first, length in RUN.findall(path.attributes["d"] or ""):
        for day in range(int(first), int(first) + int(length)):
            assert days[day] is None
            days[day] = status


def has(element: Element, name: str) -> bool:
    return name in (element.attributes.get("class") or "").split()


def text_of(elements: list[Element], tag: str, name: str | None = None) -> str:
    """The text of the first element of a tag and class, blanks as one."""
    chosen = (e for e in elements if e.tag == tag and (name is None or has(e, name)))
    element = next(chosen, None)
    return " ".join(element.text.split()) if element else ""


def assert_reads_alike(reading, model) -> None:
    """What a page says is what its model makes of it."""
    assert reading.hero() == (model.headline(), model.summary())
    assert reading.last_change() == model.last_change()
    assert reading.cards("active") == model.active()
    assert [card[:3] for card in reading.cards("maintenances")] == model.maintenances()
    assert reading.past() == model.past()
    assert reading.rows() == model.rows()
    assert reading.bars() == model.bars()
