"""Trades, the ledger, and what an account is told of its places, over HTTP.

Source: docs/behaviour.md, "Tiers and slots".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account.commands import BuySlot, GrantTokens, SetTier
from domain.page.state import Tier
from domain.runtime.new_ids import new_id
from ops.cli.writes import write, write_all
from tests.support.actors import Page, unique
from tests.support.answers import data
from tests.support.inside import inside

PAGES = "/api/v1/status"
LEDGER = f"{PAGES}/purchases"
TRADE = f"{LEDGER}/trade"
ASYNC = {"Prefer": "respond-async"}
DAY = timedelta(days=1)


def once(key: str, **more: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **more}


@pytest.fixture
def ada(actors):
    return actors.owner()


def granted(actors, owner, amount: int) -> None:
    with inside(actors.system):
        write(owner.id, GrantTokens(amount))


def bought(actors, owner, age: timedelta) -> str:
    """A slot that was bought so long ago."""
    slot_id = new_id("s")
    with inside(actors.system):
        write_all(
            owner.id, [(datetime.now(UTC) - age, c) for c in (GrantTokens(480), BuySlot(slot_id))]
        )
    return slot_id


def second_page(owner) -> Page:
    subdomain = unique("second")
    made = data(owner.post(PAGES, {"name": "Second", "subdomain": subdomain}), 201)
    page = Page(owner, made["id"], f"{subdomain}.localhost")
    data(owner.patch(page.path, {"isPublic": True}))
    return page


def test_slot_is_there_for_30_days_when_tokens_are_traded(actors, ada):
    granted(actors, ada, 500)
    before = datetime.now(UTC)
    trade = data(ada.post(TRADE, {}), 201)
    # then the answer says which, until when, and what is left
    assert set(trade) == {"slot", "expiresAt", "balance"}
    assert trade["balance"] == 20
    expires_at = datetime.fromisoformat(trade["expiresAt"])
    assert before - timedelta(seconds=1) < expires_at - 30 * DAY < datetime.now(UTC)
    # and the account has a place more
    ada.page("First")
    second = second_page(ada)
    status = data(ada.get(PAGES))
    assert (status["capacity"], status["balance"], status["warnings"]) == (2, 20, [])
    (slot,) = status["slots"]
    bought_at = datetime.fromisoformat(slot.pop("boughtAt"))
    assert bought_at == expires_at - 30 * DAY
    assert slot == {"id": trade["slot"], "expiresAt": trade["expiresAt"], "page": second.id}
    assert [page["expiresAt"] for page in status["pages"]] == [None, trade["expiresAt"]]
    assert ada.post(PAGES, {"name": "Third"}).json()["code"] == "NO_FREE_SLOT"


def test_slot_lasts_longer_when_it_is_renewed(actors, ada):
    granted(actors, ada, 960)
    first = data(ada.post(TRADE, {"slot": None}), 201)
    again = data(ada.post(TRADE, {"slot": f" {first['slot']} "}), 201)
    ends = [datetime.fromisoformat(trade["expiresAt"]) for trade in (first, again)]
    assert (ends[1] - ends[0], again["slot"], again["balance"]) == (30 * DAY, first["slot"], 0)


def test_nothing_is_bought_when_the_tokens_do_not_suffice(actors, ada):
    granted(actors, ada, 479)
    answer = ada.post(TRADE, {})
    assert (answer.status_code, answer.json()["code"]) == (402, "INSUFFICIENT_TOKENS")
    assert "480" in answer.json()["error"]
    assert data(ada.get(PAGES))["slots"] == []


def test_slot_of_another_is_not_there_when_it_is_to_be_renewed(actors, ada):
    bo = actors.owner("bo")
    for owner in (ada, bo):
        granted(actors, owner, 960)
    slot = data(ada.post(TRADE, {}), 201)["slot"]
    answer = bo.post(TRADE, {"slot": slot})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert data(bo.get(PAGES))["balance"] == 960
    assert len(data(bo.get(LEDGER))["items"]) == 1


def test_repeat_hears_what_the_first_heard_when_more_was_traded_between(actors, ada):
    granted(actors, ada, 2_000)
    first = ada.post(TRADE, {}, headers=once("click"))
    slot = data(first, 201)["slot"]
    data(ada.post(TRADE, {"slot": slot}), 201)
    again = ada.post(TRADE, {}, headers=once("click"))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert data(ada.get(PAGES))["balance"] == 2_000 - 2 * 480


def test_refusal_is_repeated_when_tokens_came_since(actors, ada):
    answers = [ada.post(TRADE, {}, headers=once("click"))]
    granted(actors, ada, 480)
    answers.append(ada.post(TRADE, {}, headers=once("click")))
    assert {answer.status_code for answer in answers} == {402}
    assert data(ada.get(PAGES))["balance"] == 480
    other = ada.post(TRADE, {"slot": "s_x"}, headers=once("click"))
    assert (other.status_code, other.json()["code"]) == (409, "CONFLICT")


def test_new_slots_id_is_told_at_once_when_the_owner_does_not_wait(actors, ada):
    granted(actors, ada, 480)
    asked = data(ada.post(TRADE, {}, headers=once("click", **ASYNC)), 202)
    assert (asked["expiresAt"], asked["balance"]) == (None, None)
    done = data(ada.post(TRADE, {}, headers=once("click")), 201)
    assert (done["slot"], done["balance"]) == (asked["slot"], 0)
    assert done["expiresAt"].endswith("Z")


def test_ledger_is_told_in_parts_newest_first_when_it_grows(actors, ada):
    granted(actors, ada, 960)
    slot = data(ada.post(TRADE, {}), 201)
    renewed = data(ada.post(TRADE, {"slot": slot["slot"]}), 201)
    rows, cursor = [], ""
    while cursor is not None:
        part = data(ada.get(f"{LEDGER}?limit=2{cursor and '&cursor='}{cursor}"))
        assert len(part["items"]) <= 2
        rows += part["items"]
        cursor = part["nextCursor"]
    assert [(row["kind"], row["amount"], row["balance"]) for row in rows] == [
        ("renew", -480, 0), ("buy", -480, 480), ("grant", 960, 960),
    ]  # fmt: skip
    assert [row["expiresAt"] for row in rows] == [renewed["expiresAt"], slot["expiresAt"], None]
    assert [row["slot"] for row in rows] == [slot["slot"], slot["slot"], None]
    receipt = data(ada.get(f"/api/v1/receipts/{rows[0]['receipt']}"))
    assert (receipt["state"], receipt["refusal"]) == ("published", None)
    assert data(actors.owner("bo").get(LEDGER)) == {"items": [], "nextCursor": None}


def test_owner_is_warned_when_a_page_is_dark_or_soon_will_be(actors, ada):
    # given a page whose slot has a week left, less a moment
    slot = bought(actors, ada, 23 * DAY + timedelta(minutes=1))
    ada.page("First")
    page = second_page(ada)
    (warning,) = data(ada.get(PAGES))["warnings"]
    sentence = warning.pop("warning")
    expires_at = data(ada.get(page.path))["expiresAt"]
    assert warning == {"page": page.id, "slot": slot, "at": expires_at}
    assert "“Second” goes dark on" in sentence
    assert slot in sentence
    # when the slot is renewed, then nobody has to be warned
    granted(actors, ada, 480)
    data(ada.post(TRADE, {"slot": slot}), 201)
    assert data(ada.get(PAGES))["warnings"] == []


def test_dark_page_is_seated_first_when_a_slot_is_bought(actors, ada):
    # given a page that is dark since Prime was taken away
    with inside(actors.system):
        write(ada.id, SetTier(Tier.PRIME))
    ada.page("First")
    page = second_page(ada)
    vi = actors.visitor(page)
    before = vi.get("/status.json").json()
    with inside(actors.system):
        write(ada.id, SetTier(Tier.FREE))
    assert vi.get("/status.json").status_code == 404
    status = data(ada.get(PAGES))
    assert "dark since" in status["warnings"][0]["warning"]
    assert (status["capacity"], status["slots"]) == (1, [])
    # when a slot is bought, then the page shows again, and there is no place for another
    granted(actors, ada, 480)
    trade = data(ada.post(TRADE, {}), 201)
    assert vi.get("/status.json").json()["components"] == before["components"]
    assert data(ada.get(PAGES))["slots"][0]["page"] == page.id
    assert data(ada.get(page.path))["expiresAt"] == trade["expiresAt"]
    assert ada.post(PAGES, {"name": "Third"}).json()["code"] == "NO_FREE_SLOT"
    # and once the older page is deleted, its place is the younger one's, and the slot is free
    first = status["pages"][0]["id"]
    assert ada.delete(f"{PAGES}/{first}").status_code == 200
    assert data(ada.get(page.path))["expiresAt"] is None
    assert data(ada.get(PAGES))["slots"][0]["page"] is None
    assert ada.post(PAGES, {"name": "Third"}).status_code == 201
