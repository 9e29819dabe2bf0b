"""The snippets of the screen "Share": the documentation has the same, and names stay text."""

import pytest

from domain.runtime.template_loader import FOLDER
from web.dashboard.share import HEIGHT_SCRIPT, embed_snippet, snippets

URL = "https://status.example.com/"


def test_documentation_has_the_snippets_that_owners_copy():
    text = (FOLDER / "docs" / "embed.md").read_text("utf-8")
    assert HEIGHT_SCRIPT % {"address": "$URL/embed"} in text
    assert embed_snippet("$URL/", "Acme status") in " ".join(text.split())


@pytest.mark.parametrize("name", ['"><script>', "a\n\u202eb", "'&'"])
def test_a_name_stays_one_attribute_when_it_is_hostile(name):
    html = snippets(URL, name)["embed"]
    assert html.count("<") == 2
    assert html.count('"') == 10
    assert html.isprintable()


def test_every_document_has_a_command():
    calls = dict(snippets(URL, "Acme")["calls"])
    assert list(calls.values()) == [f"curl {URL}status.json", f"curl {URL}api/v2/summary.json"]
