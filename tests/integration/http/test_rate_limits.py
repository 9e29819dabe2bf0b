"""Attempts are limited, and no stranger locks an owner out.

Everybody here speaks through a proxy on loopback, which is believed when it says who asks. What a
hundred failures would count is counted in Redis directly: each costs a hash of a password.

Source: docs/behaviour.md, "Limits" and "Accounts and sessions".
"""

import asyncio
import itertools

import pytest

from domain.runtime.credentials import email_key
from domain.runtime.new_ids import secret_hash
from domain.store.redis.rate_limits import rules as limits
from domain.store.redis.rate_limits.rate_counts import AttemptCounts
from tests.support.actors import PASSWORD, unique
from tests.support.browser import ADDRESSES, OPEN, Browser
from tests.support.faults.breaking import NOBODY, at_once
from tests.support.stack import System

ME = "/api/v1/auth/me"


@pytest.fixture(scope="module")
def limited(tmp_path_factory, stack_template):
    """Two web processes with limits; no worker, for nothing here goes through the log."""
    folder = tmp_path_factory.mktemp("limited")
    with System(folder, template=stack_template, env={"RATE_LIMITS": "on"}) as system:
        system.migrate()
        system.start_web()
        system.start_web()
        yield system


@pytest.fixture(autouse=True)
def all_closed():
    """Nobody's connection outlives a test."""
    yield
    while OPEN:
        OPEN.pop().close()


def new_email() -> str:
    return f"{unique('ada')}@example.com"


@pytest.fixture
def ada(limited) -> Browser:
    """Ada's browser, in which she signed up; her account is in `email` and `id`."""
    browser = Browser(limited)
    browser.email = new_email()
    answer = browser.signup(browser.email)
    assert answer.status_code == 201
    browser.id = answer.json()["data"]["id"]
    return browser


async def counted(system: System, limit: limits.Limit, amount: int, *parts: str) -> None:
    counting = AttemptCounts(system.urls.redis_url, is_on=True)
    try:
        for _ in range(amount):
            assert await counting.hit(limit, *parts) is None
    finally:
        await counting.close()


def spend(system: System, limit: limits.Limit, *parts: str, but: int = 1) -> None:
    """Count failures until only `but` more are let in."""
    asyncio.run(counted(system, limit, limit.amount - but, *parts))


def pair(system: System, browser: Browser, email: str) -> None:
    """Leave one attempt at an account from a browser's address."""
    spend(system, limits.LOGIN_PAIR, email_key(email), browser.address)


def test_guessing_ends_when_one_address_has_failed_too_often_at_an_account(limited, ada):
    eve = Browser(limited)
    spellings = itertools.cycle((ada.email, ada.email.upper(), f" {ada.email} "))
    for _ in range(limits.LOGIN_PAIR.amount):
        assert eve.guess(next(spellings)) == 401
    # then another is refused before it is looked at, the right one too, in every process
    for browser in (eve, Browser(limited, eve.address, web=1)):
        answer = browser.login(next(spellings))
        assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
        assert 0 < int(answer.headers["retry-after"]) <= limits.LOGIN_PAIR.window_s
        assert "minutes" in answer.json()["error"]
        assert "set-cookie" not in answer.headers
    # and Ada logs in from elsewhere, in a browser that nobody knows
    assert Browser(limited).login(ada.email).status_code == 200


def test_guessing_ends_alike_when_there_is_no_such_account(limited, ada):
    told = []
    for email in (ada.email, new_email()):
        eve = Browser(limited)
        pair(limited, eve, email)
        assert eve.guess(email) == 401
        answer = eve.login(email)
        told.append((answer.status_code, answer.json()["code"], sorted(answer.headers)))
    assert told[0] == told[1]
    assert told[0][0] == 429


def test_no_guess_is_too_many_when_they_all_come_at_once(limited, ada):
    eve = Browser(limited)
    spend(limited, limits.LOGIN_PAIR, email_key(ada.email), eve.address, but=3)
    statuses = at_once(12, lambda _: eve.guess(ada.email))
    assert sorted(statuses) == [401] * 3 + [429] * 9


def test_only_failures_count_when_somebody_logs_in_often(limited, ada):
    stranger = Browser(limited)
    pair(limited, stranger, ada.email)
    for _ in range(3):
        stranger.cookies.clear()
        assert stranger.login(ada.email).status_code == 200
    stranger.cookies.clear()
    assert [stranger.guess(ada.email) for _ in range(2)] == [401, 429]


def test_owner_is_not_locked_out_when_strangers_guess_from_everywhere(limited, ada):
    # given strangers who use up what all unknown devices share
    spend(limited, limits.LOGIN_STRANGERS, email_key(ada.email))
    assert Browser(limited).guess(ada.email) == 401
    # then a stranger is told to wait, even with the right password
    assert Browser(limited).login(ada.email).status_code == 429
    # but Ada is not, in the browser that she used before, as often as she likes
    for _ in range(2):
        assert ada.login(ada.email).status_code == 200
    # and not even from the address of somebody who used up all that an address has
    spend(limited, limits.LOGIN_ADDRESS, ada.address, but=0)
    assert ada.login(ada.email).status_code == 200
    assert ada.guess(ada.email) == 401


def test_known_device_is_limited_when_it_fails_too_often(limited, ada):
    device = secret_hash(ada.cookies["hepstatus_device"])
    spend(limited, limits.LOGIN_DEVICE, email_key(ada.email), device)
    assert ada.guess(ada.email) == 401
    assert ada.login(ada.email).status_code == 429
    # and that is its own matter
    assert Browser(limited).login(ada.email).status_code == 200


def test_device_is_a_stranger_when_the_account_is_anothers(limited, ada):
    # given Bo, who is known to his own account only
    bo = Browser(limited)
    assert bo.signup(new_email()).status_code == 201
    pair(limited, bo, ada.email)
    assert [bo.guess(ada.email) for _ in range(2)] == [401, 429]
    # and a token that somebody made up
    eve = Browser(limited, bo.address)
    eve.cookies["hepstatus_device"] = "made-up"
    assert eve.guess(ada.email) == 429


def test_planted_token_is_worth_nothing_when_the_owner_logs_in_with_it(limited, ada):
    # given Eve, whose own device's token came into a browser of Ada's
    eve, planted = Browser(limited), Browser(limited)
    assert eve.signup(new_email()).status_code == 201
    planted.cookies["hepstatus_device"] = eve.cookies["hepstatus_device"]
    assert planted.login(ada.email).status_code == 200
    # then Ada's browser has another, and Eve's is none that her account knows
    assert planted.cookies["hepstatus_device"] != eve.cookies["hepstatus_device"]
    pair(limited, eve, ada.email)
    assert [eve.guess(ada.email) for _ in range(2)] == [401, 429]
    spend(limited, limits.LOGIN_PAIR, email_key(ada.email), planted.address, but=0)
    assert planted.login(ada.email).status_code == 200


def test_address_is_limited_when_it_tries_many_accounts(limited, ada):
    eve = Browser(limited)
    spend(limited, limits.LOGIN_ADDRESS, eve.address)
    assert eve.guess(new_email()) == 401
    assert eve.guess(new_email()) == 429
    # and what is refused counts for nobody else
    spend(limited, limits.LOGIN_STRANGERS, email_key(ada.email))
    for _ in range(3):
        assert eve.login(ada.email).status_code == 429
    assert Browser(limited).login(ada.email).status_code == 200


def test_addresses_of_one_network_are_one_when_they_are_ipv6(limited, ada):
    spend(limited, limits.LOGIN_PAIR, email_key(ada.email), "2001:db8:1:7::/64")
    assert Browser(limited, "2001:db8:1:7::1").guess(ada.email) == 401
    assert Browser(limited, "2001:db8:1:7:ffff::2").guess(ada.email) == 429
    assert Browser(limited, "2001:db8:1:8::1").guess(ada.email) == 401


def test_rightmost_hop_counts_when_a_client_makes_up_others(limited, ada):
    address = next(ADDRESSES)
    spend(limited, limits.LOGIN_PAIR, email_key(ada.email), address)
    claims = [f"{next(ADDRESSES)}, {address}" for _ in range(2)]
    assert [Browser(limited, claim).guess(ada.email) for claim in claims] == [401, 429]


def test_signing_up_ends_when_one_address_has_done_so_too_often(limited, ada):
    eve = Browser(limited)
    spend(limited, limits.SIGNUP_ADDRESS, eve.address, but=2)
    assert [eve.signup(ada.email).status_code, eve.signup(new_email()).status_code] == [409, 201]
    answer = eve.signup(new_email())
    assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
    assert int(answer.headers["retry-after"]) > 0
    assert Browser(limited).signup(new_email()).status_code == 201


def test_malformed_signup_counts_nowhere_when_it_is_refused(limited):
    eve = Browser(limited)
    spend(limited, limits.SIGNUP_ADDRESS, eve.address)
    for _ in range(3):
        assert eve.signup("nobody").status_code == 400
    assert eve.signup(new_email()).status_code == 201


def test_guessing_ends_when_a_session_is_used_to_find_the_password(limited, ada):
    # given a second session of Ada's, which somebody stole
    stolen = Browser(limited)
    assert stolen.login(ada.email).status_code == 200
    wrong, change = {"currentPassword": "wrong horse"}, {"password": "another horse battery"}
    for number in range(limits.CONFIRMATION.amount):
        sent = ("PATCH", ME, wrong | change) if number % 2 else ("DELETE", ME, wrong)
        assert stolen.send(*sent).status_code == 401
    right = {"currentPassword": PASSWORD}
    # then nothing is confirmed for a while, in no session of the account
    for browser in (stolen, ada):
        for sent in (("PATCH", ME, right | change), ("DELETE", ME, right)):
            answer = browser.send(*sent)
            assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMITED")
            assert int(answer.headers["retry-after"]) > 0


def test_confirmations_are_counted_when_the_password_is_right(limited, ada):
    spend(limited, limits.CONFIRMATION, ada.id, but=2)
    change = {"currentPassword": PASSWORD, "password": "another horse battery"}
    assert ada.send("PATCH", ME, change).status_code == 200
    change = {"currentPassword": "another horse battery", "email": new_email()}
    assert ada.send("PATCH", ME, change).status_code == 200
    assert ada.send("PATCH", ME, change).status_code == 429
    # and another account's are its own
    bo = Browser(limited)
    assert bo.signup(new_email()).status_code == 201
    assert bo.send("PATCH", ME, change | {"currentPassword": PASSWORD}).status_code == 409


def test_taken_email_counts_like_a_sign_up_when_an_account_asks_for_it(limited, ada):
    bo = Browser(limited)
    assert bo.signup(new_email()).status_code == 201
    spend(limited, limits.SIGNUP_ADDRESS, bo.address, but=2)  # one is Bo's own
    taken = {"currentPassword": PASSWORD, "email": ada.email}
    assert [bo.send("PATCH", ME, taken).status_code for _ in range(2)] == [409, 429]
    assert bo.signup(new_email()).status_code == 429


def test_spellings_count_together_when_the_mailbox_is_one(limited):
    eve, name = Browser(limited), unique("zoe")
    spellings = [f"{name}\u0308@m\u00fcnchen.example", f"{name}\u0308@xn--mnchen-3ya.example"]
    pair(limited, eve, spellings[0])
    assert [eve.guess(spelling) for spelling in spellings] == [401, 429]


@pytest.mark.slow
def test_owner_logs_in_and_guesses_are_few_when_redis_is_gone(limited, ada):
    # given a web process that finds no Redis
    limited.start_web(env={"CACHE_URL": NOBODY})
    eve = Browser(limited, web=2)
    try:
        # then it counts for itself, and the log says so
        statuses = [eve.guess(ada.email) for _ in range(limits.LOGIN_PAIR.amount + 2)]
        assert statuses == [401] * limits.LOGIN_PAIR.amount + [429] * 2
        assert Browser(limited, web=2).login(ada.email).status_code == 200
        assert "IN THIS PROCESS ONLY" in limited.logs()
    finally:
        limited.webs.pop().child.kill()
