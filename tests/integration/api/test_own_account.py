"""An owner's own account over HTTP: changed, and deleted with everything it has.

Source: docs/behaviour.md, "Accounts and sessions".
"""

import json

import pytest

from tests.support.actors import PASSWORD, Actors, Owner, unique
from tests.support.faults.breaking import HEALS_S, Behind, at_once
from tests.support.stack import wait_until

LOGIN, ME, SESSIONS = "/api/v1/auth/login", "/api/v1/auth/me", "/api/v1/auth/sessions"
SIGNUP = "/api/v1/auth/signup"
OTHER = "another horse battery"


def cookie_of(answer) -> dict[str, str]:
    return {"Cookie": answer.headers.get_list("set-cookie")[0].partition(";")[0]}


def login(actors: Actors, email: str, password: str = PASSWORD):
    return actors.caller().post(LOGIN, {"email": email, "password": password})


def change(owner: Owner, current: str = PASSWORD, /, **what: str):
    return owner.patch(ME, {"currentPassword": current, **what})


def delete(owner: Owner, password: str = PASSWORD, **more):
    return owner.http.request("DELETE", ME, json={"currentPassword": password}, **more)


def new_email(name: str = "New") -> str:
    return f"{unique(name)}@Example.com"


def test_email_is_another_when_its_owner_changes_it(actors):
    ada, email = actors.owner(), new_email()
    before = ada.get(ME).json()["data"]
    answer = change(ada, email=f" {email} ")
    assert answer.status_code == 200
    assert answer.json()["data"] == ada.get(ME).json()["data"] == {**before, "email": email}
    assert "location" not in answer.headers  # nothing went through the log
    assert login(actors, email.lower()).status_code == 200
    assert login(actors, ada.email).json()["code"] == "BAD_LOGIN"
    # and whoever wants the old one has it
    taken = actors.caller().post(SIGNUP, {"email": ada.email, "password": PASSWORD})
    assert taken.status_code == 201


def test_spelling_of_an_email_changes_when_it_is_ones_own(actors):
    ada = actors.owner()
    assert change(ada, email=ada.email.upper()).json()["data"]["email"] == ada.email.upper()


def test_conflict_names_the_email_when_it_is_anothers_in_any_spelling(actors):
    ada, bo = actors.owner(), actors.owner("bo")
    answer = change(ada, email=bo.email.upper(), password=OTHER)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert list(answer.json()["fields"]) == ["email"]
    # and nothing of it was done
    assert "set-cookie" not in answer.headers
    assert ada.get(ME).json()["data"]["email"] == ada.email
    assert login(actors, ada.email).status_code == 200


@pytest.mark.parametrize("what", [{"email": "x@example.com"}, {"password": OTHER}, {}])
def test_current_password_is_asked_for_when_anything_is_changed(actors, what):
    ada = actors.owner()
    for given in ("wrong horse battery", "x" * 60_000):
        answer = change(ada, given, **what) if what else delete(ada, given)
        assert (answer.status_code, answer.json()["code"]) == (401, "BAD_LOGIN")
        assert "currentPassword" in answer.json()["fields"]
        assert "currentPassword" in answer.json()["error"]
    assert ada.get(ME).json()["data"]["email"] == ada.email
    assert login(actors, ada.email).status_code == 200


def test_other_sessions_end_and_the_token_changes_when_the_password_does(actors):
    ada = actors.owner()
    elsewhere = cookie_of(login(actors, ada.email))
    before = next(s for s in ada.get(SESSIONS).json()["data"] if s["current"])
    answer = change(ada, password=OTHER)
    assert answer.status_code == 200
    # then neither the old token nor any other session opens anything, and the new token does
    assert ada.get(ME).status_code == 401
    assert ada.get(ME, headers=elsewhere).status_code == 401
    left = ada.get(SESSIONS, headers=cookie_of(answer)).json()["data"]
    assert [session["id"] for session in left] == [before["id"]]
    # and only the new password logs in
    assert login(actors, ada.email).status_code == 401
    assert login(actors, ada.email, OTHER).status_code == 200


def test_sessions_stay_when_only_the_email_changes(actors):
    ada = actors.owner()
    elsewhere = cookie_of(login(actors, ada.email))
    assert "set-cookie" not in change(ada, email=new_email()).headers
    assert [ada.get(ME, headers=h).status_code for h in (None, elsewhere)] == [200, 200]


def test_one_of_two_accounts_has_an_email_when_both_change_to_it_at_once(actors):
    owners = [actors.owner("ada"), actors.owner("bo", web=1)]
    email = new_email()
    answers = at_once(2, lambda n: change(owners[n], email=email))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [owner.get(ME).json()["data"]["email"] for owner in owners].count(email) == 1


def test_nobody_logs_in_when_an_account_has_no_password(system, actors):
    # given the account whose stream takes probes, by the key that stands for its e-mail
    for password in ("nobody's password", ""):
        assert login(actors, "a_system", password).status_code == 401
    held = Behind(system).sql("SELECT 1 FROM sessions WHERE account_id = 'a_system'")
    assert held == []


def test_everything_is_gone_at_once_when_an_account_is_deleted(system, actors):
    # given Ada with a page that visitors see, a monitor, a second session and a free e-mail's wish
    ada = actors.owner()
    page = ada.page()
    page.leaf("API")
    mon, vi = actors.monitor(page), actors.visitor(page)
    elsewhere = cookie_of(login(actors, ada.email))
    receipt = mon.open().headers["location"]
    assert (vi.get("/").status_code, ada.get(receipt).status_code) == (200, 200)
    # when she deletes her account
    answer = delete(ada)
    # then it is answered as every write, and the cookie is taken away
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "data": {"id": ada.id}})
    assert answer.headers["location"].startswith("/api/v1/receipts/r_")
    assert answer.headers["set-cookie"].startswith('hepstatus_session="";')
    # and its page, its key, its sessions and its receipts are gone
    assert {vi.get(path).status_code for path in ("/", "/status.json", "/badge.svg")} == {404}
    assert mon.open().json()["code"] == "BAD_KEY"
    for path in (ME, "/api/v1/status", page.path, receipt, answer.headers["location"]):
        for session in (None, elsewhere):
            assert ada.get(path, headers=session).json()["code"] == "NO_SESSION"
    assert login(actors, ada.email).json()["code"] == "BAD_LOGIN"
    # and elsewhere too, soon
    there = actors.visitor(page, web=1)
    wait_until(lambda: there.get("/").status_code == 404, "it is gone there too", HEALS_S)


def test_email_and_subdomain_are_free_when_their_account_was_deleted(actors, system):
    ada = actors.owner()
    page = ada.page()
    assert delete(ada).status_code == 200
    body = {"email": ada.email, "password": OTHER}
    answer = actors.caller().post(SIGNUP, body)
    assert answer.status_code == 201
    assert answer.json()["data"]["id"] != ada.id
    # the subdomain is, once it is kept for her no more
    Behind(system).free_host(page.host)
    wanted = {"name": "Again", "subdomain": page.host.partition(".")[0]}
    again = actors.caller().post("/api/v1/status", wanted, headers=cookie_of(answer))
    assert again.status_code == 201
    assert again.json()["data"]["host"] == page.host


def test_nothing_personal_is_left_when_an_account_was_deleted(system, actors):
    ada, behind = actors.owner(), Behind(system)
    ada.page()
    stored = behind.sql("SELECT password_hash FROM accounts WHERE id = :id", id=ada.id)[0][0]
    assert delete(ada).status_code == 200
    for table in ("accounts", "sessions", "devices", "streams", "commands", "places", "pages"):
        held = str(behind.sql(f"SELECT {table}::text FROM {table}"))
        for word in (ada.email, stored, PASSWORD):
            assert word not in held, table
    assert behind.sql("SELECT 1 FROM sessions WHERE account_id = :id", id=ada.id) == []
    assert behind.sql("SELECT 1 FROM devices WHERE account_id = :id", id=ada.id) == []


def test_second_deletion_is_refused_when_two_come_at_once(actors):
    ada = actors.owner()
    ada.page()
    answers = at_once(4, lambda _: delete(ada))
    assert min(answer.status_code for answer in answers) == 200
    assert {answer.status_code for answer in answers} <= {200, 401, 404}
    assert sum(answer.status_code == 200 for answer in answers) == 1


def test_page_is_refused_when_it_is_asked_for_after_the_deletion(actors):
    # given a deletion that nobody waits for
    ada = actors.owner()
    answer = delete(ada, headers={"Prefer": "respond-async"})
    # then it is acknowledged, and the session is kept for the receipt
    assert answer.status_code == 202
    assert "set-cookie" not in answer.headers
    # and a page that is asked for behind it is refused, applied or not
    late = ada.post("/api/v1/status", {"name": "Late", "subdomain": unique("late")})
    assert late.json()["code"] in {"NOT_FOUND", "NO_SESSION"}
    wait_until(lambda: ada.get(ME).status_code == 401, "the session is over", HEALS_S)


def test_no_password_is_told_when_accounts_change(system, actors):
    # given an account that was changed, wrongly and rightly, and deleted
    ada, secret = actors.owner(), f"{unique('very')} secret"
    assert PASSWORD not in change(ada, f"{secret}!", password=secret).text
    answer = change(ada, password=secret)
    ada.http.headers.update(cookie_of(answer))
    answers = answer, delete(ada, secret)
    assert [answer.status_code for answer in answers] == [200, 200]
    # then neither answers nor logs nor the command log hold it, or its hash
    log = str(Behind(system).sql("SELECT payload::text FROM commands"))
    for held in (*(json.dumps(a.json()) for a in answers), log, system.logs()):
        assert secret not in held
        assert "argon2" not in held
