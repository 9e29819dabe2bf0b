"""The audit over HTTP: who did what, when, through what; never a secret.

Source: docs/behaviour.md, "Audit log".
"""

from unittest import mock

import pytest

from domain.account.commands import AddPage, GrantTokens
from domain.page.commands import AddComponent
from domain.runtime.new_ids import new_id
from domain.store.postgres import audit as store_audit
from domain.store.postgres.engine import sync_engine
from ops.cli.writes import CommandRefusedError, write
from tests.support.actors import Page
from tests.support.answers import data, refusal
from tests.support.inside import hepstatus, inside
from tests.support.pictures import png_text


@pytest.fixture
def page(actors) -> Page:
    return actors.page("API")


def audit(page: Page, **query):
    return data(page.owner.get(f"{page.path}/audit", params=query))


def newest(page: Page):
    return audit(page, limit=1)["items"][0]


def test_beginning_of_a_page_is_told_when_its_owner_reads_the_audit(page):
    items = audit(page)["items"]
    assert [item["summary"] for item in items] == [
        "Added the component “API”", "Made the page public", "Created the page “Acme”",
    ]  # fmt: skip
    ada = {"type": "owner", "id": page.owner.id, "name": page.owner.email}
    assert [item["actor"] for item in items] == [ada] * 3
    assert [item["cause"] and item["cause"]["action"] for item in items] == [None, None, "AddPage"]
    assert {item["outcome"] for item in items} == {"applied"}
    assert items[1]["details"] == {"isPublic": True}
    assert all(item["at"].endswith("Z") for item in items)
    receipt = data(page.owner.get(f"/api/v1/receipts/{items[0]['id']}"))
    assert receipt["acceptedAt"] == items[0]["at"]


def test_an_entry_says_from_and_to_when_something_was_changed(page):
    # given a page that was renamed, a leaf that moved and failed, and one text of many
    storage = page.leaf("Storage", kind="category")
    leaf = f"{page.path}/components/{page.leaf('Disks')}"
    data(page.owner.patch(page.path, {"name": "Acme Inc", "labels": {"outage": "Down"}}))
    assert newest(page)["changes"] == [
        {"of": None, "name": None, "field": "name", "from": "Acme", "to": "Acme Inc"},
        {"of": None, "name": None, "field": "labels.outage", "from": None, "to": "Down"},
    ]
    data(page.owner.patch(leaf, {"status": "outage", "parent": storage}))
    changed, moved = newest(page)["changes"]
    assert (changed["name"], changed["field"]) == ("Disks", "status")
    assert (changed["from"], changed["to"]) == ("operational", "outage")
    assert (moved["field"], moved["from"], moved["to"]) == ("parentId", None, "Storage")


def test_key_is_named_when_it_did_something_and_was_deleted(actors, page):
    # given Mon, who opened an incident with a key
    mon = actors.monitor(page)
    opened = data(mon.open("API down"), 201)
    told = newest(page)
    assert (told["summary"], told["actor"]["type"]) == ("Opened incident “API down”", "key")
    assert told["actor"]["name"] == "monitor"
    # when both are gone
    kid = told["actor"]["id"]
    data(page.owner.delete(f"{page.path}/keys/{kid}"))
    data(page.owner.delete(f"{page.path}/incidents/{opened['id']}"))
    # then they are still called by their names
    items = audit(page)["items"]
    assert [item["summary"] for item in items[:2]] == [
        "Deleted incident “API down”", "Deleted the key “monitor”",
    ]  # fmt: skip
    assert items[2]["actor"] == {"type": "key", "id": kid, "name": "monitor"}


def test_refusal_is_told_when_a_command_was_refused(page):
    refused = page.owner.post(f"{page.path}/components", {"name": "x", "parent": "c_nobody"})
    told = newest(page)
    assert (told["outcome"], told["summary"]) == ("refused", "Refused: added the component “x”")
    assert told["refusal"] == {"code": "VALIDATION", "error": refused.json()["error"]}


def test_actor_of_the_cause_is_told_when_an_account_led_to_it(actors, page):
    # given what the operator did to the account, which the page hears of
    done = hepstatus(actors.system, "tier", "set", page.owner.email, "prime")
    assert done.returncode == 0, done.stderr
    told = newest(page)
    assert (told["action"], told["cause"]["action"]) == ("SetEntitlement", "SetTier")
    assert told["actor"] == {"type": "operator", "id": None, "name": "The operator"}
    assert told["summary"] == "The page is on Prime"


def test_no_secret_is_told_when_keys_and_logos_were_given(actors, page):
    key = page.key("Prometheus")
    page.owner.post(f"{page.path}/keys/{key['id']}/rotate")
    picture = png_text(300, 300)
    data(page.owner.patch(page.path, {"logo": picture}))
    data(page.owner.patch(page.path, {"logo": None}))
    answer = page.owner.get(f"{page.path}/audit")
    items = data(answer)["items"]
    assert [item["summary"] for item in items[:4]] == [
        "Changed the settings: logo", "Changed the settings: logo",
        "Rotated the key “Prometheus”", "Created the key “Prometheus”",
    ]  # fmt: skip
    assert [item["details"] for item in items[:4]] == [
        {"logo": "removed"}, {"logo": "replaced"}, {"keyId": key["id"]},
        {"keyId": key["id"], "name": "Prometheus"},
    ]  # fmt: skip
    assert picture[:40] not in answer.text
    assert "hash" not in answer.text


def test_every_entry_comes_once_when_others_are_written_meanwhile(page):
    # given a page with a short past
    for number in range(6):
        page.leaf(f"L{number}") if number < 4 else page.key()
    wanted = [item["id"] for item in audit(page)["items"]]
    # when it is read two by two while more is written
    found, cursor = [], None
    while cursor is not None or not found:
        read = audit(page, limit=2, **({"cursor": cursor} if cursor else {}))
        found += [item["id"] for item in read["items"]]
        cursor = read["nextCursor"]
        page.template("more")
    # then nothing is missing and nothing comes twice
    assert found == wanted


def test_newer_entry_is_in_no_later_answer_when_its_stream_was_not_told_of_before(page):
    # given an answer that tells of the page's own commands alone
    for number in range(3):
        page.leaf(f"L{number}")
    wanted = [item["id"] for item in audit(page)["items"]]
    first = audit(page, limit=2)
    # when the account is asked for something about the page
    data(page.owner.post(f"{page.path}/mount", {"host": "status.acme.com"}), 201)
    # then the answers that follow go on where the first one ended
    rest = audit(page, limit=100, cursor=first["nextCursor"])
    assert [item["id"] for item in first["items"] + rest["items"]] == wanted
    assert rest["nextCursor"] is None


def test_what_was_asked_of_the_account_is_told_when_it_led_to_nothing_here(page):
    # given a command of the account that names the page and is refused there
    assert refusal(page.owner.post(f"{page.path}/mount", {"host": "a.localhost"}), 409)
    told = newest(page)
    assert (told["action"], told["outcome"]) == ("MountHost", "refused")
    assert told["actor"]["type"] == "owner"


@pytest.mark.parametrize("outcome", ["refused", "failed"])
def test_command_of_the_operator_is_not_told_when_it_changed_nothing(actors, page, outcome):
    # given the audit before the operator tries something, on the page or its account
    before = audit(page)["items"]
    refused = (page.id, AddComponent(new_id("c"), "x", parent="c_nobody"))
    refused_by_the_account = (page.owner.id, GrantTokens(0))
    failed = (page.owner.id, AddPage(page.id, "Again"))
    attempts = {"refused": (refused, refused_by_the_account), "failed": (failed,)}[outcome]
    # when it is refused or fails
    for stream_id, command in attempts:
        with inside(actors.system), pytest.raises(CommandRefusedError):
            write(stream_id, command)
    # then the owner is not troubled with it
    assert audit(page)["items"] == before
    # and is told of what the operator did change
    with inside(actors.system):
        write(page.id, AddComponent(new_id("c"), "y"))
    assert newest(page)["actor"]["type"] == "operator"


def test_nobody_else_gets_in_when_an_audit_is_asked_for(actors, page):
    path = f"{page.path}/audit"
    bo = actors.owner("bo").page()
    assert refusal(actors.caller().get(path), 401) == "NO_SESSION"
    assert refusal(bo.owner.get(path), 404) == "NOT_FOUND"
    # nor does a name of Ada's show in Bo's audit, whatever he writes into an address
    incident = data(actors.monitor(page).open("Ada's trouble"), 201)["id"]
    for guessed in (incident, page.owner.id):
        assert bo.owner.delete(f"{bo.path}/incidents/{guessed}").status_code == 404
    told = bo.owner.get(f"{bo.path}/audit").text
    assert "Ada's trouble" not in told
    assert page.owner.email not in told
    # and a page that is gone has none
    data(page.owner.delete(page.path))
    assert refusal(page.owner.get(path), 404) == "NOT_FOUND"


def test_only_entries_of_an_actor_are_listed_when_that_is_wanted(actors, page):
    # given a page that its owner and a monitor changed
    actors.monitor(page).toggle("API", "outage")
    everyone = audit(page, limit=100)["items"]
    # when the log is read for each of them, in parts of two
    for actor in ("owner", "key", "clock"):
        items, cursor = [], {}
        while cursor is not None:
            part = audit(page, limit=2, actor=actor, **cursor)
            items += part["items"]
            cursor = {"cursor": part["nextCursor"]} if part["nextCursor"] else None
        # then it has the entries of that actor, in the same order
        assert items == [item for item in everyone if item["actor"]["type"] == actor]
    assert refusal(page.owner.get(f"{page.path}/audit", params={"actor": "me"}), 400)


def test_a_rare_actor_is_searched_for_in_parts_when_a_log_is_long(actors, page):
    # given a log longer than one search
    everyone = audit(page, limit=100)["items"]
    with mock.patch.object(store_audit, "SEARCH_MAX", 1), inside(actors.system):
        found, place = [], store_audit.ListPosition()
        while place:
            with sync_engine().connect() as conn:
                part = store_audit.read_audit(conn, page.owner.id, page.id, place, 5, "owner")
            found, place = found + [entry.id for entry in part.entries], part.after
    # then all its entries are reached, each once
    assert sorted(found) == sorted(item["id"] for item in everyone)
