"""Writes that another site's script asks for in an owner's name.

Source: docs/behaviour.md, "Accounts and sessions".
"""

import pytest

from tests.support.actors import PASSWORD, unique

LOGIN, SIGNUP, LOGOUT, ME = (f"/api/v1/auth/{name}" for name in ("login", "signup", "logout", "me"))
PAGES = "/api/v1/status"
EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


def write(caller, **headers: str) -> tuple[int, str | None]:
    """Make a write that a session authorises, and that is refused for another reason otherwise."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = caller.post(PAGES, {"name": ""}, headers=names)
    return answer.status_code, answer.json().get("code")


def test_owner_may_write_when_a_browser_says_that_our_own_page_asks(actors, system):
    base, ada = system.env["BASE_URL"], actors.owner()
    accepted = (400, "VALIDATION")
    assert write(ada) == accepted
    assert write(ada, Origin=base) == accepted
    assert write(ada, Origin=base.upper()) == accepted
    for site in ("same-origin", "none", "Same-Origin"):
        assert write(ada, Origin=base, Sec_Fetch_Site=site) == accepted
        assert write(ada, Sec_Fetch_Site=site) == accepted


def test_owner_may_write_when_the_host_is_written_otherwise(actors, system):
    # given a proxy that passes another Host on than the browser's Origin has
    base, ada = system.env["BASE_URL"], actors.owner()
    assert write(ada, Origin=base, Host="LocalHost:1") == (400, "VALIDATION")


@pytest.mark.parametrize(
    "origin",
    ["http://{host}:{other}", "https://{host}:{port}", "http://{host}", "http://page.{host}:{port}",
     "http://{host}:{port}/", "http://a@{host}:{port}", "http://{host}:{port}.evil.example",
     "http://{host}:{port}, http://{host}:{port}", "null", "", "{host}:{port}", "//{host}:{port}",
     "http://[::1"],
)  # fmt: skip
def test_write_is_refused_when_its_origin_is_not_ours_as_a_whole(actors, system, origin):
    port = int(system.env["BASE_URL"].rpartition(":")[2])
    told = origin.format(host="localhost", port=port, other=port + 1)
    # the request's own Host agrees with it: that decides nothing
    host = {"Host": f"localhost:{port + 1}"} if str(port + 1) in told else {}
    assert write(actors.owner(), Origin=told, **host) == (403, "BAD_ORIGIN")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "nonsense"])
def test_write_is_refused_when_the_browser_says_that_another_site_asks(actors, system, site):
    ada = actors.owner()
    assert write(ada, Sec_Fetch_Site=site) == (403, "BAD_ORIGIN")
    assert write(ada, Sec_Fetch_Site=site, Origin=system.env["BASE_URL"]) == (403, "BAD_ORIGIN")


def test_session_goes_on_when_another_site_asks_to_end_it(actors):
    ada = actors.owner()
    answer = ada.post(LOGOUT, headers=EVIL)
    assert (answer.status_code, answer.json()["code"]) == (403, "BAD_ORIGIN")
    assert ada.get(ME).status_code == 200


def test_origin_decides_nothing_when_no_session_authorises_what_is_asked(actors):
    # given calls of nobody's session: a login, a sign-up, a logout of who is not in
    ada, nobody = actors.owner(), actors.caller()
    body = {"email": ada.email, "password": PASSWORD}
    assert nobody.post(LOGIN, body, headers=EVIL).status_code == 200
    body = {"email": f"{unique('eve')}@example.com", "password": PASSWORD}
    assert nobody.post(SIGNUP, body, headers=EVIL).status_code == 201
    assert actors.caller().post(LOGOUT, headers=EVIL).status_code == 200
    # and a write without a session is told that, whoever asks
    assert write(actors.caller(), **EVIL) == (401, "NO_SESSION")


def test_origin_decides_nothing_when_a_key_authorises_a_write(actors):
    page = actors.page("API")
    mon = actors.monitor(page)
    assert mon.toggle("API", "outage", headers=EVIL).status_code == 200


def test_reading_is_allowed_when_another_site_asks(actors):
    # A browser shows the answer to nobody: no CORS header allows it.
    answer = actors.owner().get(ME, headers=EVIL)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
