"""The download of a page as one file, over HTTP."""

from domain.runtime.page_file.check import check_document
from domain.runtime.page_file.document import decode_document, encode_document
from tests.support.inside import hepstatus


def test_owner_downloads_the_file_that_the_operator_exports(actors, system, tmp_path):
    # given a page with more incidents than one slice has
    page = actors.page("API")
    for number in range(52):
        page.owner.post(
            f"{page.path}/incidents",
            {"title": f"No. {number}", "components": [{"component": "API", "status": "outage"}]},
            headers={"Prefer": "respond-async"},
        )
    page.incident(title="Last")
    # when the owner downloads it
    answer = page.owner.get(f"{page.path}/export")
    # then it is the operator's file, with the page's name and day
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.hepstatus+json"
    assert answer.headers["Cache-Control"] == "no-store"
    slug = page.host.partition(".")[0]
    assert f'filename="{slug}-20' in answer.headers["Content-Disposition"]
    exported = hepstatus(system, "export", page.id, "-o", str(tmp_path / "page.json"))
    assert exported.returncode == 0
    assert answer.content == (tmp_path / "page.json").read_bytes()
    # and any reader of the format reads it
    document = decode_document(answer.content)
    check_document(document)
    assert encode_document(document) == answer.content
    assert len(document.incidents) == 53


def test_download_is_refused_when_the_page_is_of_another_owner(actors):
    page, bo = actors.page(), actors.owner("bo")
    assert bo.get(f"{page.path}/export").status_code == 404
    assert actors.caller().get(f"{page.path}/export").status_code == 401
