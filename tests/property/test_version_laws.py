"""Laws of what is published: same content, same bytes, same version, and no other.

Source: docs/behaviour.md, "Same content, same bytes".
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.page import commands as c
from domain.page import tree
from domain.page.apply import apply_all
from domain.page.decide.table import decide
from domain.page.state import Entitlement, Page, Tier
from domain.status import IncidentState
from tests.property.strategies import instants, pages, statuses, texts
from workers.render.eager import render_eager

TODAY = date(2026, 3, 25)
PLAIN = ("index.html", "status.json", "status-version.json", "badge.svg")
MARKDOWN = {
    *(
        f"{tag} []"
        for tag in ["p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li"]
    ),
    *("ol ['start']", "code ['class']", "a ['href', 'rel']"),
}
resolved = instants(70, 84)


def rendered(page: Page, today: date = TODAY):
    """What is published; every artifact must be there."""
    fields, kept = render_eager(page, today)
    assert kept == ((page.logo.name,) if page.logo else ())
    return fields


def version(fields) -> str:
    return json.loads(fields["status-version.json"])["version"]


def content(fields):
    """What the page and status.json say, with the fingerprint itself taken out."""
    mark = version(fields).encode()
    return tuple(fields[name].replace(mark, b"-") for name in ("index.html", "status.json"))


@st.composite
def changed_pages(draw):
    """A page and what one more command, or an edit that no command makes yet, turns it into."""
    page = draw(pages(resolved))
    leaves = [node.id for node in tree.leaves(page.components)]
    incidents = [*page.incidents, "i_unknown"]
    spoken = st.builds(c.StatusGiven, st.sampled_from([*leaves, "nobody"]), statuses)
    given_statuses = st.lists(spoken, max_size=2).map(tuple)
    command = draw(
        st.one_of(
            st.builds(c.ChangePage, st.none() | texts(), st.none() | st.booleans()),
            st.builds(c.SetStatus, st.sampled_from([*leaves, "nobody"]), statuses),
            st.builds(
                c.OpenIncident, st.just("i_new"), st.just("u_new"), texts(),
                body=st.none() | texts(), components=given_statuses,
            ),
            st.builds(
                c.PostUpdate, st.sampled_from(incidents), st.just("u_new"),
                st.sampled_from([state for state in IncidentState if state != "scheduled"]),
                st.none() | texts(), given_statuses,
            ),
            st.builds(c.DeleteIncident, st.sampled_from(incidents)),
            st.builds(c.CreateKey, st.just("k_new"), texts(), st.just("hash")),
            st.just(c.SetEntitlement(Entitlement(Tier.PRIME))),
        )
    )  # fmt: skip
    decision = decide(page, command, draw(instants(85, 89)))
    return page, apply_all(page, decision) if isinstance(decision, tuple) else page


@given(changed_pages())
def test_version_changes_exactly_when_the_page_or_status_json_does(pair):
    before, after = map(rendered, pair)
    assert (version(before) == version(after)) == (content(before) == content(after))


@given(pages(resolved), st.integers(1, 40))
def test_version_changes_exactly_when_content_does_as_days_go_by(page, days):
    before, after = rendered(page), rendered(page, TODAY + timedelta(days=days))
    assert (version(before) == version(after)) == (content(before) == content(after))


@given(pages(resolved), st.randoms(use_true_random=False))
def test_bytes_are_the_same_when_the_same_page_was_read_in_another_order(page, random):
    def shuffled(mapping):
        items = list(mapping.items())
        random.shuffle(items)
        return dict(items)

    def jumbled(incident):
        updates = tuple(replace(u, components=shuffled(u.components)) for u in incident.updates)
        claims = list(incident.claims)
        random.shuffle(claims)
        return replace(incident, updates=updates, claims=tuple(claims))

    other = replace(
        page,
        components=shuffled(page.components),
        incidents=shuffled({id_: jumbled(i) for id_, i in page.incidents.items()}),
        keys=shuffled(page.keys),
    )
    assert other == replace(page, incidents=other.incidents)
    assert rendered(other) == rendered(page)


@given(pages(resolved))
def test_fingerprint_is_one_and_the_same_wherever_it_is_said(page):
    fields = rendered(page)
    said = json.loads(fields["status-version.json"])
    assert said == {"version": version(fields), "v": version(fields)}
    assert json.loads(fields["status.json"])["version"] == version(fields)
    assert json.loads(fields["meta"])["version"] == version(fields)
    assert f'data-version="{version(fields)}"'.encode() in fields["index.html"]


class Outline(HTMLParser):
    """The tags and attribute names of a document, without its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        # (a name without letters has no first one for the mark beside it)
        self.tags.append(f"{tag} {sorted(name for name, _ in attrs if name != 'data-mark')}")

    def handle_data(self, data):
        self.words.append(data)


@given(pages(resolved), texts())
def test_words_of_users_never_become_markup_when_they_are_hostile(page, word):
    assume(page.components)

    def renamed(to):
        nodes = {
            id_: replace(node, name=to, description=to) for id_, node in page.components.items()
        }
        incidents = {
            id_: replace(i, title=to, updates=tuple(replace(u, body=to) for u in i.updates))
            for id_, i in page.incidents.items()
        }
        return replace(page, name=to, description=to, components=nodes, incidents=incidents)

    hostile = Outline(rendered(renamed(word))["index.html"].decode())
    harmless = Outline(rendered(renamed("word"))["index.html"].decode())
    assert but_markdown(hostile.tags) == but_markdown(harmless.tags)


def but_markdown(tags):
    """Without what an update's words may be: lines, emphasis, lists, code."""
    return [tag for tag in tags if tag not in MARKDOWN]
