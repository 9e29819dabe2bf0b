"""Verified addresses, forgotten passwords and pending addresses over HTTP; mails are read where
they wait.

Source: docs/behaviour.md, "Mail".
"""

import pytest

from tests.support.actors import PASSWORD, unique
from tests.support.faults.breaking import Behind, at_once
from tests.support.inside import hepstatus
from tests.support.outbox import started_outbox
from tests.support.stack import wait_until

LOGIN, ME = "/api/v1/auth/login", "/api/v1/auth/me"
FORGOT, RESET, VERIFY = "/api/v1/auth/forgot", "/api/v1/auth/reset", "/api/v1/auth/verify"
OTHER = "another horse battery"


@pytest.fixture(scope="module")
def outbox(system):
    with started_outbox(system) as outbox:
        yield outbox


def me(owner):
    return owner.get(ME).json()["data"]


def login(outbox, email, password=PASSWORD):
    return outbox.anybody.post(LOGIN, {"email": email, "password": password})


def forget(outbox, email):
    answer = outbox.anybody.post(FORGOT, {"email": email})
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "data": {}})
    return answer


def reset(outbox, link, password=OTHER):
    token = link.rpartition("/")[2]
    return outbox.anybody.post(RESET, {"token": token, "password": password})


def change_email(owner, email):
    return owner.patch(ME, {"currentPassword": PASSWORD, "email": email})


def test_account_is_verified_when_the_button_of_its_link_is_pressed(outbox):
    # given a newcomer, who was told where her mail is
    body = {"email": f"{unique('ada')}@example.com", "password": PASSWORD}
    told = outbox.anybody.post("/api/v1/auth/signup", body).json()["data"]
    assert told["emailVerified"] is False
    assert told["notice"].endswith("/dashboard/outbox")
    link = outbox.link_to(body["email"])
    # when her mail program looks at the link, then nothing happens
    shown = outbox.anybody.get(link)
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-robots-tag"] == "noindex"
    assert "no-referrer" in shown.headers["referrer-policy"]
    assert body["email"] not in shown.text
    assert outbox.anybody.http.head(link).status_code == 200
    one_click = outbox.anybody.http.post(link, data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    owner_cookie = login(outbox, body["email"]).headers["set-cookie"].partition(";")[0]
    caller = outbox.caller(web=outbox.number)
    caller.http.headers["Cookie"] = owner_cookie
    assert me(caller)["emailVerified"] is False
    # when she presses the button, then she is verified, once
    assert "Address confirmed" in outbox.use(link, "verify").text
    assert me(caller)["emailVerified"] is True
    assert outbox.use(link, "verify").status_code == 404
    assert caller.post(VERIFY).json()["data"] == {"mailed": False}


def test_account_is_verified_at_once_when_no_mail_can_be_sent(actors):
    assert me(actors.owner())["emailVerified"] is True
    forgot = actors.caller().post(FORGOT, {"email": "ada@example.com"})
    assert (forgot.status_code, forgot.json()["code"]) == (503, "UNAVAILABLE")


def test_account_may_do_little_when_its_address_is_not_confirmed(outbox):
    # given an unverified owner with a page
    ada = outbox.newcomer()
    page = ada.page(is_public=False)
    refused = [
        lambda: ada.patch(page.path, {"isPublic": True}),
        lambda: ada.patch(page.path, {"domain": f"{unique('x')}.example.com"}),
        lambda: ada.post(f"{page.path}/mount", {"host": f"{unique('y')}.example.com"}),
        lambda: ada.post("/api/v1/status", {"name": "Second"}),
    ]
    for ask in refused:
        answer = ask()
        assert (answer.status_code, answer.json()["code"]) == (403, "EMAIL_UNVERIFIED")
    # when the operator verifies the account
    assert hepstatus(outbox.system, "account", "verify", ada.email).returncode == 0
    # then it may
    assert ada.patch(page.path, {"isPublic": True}).status_code in {200, 202}
    assert ada.post("/api/v1/status", {"name": "Second"}).json()["code"] == "NO_FREE_SLOT"


def test_answer_is_the_same_when_an_address_is_unknown_or_over_its_limit(outbox):
    ada, stranger = outbox.newcomer(), f"{unique('nobody')}@example.com"
    for _ in range(3):
        forget(outbox, ada.email)
    forget(outbox, stranger)
    # three mails an hour, the one of the sign-up among them
    assert outbox.kinds_to(ada.email) == ["verify", "reset", "reset"]
    assert outbox.mails_to(stranger) == []
    over = ada.post(VERIFY)
    assert (over.status_code, over.json()["code"]) == (429, "RATE_LIMITED")
    assert 0 < int(over.headers["retry-after"]) <= 3_600


def test_keys_and_sessions_end_when_the_address_of_an_account_is_proven_late(outbox):
    # given a stranger's account with the address of another, with a monitor
    stranger = outbox.newcomer()
    page = stranger.page(is_public=False)
    monitor = outbox.monitor(page)
    assert monitor.get("/api/v1/status-api/status").status_code == 200
    # when the owner of the address resets the password
    forget(outbox, stranger.email)
    link = outbox.link_to(stranger.email)
    weak = reset(outbox, link, "password")
    assert (weak.status_code, list(weak.json()["fields"])) == (400, ["password"])
    assert reset(outbox, link).status_code == 200
    # then nothing of the stranger's opens anything
    assert stranger.get(ME).status_code == 401
    assert login(outbox, stranger.email).status_code == 401
    wait_until(
        lambda: monitor.get("/api/v1/status-api/status").json().get("code") == "BAD_KEY",
        "the key is deleted",
    )
    # and the address is proven, by a link that works once
    assert login(outbox, stranger.email, OTHER).status_code == 200
    assert reset(outbox, link).json()["code"] == "NOT_FOUND"


def test_keys_stay_when_a_verified_owner_resets_her_password(outbox):
    ada = outbox.newcomer(is_verified=True)
    monitor = outbox.monitor(ada.page())
    forget(outbox, ada.email)
    answer = outbox.use(outbox.link_to(ada.email), "reset", password=OTHER)
    assert "Password changed" in answer.text
    assert login(outbox, ada.email, OTHER).status_code == 200
    assert monitor.get("/api/v1/status-api/status").status_code == 200


def test_one_password_wins_when_a_link_is_used_twice_at_once(outbox):
    ada = outbox.newcomer(is_verified=True)
    forget(outbox, ada.email)
    link, passwords = outbox.link_to(ada.email), ["first horse battery", "second horse battery"]
    answers = at_once(2, lambda n: reset(outbox, link, passwords[n]).status_code)
    assert sorted(answers) == [200, 404]
    winner = passwords[answers.index(200)]
    assert [login(outbox, ada.email, p).status_code == 200 for p in passwords] == [
        password == winner for password in passwords
    ]


def test_address_changes_when_it_is_confirmed_and_back_by_the_old_ones_link(outbox):
    # given a verified owner who asks for another address
    ada, new = outbox.newcomer(is_verified=True), f"{unique('New')}@Example.com"
    old = ada.email
    told = change_email(ada, new).json()["data"]
    assert (told["email"], told["pendingEmail"]) == (old, new)
    # then the old one is used until the new one is confirmed
    assert login(outbox, new).status_code == 401
    forget(outbox, new)
    assert outbox.kinds_to(new) == ["change"]
    assert outbox.kinds_to(old) == ["verify", "address_change"]
    take_back = outbox.link_to(old)
    outbox.use(outbox.link_to(new), "verify")
    assert (me(ada)["email"], me(ada)["pendingEmail"]) == (new, None)
    assert login(outbox, new).status_code == 200
    # when the owner of the old one takes it back, after somebody prepared another change
    change_email(ada, f"{unique('third')}@example.com")
    third = outbox.link_to(me(ada)["pendingEmail"])
    assert "Your address is back" in outbox.use(take_back, "take_back").text
    # then all sessions are over, and later links do nothing
    assert ada.get(ME).status_code == 401
    assert outbox.use(third, "verify").status_code == 404
    assert outbox.use(outbox.link_to(new), "take_back").status_code == 404
    assert login(outbox, new).status_code == 401
    assert login(outbox, old).status_code == 200


def test_address_is_refused_when_another_account_has_it_by_then(outbox):
    ada, bo, new = outbox.newcomer(is_verified=True), outbox.newcomer("bo"), None
    taken = change_email(ada, bo.email.upper())
    assert (taken.status_code, list(taken.json()["fields"])) == (409, ["email"])
    # and so it is when it was free at first
    new = f"{unique('new')}@example.com"
    change_email(ada, new)
    link = outbox.link_to(new)
    signup = {"email": new, "password": PASSWORD}
    assert outbox.anybody.post("/api/v1/auth/signup", signup).status_code == 201
    assert "There is an account with this e-mail already." in outbox.use(link, "verify").text
    assert me(ada)["email"] == ada.email


def test_no_address_is_in_the_log_or_in_a_line_when_mails_were_queued(outbox):
    # given all kinds of mails
    ada, new = outbox.newcomer("secretly", is_verified=True), f"{unique('hushhush')}@example.com"
    change_email(ada, new)
    forget(outbox, ada.email)
    reset(outbox, outbox.link_to(ada.email))
    # then neither the log nor any line has an address or a token
    behind = Behind(outbox.system)
    token = outbox.link_to(new).rpartition("/")[2]
    lines = "".join(
        path.read_text() for path in outbox.system.log.folder.glob("*.log") if path.is_file()
    )
    for secret in ("secretly", "hushhush", token):
        assert secret not in lines
        like = "SELECT 1 FROM commands c WHERE to_jsonb(c)::text LIKE :secret"
        assert behind.sql(like, secret=f"%{secret}%") == []
