"""Slots and Prime: races, and ends that need no help.

Source: docs/architecture.md, "Facts across pages belong to the account",
"The clock appends commands" and "Visibility is checked at the visit".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account.allocations import SLOT_LASTS, SLOT_PRICE
from domain.account.commands import BuySlot, GrantTokens, SetTier
from domain.page.limits import FREE_LEAVES
from domain.page.state import Tier
from domain.runtime.new_ids import new_id
from domain.store.redis import publisher as artifacts
from ops.cli.writes import write, write_all
from tests.support.actors import Actors, Page, unique
from tests.support.faults.breaking import SOON_S, Behind, at_once
from tests.support.inside import inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

PAGES = "/api/v1/status"
TRADE = f"{PAGES}/purchases/trade"
PUBLIC_PATHS = ("/", "/status.json", "/status-version.json", "/badge.svg")
PLAIN = {"Accept-Encoding": "identity"}


def told(system, owner, *commands):
    with inside(system):
        for command in commands:
            write(owner.id, command)


def doors_of(actors, owner):
    """The owner at two web processes."""
    return [owner, actors.caller(web=1, Cookie=owner.http.headers["Cookie"])]


def page_of(owner, name="Second"):
    subdomain = unique("slot")
    made = owner.post(PAGES, {"name": name, "subdomain": subdomain})
    assert made.status_code == 201, made.text
    page = Page(owner, made.json()["data"]["id"], f"{subdomain}.localhost")
    noon = (datetime.now(UTC).hour - 12) % 24  # where no day ends while this test runs
    zone = f"Etc/GMT+{noon}" if noon <= 12 else f"Etc/GMT-{24 - noon}"
    assert owner.patch(page.path, {"isPublic": True, "timeZone": zone}).status_code == 200
    return page


def account_of(owner):
    return owner.get(PAGES).json()["data"]


def test_one_slot_is_bought_when_fifty_trade_with_tokens_for_one(system, actors):
    # given tokens for one slot, and for nearly another
    ada = actors.owner()
    told(system, ada, GrantTokens(SLOT_PRICE * 2 - 1))
    doors = doors_of(actors, ada)
    # when fifty trades come at the same moment
    answers = at_once(50, lambda n: doors[n % 2].post(TRADE, {}))
    # then one is made, and forty-nine are told why not
    assert sorted(answer.status_code for answer in answers) == [201] + [402] * 49
    (bought,) = [a.json()["data"] for a in answers if a.status_code == 201]
    account = account_of(ada)
    assert [slot["id"] for slot in account["slots"]] == [bought["slot"]]
    assert account["balance"] == bought["balance"] == SLOT_PRICE - 1
    # and the ledger adds up to the balance
    rows = Behind(system).sql(
        "SELECT sum(amount) AS total, count(*) AS rows, min(balance) AS least FROM ledger"
        " WHERE account_id = :id",
        id=ada.id,
    )
    assert [tuple(row) for row in rows] == [(SLOT_PRICE - 1, 2, SLOT_PRICE - 1)]


def test_one_page_is_made_when_fifty_ask_for_the_place_of_one_slot(system, actors):
    # given an account whose one free place is a slot's
    ada = actors.owner()
    ada.page("First")
    told(system, ada, GrantTokens(SLOT_PRICE), BuySlot(new_id("s")))
    doors = doors_of(actors, ada)
    # when fifty pages are asked for at the same moment, then one is made
    answers = at_once(50, lambda n: doors[n % 2].post(PAGES, {"name": str(n)}))
    assert sorted(answer.status_code for answer in answers) == [201] + [403] * 49
    account = account_of(ada)
    assert (len(account["pages"]), account["capacity"]) == (2, 2)


def test_one_slot_is_bought_when_one_click_comes_ten_times(system, actors):
    ada = actors.owner()
    told(system, ada, GrantTokens(SLOT_PRICE * 5))
    doors, click = doors_of(actors, ada), {"Idempotency-Key": unique("click")}
    answers = at_once(10, lambda n: doors[n % 2].post(TRADE, {}, headers=click))
    # then all hear the same
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (201, answers[0].content)
    }
    account = account_of(ada)
    assert (len(account["slots"]), account["balance"]) == (1, SLOT_PRICE * 4)


def look(vi, path="/status.json"):
    """When it was asked, what was answered, and when."""
    asked_at = datetime.now(UTC)
    status = vi.get(path).status_code
    return asked_at, status, datetime.now(UTC)


@pytest.mark.slow
def test_page_is_dark_at_the_instant_and_back_as_it_was_when_no_worker_runs(own_system):
    with Actors(own_system) as actors:
        # given a page that lives by a slot which was bought 30 days ago, but for some seconds
        ada = actors.owner()
        told(own_system, ada, SetTier(Tier.PRIME), GrantTokens(SLOT_PRICE * 2))
        ada.page("First")
        page = page_of(ada)
        page.leaf("API")
        mon, vi = actors.monitor(page), actors.visitor(page)
        mon.open(components=[{"component": "API", "status": "outage"}])
        slot, bought_at = new_id("s"), datetime.now(UTC) - SLOT_LASTS + timedelta(seconds=12)
        with inside(own_system):
            write_all(ada.id, [(bought_at, BuySlot(slot))])
            write(ada.id, SetTier(Tier.FREE))
        before = {path: vi.get(path, headers=PLAIN).content for path in PUBLIC_PATHS}
        # when nobody works any more
        workers = [c for c in own_system.children if c.name.startswith(("worker", "beat"))]
        for worker in workers:
            worker.kill()
        # then it is served to that instant, and not from it on
        ends_at, looks = bought_at + SLOT_LASTS, [look(vi)]
        assert looks[0][1] == 200

        def is_dark():
            looks.append(look(vi))
            return looks[-1][1] == 404

        wait_until(is_dark, "the page is dark", SOON_S)
        assert all(asked_at < ends_at for asked_at, status, _ in looks if status == 200)
        assert all(answered_at >= ends_at for *_, answered_at in looks[-1:])
        assert {status for _, status, _ in looks} == {200, 404}
        assert {vi.get(path).status_code for path in PUBLIC_PATHS} == {404}
        # and its key goes on reading, its owner sees what happened
        assert mon.status()["overall"] == "outage"
        assert account_of(ada)["warnings"][0]["slot"] == slot
        # and once it is renewed and somebody works, it is what it was, byte by byte
        renewal = ada.post(TRADE, {"slot": slot})
        assert renewal.status_code == 202
        for worker in workers:
            own_system.restart(worker)
        wait_until(lambda: vi.get("/").status_code == 200, "the page is back")
        after = {path: vi.get(path, headers=PLAIN).content for path in PUBLIC_PATHS}
        assert after == before
        assert mon.open().status_code == 201


def test_footer_is_back_and_no_leaf_is_added_when_prime_lapses(system, actors):
    # given a page of more leaves than the free tier has, without its footer
    ada = actors.owner()
    told(system, ada, SetTier(Tier.PRIME))
    page, count = ada.page("First"), FREE_LEAVES + 2
    for number in range(count):
        page.leaf(f"Leaf {number}")
    assert ada.patch(page.path, {"showFooter": False}).status_code == 200
    second, vi = page_of(ada), actors.visitor(page)
    vi_of_second = actors.visitor(second)
    assert "Powered by" not in vi.get("/").text
    prime_edition = Behind(system).hash_of(second.id)
    # when Prime ends
    told(system, ada, SetTier(Tier.PRIME, datetime.now(UTC) + timedelta(seconds=2)))
    wait_until(lambda: "Powered by" in vi.get("/").text, "the footer is back", SOON_S)
    # then the leaves are there, but none can be added, and the younger page is dark
    assert len(vi.statuses()) == count
    more = (f"{page.path}/components", {"name": "One more"})
    assert ada.post(*more).json()["code"] == "COMPONENT_LIMIT"
    assert vi_of_second.get("/").status_code == 404
    account = account_of(ada)
    assert (account["tier"], account["tierUntil"], account["capacity"]) == ("free", None, 1)
    # and a late publisher who still has it served for ever brings nothing back
    with inside(system):
        held = artifacts.stored_edition(second.id)
        late = artifacts.Edition(int(prime_edition["seq"]), held.day, held.build)
        fields = {n: v for n, v in prime_edition.items() if n not in {"seq", "day", "build"}}
        artifacts.publish(artifacts.Publication(second.id, late, fields), artifacts.epoch())
    for web in (0, 1):
        assert actors.visitor(second, web=web).get("/").status_code == 404
    # when Prime is given again, then everything is as it was
    told(system, ada, SetTier(Tier.PRIME))
    assert "Powered by" not in vi.get("/").text
    assert vi_of_second.get("/").status_code == 200
    assert ada.post(*more).status_code == 201
