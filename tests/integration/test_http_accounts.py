"""Accounts, sessions and the cookie, over HTTP. SPEC section 6."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import Morsel, SimpleCookie

from tests.support.actors import PASSWORD, unique

LOGIN, LOGOUT, ME = "/api/v1/auth/login", "/api/v1/auth/logout", "/api/v1/auth/me"
COOKIE = "hepstatus_session"


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
    assert me == {**data, "tier": "free", "tierUntil": None, "createdAt": me["createdAt"]}


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
    tls = actors.caller().post(LOGIN, credentials(ada), headers={"X-Forwarded-Proto": "https"})
    for answer in (plain, tls):
        held = morsel(answer)
        assert (held["httponly"], held["samesite"].lower(), held["path"]) == (True, "lax", "/")
        assert held["domain"] == ""  # host-only: no page's subdomain ever gets it
        assert int(held["max-age"]) == 30 * 86_400
    assert morsel(plain)["secure"] == ""
    assert morsel(tls)["secure"] is True
    assert plain.headers["cache-control"] == "no-store"


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


def test_own_site_may_write_when_it_names_its_origin(actors):
    ada = actors.owner()
    for host in ("localhost", "LocalHost:8000"):
        headers = {"Host": host, "Origin": f"http://{host.lower()}"}
        assert ada.post(LOGIN, credentials(ada), headers=headers).status_code == 200


def test_reading_is_allowed_when_another_site_asks(actors):
    # A browser shows the answer to nobody: no CORS header allows it.
    answer = actors.owner().get(ME, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
