"""Accounts, sessions and the cookie, over HTTP.

Source: docs/behaviour.md, "Accounts and sessions".
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import Morsel, SimpleCookie

import pytest

from tests.support.actors import PASSWORD, unique
from web.http.auth import HOST_ONLY

LOGIN, LOGOUT, ME = "/api/v1/auth/login", "/api/v1/auth/logout", "/api/v1/auth/me"
COOKIE = "hepstatus_session"
PROTO = "X-Forwarded-Proto"
OVER_TLS = {PROTO: "https"}  # loopback is a trusted proxy


def morsel(answer, name=COOKIE) -> Morsel:
    held = [SimpleCookie(line) for line in answer.headers.get_list("set-cookie")]
    return next(cookie[name] for cookie in held if name in cookie)


def cookie(answer) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={morsel(answer).value}"}


def credentials(owner) -> dict[str, str]:
    return {"email": owner.email, "password": PASSWORD}


def test_account_is_made_and_logged_in_when_somebody_signs_up(actors):
    email = f"{unique('Eve')}@Example.com"
    nobody = actors.caller()
    answer = nobody.post("/api/v1/auth/signup", {"email": f" {email} ", "password": PASSWORD})
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data["id"].startswith("a_")
    assert data["email"] == email
    assert "location" not in answer.headers  # nothing went through the log
    me = nobody.get(ME, headers=cookie(answer)).json()["data"]
    assert me["createdAt"].endswith("Z")
    assert (data["emailVerified"], data.pop("notice")) == (True, None)  # no mail can be sent here
    more = {"pendingEmail": None, "tier": "free", "tierUntil": None, "createdAt": me["createdAt"]}
    assert me == {**data, **more}


def test_conflict_is_answered_when_an_email_is_taken_in_any_spelling(actors):
    ada = actors.owner()
    body = {"email": ada.email.upper(), "password": "another password"}
    answer = actors.caller().post("/api/v1/auth/signup", body)
    assert answer.status_code == 409
    assert answer.json()["code"] == "CONFLICT"
    assert list(answer.json()["fields"]) == ["email"]
    assert "set-cookie" not in answer.headers


def test_login_opens_a_session_when_email_and_password_match(actors):
    ada = actors.owner()
    body = {"email": f" {ada.email.upper()}", "password": PASSWORD}
    answer = actors.caller().post(LOGIN, body)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"id": ada.id, "email": ada.email}
    for session in (cookie(answer), None):  # the new one, and the first one as well
        assert ada.get(ME, headers=session).json()["data"]["id"] == ada.id


def test_answers_are_alike_when_an_email_is_unknown_or_a_password_wrong(actors):
    ada = actors.owner()
    unknown = {"email": f"{unique('nobody')}@example.com", "password": PASSWORD}
    answers = [
        actors.caller().post(LOGIN, body)
        for body in (unknown, {**credentials(ada), "password": PASSWORD + " "})
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["code"] == "BAD_LOGIN"
    assert not any("set-cookie" in a.headers for a in answers)


def test_cookie_is_out_of_reach_for_scripts_and_other_sites_when_it_is_set(actors):
    ada = actors.owner()
    plain = actors.caller().post(LOGIN, credentials(ada))
    tls = actors.caller(**OVER_TLS).post(LOGIN, credentials(ada))
    for held in (morsel(plain), morsel(tls, HOST_ONLY + COOKIE)):
        assert (held["httponly"], held["samesite"].lower(), held["path"]) == (True, "lax", "/")
        assert held["domain"] == ""  # host-only: no page's subdomain ever gets it
        assert int(held["max-age"]) == 30 * 86_400
    assert morsel(plain)["secure"] == ""
    assert morsel(tls, HOST_ONLY + COOKIE)["secure"] is True
    assert plain.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("told", ["https, https", "HTTPS", "Https ,https", "https,http"])
def test_visit_is_over_tls_when_a_trusted_proxy_says_so_in_any_form(actors, told):
    answer = actors.caller().post(LOGIN, credentials(actors.owner()), headers={PROTO: told})
    assert morsel(answer, HOST_ONLY + COOKIE)["secure"] is True
    assert "max-age=" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("told", ["http", "http, https", "", "ftp", "httpss", ",https"])
def test_visit_is_not_over_tls_when_the_client_came_without_it(actors, told):
    answer = actors.caller().post(LOGIN, credentials(actors.owner()), headers={PROTO: told})
    assert morsel(answer)["secure"] == ""
    assert "strict-transport-security" not in answer.headers


def test_first_line_counts_when_proxies_wrote_one_each(actors):
    body, tls = credentials(actors.owner()), [(PROTO, "https"), (PROTO, "http")]
    assert morsel(actors.caller().post(LOGIN, body, headers=tls), HOST_ONLY + COOKIE)


def test_no_cookie_opens_a_session_over_tls_when_a_subdomain_can_have_set_it(actors):
    # given Eve's session, whose cookie a page's subdomain plants on the base by its plain name
    eve, ada = actors.owner(), actors.owner()
    planted = eve.http.headers["Cookie"]
    assert eve.get(ME).status_code == 200
    # then over TLS it opens nothing
    tls = actors.caller(**OVER_TLS)
    assert tls.get(ME, headers={"Cookie": planted}).json()["code"] == "NO_SESSION"
    # and who logs in gets one of her own, which wins over it, and the planted one is taken away
    answer = tls.post(LOGIN, credentials(ada), headers={"Cookie": planted})
    own = f"{HOST_ONLY}{COOKIE}={morsel(answer, HOST_ONLY + COOKIE).value}"
    assert morsel(answer).value == ""
    both = {"Cookie": f"{planted}; {own}"}
    assert tls.get(ME, headers=both).json()["data"]["email"] == ada.email


def test_both_cookies_are_taken_away_and_their_sessions_ended_when_an_owner_logs_out(actors):
    ada = actors.owner()
    plain, tls = ada.http.headers["Cookie"], actors.caller(**OVER_TLS)
    token = morsel(tls.post(LOGIN, credentials(ada)), HOST_ONLY + COOKIE).value
    own = f"{HOST_ONLY}{COOKIE}={token}"
    # when she logs out over TLS, with both cookies still in her browser
    answer = tls.post(LOGOUT, headers={"Cookie": f"{plain}; {own}"})
    # then both are unset, in the form in which a browser obeys, and open nothing any more
    for name, is_secure in ((COOKIE, ""), (HOST_ONLY + COOKIE, True)):
        held = morsel(answer, name)
        assert (held.value, held["secure"], held["path"], held["domain"]) == (
            "",
            is_secure,
            "/",
            "",
        )
        assert parsedate_to_datetime(held["expires"]) < datetime.now(UTC)
    assert actors.caller().get(ME, headers={"Cookie": plain}).status_code == 401
    assert tls.get(ME, headers={"Cookie": own}).status_code == 401


def test_session_is_over_when_its_owner_logs_out(actors):
    ada = actors.owner()
    answer = ada.post(LOGOUT)
    assert answer.status_code == 200
    assert morsel(answer).value == ""
    assert parsedate_to_datetime(morsel(answer)["expires"]) < datetime.now(UTC)
    assert ada.get(ME).json()["code"] == "NO_SESSION"
    assert ada.post(LOGOUT).status_code == 200  # who is out already may say so again


def test_old_session_ends_when_a_new_one_begins_in_the_same_browser(actors):
    ada = actors.owner()
    answer = ada.post(LOGIN, credentials(ada))
    assert ada.get(ME).status_code == 401
    assert ada.get(ME, headers=cookie(answer)).status_code == 200


def test_session_goes_on_elsewhere_when_one_browser_logs_out(actors):
    ada = actors.owner()
    other = cookie(actors.caller().post(LOGIN, credentials(ada)))
    ada.post(LOGOUT)
    assert ada.get(ME, headers=other).status_code == 200
