"""Nobody is told "nothing was accepted" of what is there after all.

Connections to Postgres are cut at the word, by real proxies: before it arrives, or after it was
done and before anybody was told.

Source: docs/behaviour.md, "Idempotency" and "Codes".
"""

from contextlib import closing

import pytest

from domain.account.commands import GrantTokens
from ops.cli.accounts import balance_of
from ops.cli.writes import UnsureError, write
from tests.support.actors import PASSWORD, unique
from tests.support.faults.breaking import SOON_S
from tests.support.faults.severed import Severed
from tests.support.inside import hepstatus, inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

APPEND = "INSERT INTO commands"
COMMIT = "COMMIT\0"  # as it is said; the name of a level of isolation has the word as well
BALANCE = "accounts.balance"
STAMP = "UPDATE keys SET last_used_at"
OPEN = "/api/v1/status-api/incidents"
BEHIND_THE_WAY = -1  # the last web process that speaks to Postgres by `way`


@pytest.fixture(scope="module")
def its_way(system):
    """The way to Postgres of one more web process."""
    with closing(Severed(system.urls.database_url)) as way:
        web = system.start_web({"DATABASE_URL": way.url})
        yield way
        web.child.stop()
        system.webs.remove(web)


@pytest.fixture
def way(its_way):
    """That way, whole before and after a test."""
    its_way.mend()
    yield its_way
    its_way.mend()


def test_write_is_told_as_what_it_is_when_the_note_of_its_key_fails(way, actors):
    # given a key that was not used in this minute
    page = actors.page("API")
    mon = actors.monitor(page, web=BEHIND_THE_WAY)
    # when the connection is lost while that is noted
    way.cut_at(STAMP, forwards=False)
    answer = mon.open("Once")
    wait_until(lambda: way.is_cut, "the note was cut")
    # then the write is told as published, and is there once
    assert answer.status_code == 201
    assert [one["name"] for one in actors.visitor(page).json()["incidents"]] == ["Once"]


def test_read_is_answered_when_the_note_of_its_session_fails(way, actors):
    page = actors.page("API")
    elsewhere = actors.caller(web=BEHIND_THE_WAY, Cookie=page.owner.http.headers["Cookie"])
    way.cut_at("UPDATE sessions SET last_used_at", forwards=False)
    assert elsewhere.get(page.path).status_code == 200
    wait_until(lambda: way.is_cut, "the note was cut")


def test_write_is_not_denied_when_it_met_its_own_key_and_nobody_can_be_asked(way, actors):
    # given a write that was done but not answered, and asks again
    page = actors.page("API")
    mon = actors.monitor(page, web=BEHIND_THE_WAY)
    once = {"Idempotency-Key": "once"}
    way.cut_at(APPEND, forwards=True)
    # when the question what its key stands for is cut as well, and nobody comes through
    way.cut_at("FROM idempotency", forwards=False, closes=True)
    answer = mon.post(OPEN, {"title": "Once"}, headers=once)
    # then it is not denied
    assert way.is_cut
    assert (answer.status_code, answer.json()["code"]) == (503, "UNKNOWN")
    # and a repeat is its first outcome
    way.mend()
    wait_until(
        lambda: mon.post(OPEN, {"title": "Once"}, headers=once).status_code == 201,
        "it is told",
        SOON_S,
    )
    assert [one["name"] for one in actors.visitor(page).json()["incidents"]] == ["Once"]


def test_account_is_there_when_nobody_could_tell_whether_it_was_made(way, actors):
    # given a sign-up of which the answer is lost
    who = {"email": f"{unique('ada')}@example.com", "password": PASSWORD}
    caller = actors.caller(web=BEHIND_THE_WAY)
    way.cut_at(COMMIT, forwards=True)
    answer = caller.post("/api/v1/auth/signup", who)
    assert (answer.status_code, answer.json()["code"]) == (503, "UNKNOWN")
    assert "log in" in answer.json()["error"]
    # then what the sentence asks for works
    assert caller.post("/api/v1/auth/login", who).status_code == 200


def test_no_account_is_there_when_a_sign_up_was_lost_in_the_middle(way, actors):
    # given a sign-up that is cut after the account, before the session
    who = {"email": f"{unique('ada')}@example.com", "password": PASSWORD}
    caller = actors.caller(web=BEHIND_THE_WAY)
    way.cut_at("INSERT INTO sessions", forwards=False)
    assert caller.post("/api/v1/auth/signup", who).json()["code"] == "UNKNOWN"
    # then there is no half of it
    assert caller.post("/api/v1/auth/login", who).status_code == 401
    assert caller.post("/api/v1/auth/signup", who).status_code == 201


def test_new_password_holds_when_nobody_could_tell_whether_it_was_set(way, actors):
    owner = actors.owner()
    elsewhere = actors.caller(web=BEHIND_THE_WAY, Cookie=owner.http.headers["Cookie"])
    other = "another quite good passphrase"
    way.cut_at(COMMIT, forwards=True)
    answer = elsewhere.patch("/api/v1/auth/me", {"currentPassword": PASSWORD, "password": other})
    assert (answer.status_code, answer.json()["code"]) == (503, "UNKNOWN")
    assert "Log in again" in answer.json()["error"]
    login = {"email": owner.email, "password": other}
    assert actors.caller().post("/api/v1/auth/login", login).status_code == 200


def test_operators_verb_finds_its_write_when_the_answer_was_lost(system, way, actors):
    owner = actors.owner()
    way.cut_at(COMMIT, forwards=True)
    done = hepstatus(system, "tokens", "grant", owner.email, "480", env={"DATABASE_URL": way.url})
    # then it is told as done, and was done once
    assert (done.returncode, way.is_cut) == (0, True)
    with inside(system):
        assert balance_of(owner.email) == 480


@pytest.mark.parametrize(("forwards", "balance"), [(True, 480), (False, 0)])
def test_operators_verb_admits_it_when_nobody_can_be_asked(system, way, actors, forwards, balance):
    owner = actors.owner()
    way.cut_at(COMMIT, forwards=forwards, closes=True)
    with (
        inside(system, {"DATABASE_URL": way.url}),
        pytest.raises(UnsureError, match="may or may not have been"),
    ):
        write(owner.id, GrantTokens(480), within_s=0.2)
    with inside(system):
        wait_until(lambda: balance_of(owner.email) == balance, "what was said is done", SOON_S)


def test_grant_is_not_denied_when_the_balance_can_not_be_read_after_it(system, way, actors):
    owner = actors.owner()
    way.cut_at(BALANCE, forwards=False, closes=True)
    done = hepstatus(system, "tokens", "grant", owner.email, "480", env={"DATABASE_URL": way.url})
    # then it says what was done, and that the rest is unknown
    assert (done.returncode, way.is_cut) == (0, True)
    assert "was granted 480 tokens" in done.stdout
    with inside(system):
        assert balance_of(owner.email) == 480


@pytest.mark.parametrize(
    ("verb", "advice"),
    [("create", "gives it another password"), ("reset-password", "Run it again")],
)
def test_operator_is_told_when_nobody_can_tell_what_became_of_an_account(
    system, way, actors, verb, advice
):
    email = f"{unique('eve')}@example.com" if verb == "create" else actors.owner().email
    way.cut_at(COMMIT, forwards=True)
    done = hepstatus(system, "account", verb, email, env={"DATABASE_URL": way.url})
    assert (done.returncode, way.is_cut) == (1, True)
    assert "may or may not have been" in done.stderr
    assert advice in done.stderr
    # and who follows the advice has the account
    _, _, chosen = hepstatus(system, "account", "reset-password", email).stdout.split()
    login = {"email": email, "password": chosen}
    assert actors.caller().post("/api/v1/auth/login", login).status_code == 200


def test_new_page_is_told_when_it_can_not_be_made_public(system, way, actors):
    owner, subdomain = actors.owner(), unique("page")
    way.cut_at("ChangePage", forwards=False, closes=True)
    verb = ("page", "create", owner.email, "Acme", "--subdomain", subdomain, "--public")
    done = hepstatus(system, *verb, env={"DATABASE_URL": way.url})
    assert (done.returncode, way.is_cut) == (1, True)
    assert f"{subdomain}.localhost" in done.stdout
