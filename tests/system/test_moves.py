"""A page moves out and in by the operator's command, on a running system."""

import json
import re

import pytest

from tests.support.actors import Page
from tests.support.inside import hepstatus
from tests.support.pictures import png_text

pytestmark = pytest.mark.system

THINGS = "3 components, 3 incidents, 1 template"
EVER = "2020-05-01T10:00:00Z"


def told(system, *args: str) -> list[str]:
    """What the command prints when it succeeds."""
    done = hepstatus(system, *args)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def complaint(system, *args: str) -> str:
    """The one sentence that the command prints when it does not."""
    done = hepstatus(system, *args)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.strip()


@pytest.fixture
def full_page(actors) -> Page:
    """A page with one thing of each kind."""
    page = actors.page()
    group = page.leaf("Backend", kind="category")
    api, web = page.leaf("API", parent=group), page.leaf("Website", description="The shop")
    page.owner.done(
        page.owner.patch(
            page.path,
            {
                "name": "Acme Cloud", "description": "All of it", "timeZone": "Europe/Berlin",
                "labels": {"outage": "Down"}, "uptimeCounts": "all", "logo": png_text(2, 2),
                "links": [{"label": "Help", "url": "https://acme.com/help", "place": "footer"}],
            },
        ),
        200,
    )  # fmt: skip
    page.incident(
        title="Long ago", state="resolved", startedAt="2021-01-01T10:00:00Z",
        resolvedAt="2021-01-01T11:00:00Z", components=[{"component": api, "status": "outage"}],
    )  # fmt: skip
    path = page.incident(title="Slow", components=[{"component": api, "status": "degraded"}])
    page.owner.done(page.owner.post(f"{path}/updates", {"state": "identified", "body": "Found."}))
    page.incident(
        kind="maintenance", title="Disks", scheduledStart="2099-01-01T10:00:00Z",
        scheduledEnd="2099-01-01T11:00:00Z", components=[{"component": web}],
    )  # fmt: skip
    for status in ("partial", "operational"):
        page.owner.done(page.owner.patch(f"{page.path}/components/{web}", {"status": status}), 200)
    page.template("Database", body="We know it.", state="investigating", impact="major")
    return page


def export(system, page: Page, file) -> bytes:
    assert told(system, "export", page.id, "-o", str(file)) == []
    return file.read_bytes()


def test_page_is_equal_when_it_moved_out_and_in(actors, system, full_page, tmp_path):
    # given the file of a page, and a page without content
    content = export(system, full_page, tmp_path / "page.json")
    copy = actors.page()
    args = ("import", str(tmp_path / "page.json"), "--page", copy.id)
    # when a dry run lists the changes, then nothing changes
    before = export(system, copy, tmp_path / "before.json")
    listed = told(system, *args, "--dry-run")
    assert "incident  2021-01-01 10:00  Long ago" in listed
    assert f"{copy.id} would get {THINGS}, 1 daily record." in listed
    assert export(system, copy, tmp_path / "after.json") == before
    # when it is imported, then its file and what visitors see are equal
    assert told(system, *args)[0].startswith(f"{copy.id} got 3 components, 3 incidents")
    assert export(system, copy, tmp_path / "copy.json") == content
    one, other = (actors.visitor(page) for page in (full_page, copy))
    assert published(one) == published(other)
    # and a second import changes nothing
    version = other.json()["version"]
    assert told(system, *args) == [
        f"{copy.id} has all of it already.",
        f"Left as they are, because {copy.id} has them already: {THINGS}.",
    ]
    assert other.json()["version"] == version
    assert "Imported 3 components, 1 template" in actions(copy)


def published(visitor) -> list[str]:
    """What visitors see, ids, hosts and pictures numbered in the order of their appearance."""
    texts = [visitor.get(path).text for path in ("/", "/status.json", "/history")]
    found: dict[str, str] = {}
    mark = visitor.json()["version"]
    pattern = rf"\b[a-z]_[0-9a-z]{{26}}\b|[\w-]+\.localhost(?::\d+)?|{mark}"
    return [re.sub(pattern, lambda m: found.setdefault(m[0], f"#{len(found)}"), t) for t in texts]


def actions(page: Page) -> list[str]:
    entries = page.owner.get(f"{page.path}/audit?limit=50").json()["data"]["items"]
    return [entry["summary"] for entry in entries]


def test_page_keeps_what_it_has_when_it_has_content(actors, system, full_page, tmp_path):
    export(system, full_page, tmp_path / "page.json")
    copy = actors.page("Own")
    said = told(system, "import", str(tmp_path / "page.json"), "--page", copy.id)
    assert f"{copy.id} keeps its own settings, because it has content." in said
    names = [each["name"] for each in actors.visitor(copy).json()["components"]]
    assert names == ["Own", "API", "Website"]
    assert actors.visitor(copy).json()["page"]["name"] == "Acme"


def incident(**more):
    return {
        "id": "1", "title": "T", "impact": "none", "state": "investigating", "startedAt": EVER,
        "postedAt": EVER, "updatedAt": EVER, **more,
    }  # fmt: skip


LEAF = {"id": "a", "name": "API", "createdAt": EVER}
BAD = {
    "components[1].parent: x is no category": {
        "components": [LEAF, {**LEAF, "id": "b", "parent": "x"}]
    },
    "components[1].id: a occurs twice": {"components": [LEAF, LEAF]},
    "components: This page can have up to 5": {
        "components": [{**LEAF, "id": str(n)} for n in range(6)]
    },
    "incidents[0].updates[0].body: Expected `str`": {
        "incidents": [incident(updates=[{"state": "resolved", "occurredAt": EVER, "body": 1}])]
    },
    "incidents[0].updates[0].postedAt: An entry": {
        "incidents": [incident(updates=[{"state": "resolved", "occurredAt": EVER, "body": "x"}])]
    },
    "incidents[0].claims[0].component: The file has no leaf a": {
        "incidents": [incident(claims=[{"component": "a", "status": "outage", "from": EVER}])]
    },
    "incidents[0].resolvedAt: A resolved": {"incidents": [incident(state="resolved")]},
    "incidents[0].title: It is blank": {"incidents": [incident(title=" ")]},
    "page.links[0].url: The address": {
        "page": {"name": "n", "links": [{"label": "x", "url": "javascript:alert(1)"}]}
    },
    "page.timeZone: Mars is no": {"page": {"name": "n", "timeZone": "Mars"}},
    "page.logo: It must be": {"page": {"name": "n", "logo": "https://acme.com/logo.png"}},
    "templates[0].title: It contains": {
        "templates": [{"id": "t", "title": "a\0", "createdAt": EVER}]
    },
}


def test_nothing_is_imported_when_the_file_is_bad(actors, system, tmp_path):
    page, file = actors.page(), tmp_path / "page.json"
    before = export(system, page, tmp_path / "before.json")
    for sentence, parts in BAD.items():
        file.write_text(json.dumps({"page": {"name": "n"}, **parts}))
        said = complaint(system, "import", str(file), "--page", page.id)
        assert said.startswith(f"{file}: {sentence}"), said
        assert said.endswith(". Nothing was imported."), said
    file.write_text("{")
    assert "no document of a page" in complaint(system, "import", str(file), "--page", page.id)
    assert export(system, page, tmp_path / "after.json") == before
