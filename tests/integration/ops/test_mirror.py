"""A mirror: all that visitors see of a page, as files.

Source: docs/behaviour.md, "Mirror".
"""

import json

import pytest

from domain.artifacts import ARTIFACTS
from ops.cli.mirror_content import MEMBERS
from tests.support.inside import hepstatus


def mirror(system, page, folder):
    """Mirror a page; return what the command says."""
    done = hepstatus(system, "mirror", page.id, str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(system, page, folder):
    done = hepstatus(system, "mirror", page.id, str(folder))
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr.strip()


def files_of(folder):
    """Paths and bytes of all files but the manifest."""
    found = (path for path in folder.rglob("*") if path.is_file())
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
    contents.pop("mirror.json")
    return contents


@pytest.fixture
def page(actors):
    """A page with an incident of today and one of three months ago."""
    page = actors.page("API")
    page.incident()
    times = {"startedAt": "2026-01-31T10:00:00Z", "resolvedAt": "2026-01-31T11:00:00Z"}
    page.incident(title="Old", state="resolved", components=[], **times)
    return page


def address_of(path):
    return "/" + path.removesuffix("index.html").rstrip("/")


def test_every_family_of_the_registry_has_members():
    assert {a.name for a in ARTIFACTS if a.pattern} == set(MEMBERS)


def test_files_are_what_visitors_get_when_a_page_is_mirrored(actors, page, tmp_path):
    # Given a page that is mirrored
    said = mirror(actors.system, page, tmp_path / "m")

    # When a visitor asks for the address of each file
    files, vi = files_of(tmp_path / "m"), actors.visitor(page)
    differing = [path for path in files if vi.get(address_of(path)).content != files[path]]

    # Then the answers are the files, and the two incidents, their months and the badge are there
    assert differing == []
    assert said.endswith(f"{len(files)} files, {len(files)} written, 0 removed.\n")
    assert {"index.html", "status.json", "history/index.html", "badge.svg"} <= files.keys()
    assert "history/2026-01/index.html" in files
    assert sum(path.startswith("incidents/i_") for path in files) == 2
    manifest = json.loads((tmp_path / "m" / "mirror.json").read_bytes())
    assert manifest["version"] == vi.json()["version"]
    assert (manifest["pageId"], manifest["madeAt"][-1]) == (page.id, "Z")


def test_only_changes_are_written_when_a_page_is_mirrored_again(actors, page, tmp_path):
    # Given a mirror, with a file of somebody else and a part that a killed run has left
    doomed = page.incident(title="Gone soon", components=[])
    mirror(actors.system, page, tmp_path)
    (tmp_path / "CNAME").write_text("status.example.com")
    (tmp_path / "status.json.part").write_text("{")
    before = {path: (tmp_path / path).stat().st_mtime_ns for path in files_of(tmp_path)}

    # When nothing changed, then nothing is written
    assert "0 written, 1 removed" in mirror(actors.system, page, tmp_path)
    assert before.items() >= {
        (path, (tmp_path / path).stat().st_mtime_ns) for path in files_of(tmp_path)
    }

    # When an incident is deleted, then its files go, and nothing else does
    page.owner.done(page.owner.delete(doomed), 200)
    mirror(actors.system, page, tmp_path)
    gone = before.keys() - files_of(tmp_path).keys()
    assert gone == {f"incidents/{doomed.rpartition('/')[2]}/index.html", "status.json.part"}
    assert not (tmp_path / "incidents" / doomed.rpartition("/")[2]).exists()
    assert (tmp_path / "CNAME").read_text() == "status.example.com"


def test_a_folder_is_refused_when_it_is_no_mirror_of_the_page(actors, page, tmp_path):
    # Given a folder with a file, and a mirror of another page
    (tmp_path / "photo.jpg").write_text("x")
    other = actors.page("API")
    mirror(actors.system, other, tmp_path / "other")

    # When a page is mirrored into them, then the command says so and writes nothing
    assert "has files and no mirror.json" in refusal(actors.system, page, tmp_path)
    assert "another page, Acme." in refusal(actors.system, page, tmp_path / "other")
    assert not (tmp_path / "index.html").exists()


def test_nothing_is_mirrored_when_visitors_can_not_see_the_page(actors, page, tmp_path):
    page.owner.done(page.owner.patch(page.path, {"isPublic": False}), 200)
    assert "nothing of it is mirrored" in refusal(actors.system, page, tmp_path / "m")
    assert not (tmp_path / "m").exists()
