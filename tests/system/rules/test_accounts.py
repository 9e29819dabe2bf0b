"""What crosses pages is decided once, on the account.

Source: docs/architecture.md, "Facts across pages belong to the account",
"Account changes are not commands" and "A host has its own counter".
"""

from datetime import UTC, datetime, timedelta

import pytest

from domain.account.commands import SetTier
from domain.page.limits import FREE_LEAVES
from domain.page.state import Tier
from domain.store.redis import keys
from domain.store.redis import publisher as artifacts
from ops.cli.writes import write
from tests.support.actors import PASSWORD, unique
from tests.support.faults.breaking import HEALS_S, SOON_S, Behind, at_once
from tests.support.inside import inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

PAGES = "/api/v1/status"
PUBLIC_PATHS = ("/", "/status.json", "/status-version.json", "/badge.svg", "/badge.png")


def wanted(subdomain, name="Acme"):
    return PAGES, {"name": name, "subdomain": subdomain}


def test_one_page_is_made_when_twenty_ask_for_the_one_free_place(system, actors):
    # given Ada's free place, and two web processes that know her
    ada = actors.owner()
    cookie = ada.http.headers["Cookie"]
    doors = [ada, actors.caller(web=1, Cookie=cookie)]
    # when twenty pages are asked for at the same moment
    answers = at_once(20, lambda n: doors[n % 2].post(*wanted(unique("race"))))
    # then one is made, and nineteen are told why not
    assert sorted(answer.status_code for answer in answers) == [201] + [403] * 19
    refused = {answer.json()["code"] for answer in answers if answer.status_code == 403}
    assert refused == {"NO_FREE_SLOT"}
    assert len(ada.get(PAGES).json()["data"]["pages"]) == 1
    # and no other subdomain stays claimed
    owned = Behind(system).sql(
        "SELECT 1 FROM hosts h JOIN places p USING (page_id) WHERE p.account_id = :id", id=ada.id
    )
    free = Behind(system).sql("SELECT 1 FROM hosts WHERE host LIKE 'race-%' AND page_id IS NULL")
    assert (len(owned), len(free)) == (1, 0)


def test_one_account_owns_a_subdomain_when_twenty_claim_it(actors):
    # given twenty accounts
    owners = at_once(20, lambda n: actors.owner(f"owner{n}", web=n % 2))
    subdomain = unique("wanted")
    # when all claim one subdomain at the same moment
    answers = at_once(20, lambda n: owners[n].post(*wanted(subdomain)))
    # then one has it, the others are told so, and their place is still free
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    loser = next(o for o, a in zip(owners, answers, strict=True) if a.status_code == 409)
    conflict = next(answer.json() for answer in answers if answer.status_code == 409)
    assert (conflict["code"], list(conflict["fields"])) == ("CONFLICT", ["subdomain"])
    assert loser.post(*wanted(unique("other"))).status_code == 201


def test_claim_is_undone_when_the_page_is_refused(actors):
    # given Ada without a free place, whose wish for another page was refused
    page, subdomain = actors.page(), unique("still-free")
    assert page.owner.post(*wanted(subdomain)).json()["code"] == "NO_FREE_SLOT"
    # then Bo can have that subdomain
    assert actors.owner("bo").post(*wanted(subdomain)).status_code == 201


def test_page_carries_its_entitlement_when_the_tier_changes(system, actors):
    # given a free page with as many leaves as it may have
    page = actors.page(*(f"Leaf {n}" for n in range(FREE_LEAVES)))
    more = (f"{page.path}/components", {"name": "One more"})
    assert page.owner.post(*more).json()["code"] == "COMPONENT_LIMIT"
    # when its account becomes Prime for a while that is over soon
    ends_at = datetime.now(UTC) + timedelta(seconds=4)
    with inside(system):
        write(page.owner.id, SetTier(Tier.PRIME, ends_at))
    # then a sixth leaf is taken until that instant, and a seventh is not after it
    answer = page.owner.post(*more)
    assert answer.status_code == 201 or datetime.now(UTC) >= ends_at
    wait_until(lambda: datetime.now(UTC) >= ends_at, "Prime is over", SOON_S)
    assert page.owner.post(*more).json()["code"] == "COMPONENT_LIMIT"


def test_one_account_is_made_when_eight_sign_up_with_one_address(actors):
    # given an address that is written in several ways
    email = f"{unique('eve')}@example.com"
    ways = (email, email.upper(), f" {email}", email.title())
    callers = [actors.caller(web=web) for web in (0, 1)]

    def sign_up(number):
        body = {"email": ways[number % 4].strip(), "password": PASSWORD}
        return callers[number % 2].post("/api/v1/auth/signup", body)

    # then one of eight that come at once gets it
    answers = at_once(8, sign_up)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


def test_log_holds_no_secret_when_accounts_and_keys_were_made(system, actors):
    # given a page with a key, of an account that has logged in
    page = actors.page()
    secret = page.key()["key"]
    # then what was appended says neither the password nor its hash, neither address nor key
    log = str(Behind(system).sql("SELECT kind, payload::text, actor FROM commands"))
    for word in (PASSWORD, "argon2", page.owner.email, secret):
        assert word not in log


def test_page_is_gone_at_once_when_it_is_deleted(actors):
    # given a page that two web processes serve
    page = actors.page("API")
    here, there = actors.visitor(page), actors.visitor(page, web=1)
    assert [vi.get("/").status_code for vi in (here, there)] == [200, 200]
    # when Ada deletes it, then the process that answered has nothing of it any more
    assert page.owner.delete(page.path).status_code == 200
    assert {here.get(path).status_code for path in PUBLIC_PATHS} == {404}
    # and neither has the other one
    wait_until(lambda: there.get("/").status_code == 404, "it is gone there too", HEALS_S)
    assert {there.get(path).status_code for path in PUBLIC_PATHS} == {404}
    assert page.owner.get(page.path).status_code == 404


def test_old_page_stays_away_when_its_host_has_another_owner(system, actors):
    # given a deleted page of Ada's, and the last that was published of it
    page, behind = actors.page("Ada's"), Behind(system)
    subdomain = page.host.partition(".")[0]
    old = behind.hash_of(page.id)
    assert page.owner.delete(page.path).status_code == 200
    # when Bo has its subdomain, once it is kept for her no more
    behind.free_host(page.host)
    bo = actors.owner("bo")
    answer = bo.post(*wanted(subdomain, "Bo's"))
    assert answer.status_code == 201
    bo.patch(f"{PAGES}/{answer.json()['data']['id']}", {"isPublic": True})
    # and late publishers come with Ada's page and with where its host led
    with inside(system):
        edition = artifacts.Edition(int(old["seq"]), artifacts.stored_edition(page.id).day, "late")
        fields = {name: old[name] for name in old if name not in {"seq", "day", "build"}}
        late = artifacts.Publication(page.id, edition, fields)
        artifacts.publish(late, artifacts.epoch())
        artifacts.publish_host(page.host, page.id, 1, artifacts.epoch())
    # then the host shows Bo's page, everywhere
    for web in (0, 1):
        vi = actors.visitor(page, web=web)
        vi.wait_for(lambda shown: shown["page"]["name"] == "Bo's", "Bo's page shows", HEALS_S)
    assert "gone" in behind.hash_of(page.id)


def test_tombstone_lasts_a_day_when_a_page_is_deleted(system, actors):
    page = actors.page()
    page.owner.delete(page.path)
    held = Behind(system).redis
    assert 23 * 3600 < held.ttl(keys.page_key(page.id)) <= 24 * 3600
    assert held.hkeys(keys.page_key(page.id)) == [
        *(b"seq", b"day", b"build", b"epoch", b"edited"),
        b"gone",
    ]
