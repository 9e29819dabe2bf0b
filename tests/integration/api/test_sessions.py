"""Where an owner is logged in: seen, and ended.

Source: docs/behaviour.md, "Accounts and sessions".
"""

from datetime import UTC, datetime, timedelta

from tests.support.actors import PASSWORD
from tests.support.faults.breaking import Behind

LOGIN, ME, SESSIONS = "/api/v1/auth/login", "/api/v1/auth/me", "/api/v1/auth/sessions"


def login(actors, owner, agent="curl/8"):
    """Log in from somewhere else; return the new session's cookie."""
    body = {"email": owner.email, "password": PASSWORD}
    answer = actors.caller().post(LOGIN, body, headers={"User-Agent": agent})
    assert answer.status_code == 200
    return {"Cookie": answer.headers.get_list("set-cookie")[0].partition(";")[0]}


def sessions(owner, **more):
    answer = owner.get(SESSIONS, **more)
    assert answer.status_code == 200
    return answer.json()["data"]


def test_sessions_are_listed_when_their_owner_asks(actors):
    ada = actors.owner()
    there = login(actors, ada, "Mozilla/5.0 (phone)")
    seen = sessions(ada)
    assert [session["current"] for session in seen].count(True) == 1
    assert {session["userAgent"] for session in seen} >= {"Mozilla/5.0 (phone)"}
    for session in seen:
        assert session.keys() == {
            "id", "createdAt", "lastUsedAt", "expiresAt", "userAgent", "current",
        }  # fmt: skip
        made, used, ends = (
            datetime.fromisoformat(session[name])
            for name in ("createdAt", "lastUsedAt", "expiresAt")
        )
        assert (used.second, used.microsecond) == (0, 0)
        assert abs(datetime.now(UTC) - used) < timedelta(minutes=3)
        assert abs(ends - made - timedelta(days=30)) < timedelta(seconds=5)
    # and each session knows itself
    current = [
        next(s["id"] for s in sessions(ada, headers=h) if s["current"]) for h in (None, there)
    ]
    assert len(set(current)) == 2


def test_last_use_is_noted_when_a_session_is_used(system, actors):
    # given a session that was used last an hour ago
    ada, behind = actors.owner(), Behind(system)
    there = login(actors, ada)
    hour_ago = "UPDATE sessions SET last_used_at = now() - interval '1 hour' WHERE account_id = :id"
    behind.sql(hour_ago, id=ada.id)
    # when it is used, then that is the one used last
    assert actors.caller(web=1).get(ME, headers=there).status_code == 200
    first, second = sessions(ada, headers=there)
    assert first["current"]
    assert first["lastUsedAt"] > second["lastUsedAt"]


def test_user_agent_is_tidied_when_it_is_long_or_odd(actors):
    ada = actors.owner()
    login(actors, ada, "x" * 500)
    login(actors, ada, "<b>\x85 odd\u00ad\xa0 name</b>".encode("latin-1"))
    login(actors, ada, b"\xad")
    agents = [session["userAgent"] for session in sessions(ada)]
    assert "x" * 200 in agents
    assert None in agents
    assert all(agent is None or agent.isprintable() for agent in agents)


def test_session_is_over_when_it_is_revoked(actors):
    ada = actors.owner()
    there = login(actors, ada)
    other = next(session["id"] for session in sessions(ada) if not session["current"])
    answer = ada.delete(f"{SESSIONS}/{other}")
    assert (answer.status_code, answer.json()["data"]) == (200, {"id": other})
    assert "set-cookie" not in answer.headers
    assert ada.get(ME, headers=there).json()["code"] == "NO_SESSION"
    assert ada.get(ME).status_code == 200
    assert ada.delete(f"{SESSIONS}/{other}").status_code == 404  # it is gone


def test_one_is_logged_out_when_one_revokes_the_session_that_asks(actors):
    ada = actors.owner()
    there = login(actors, ada)
    own = next(session["id"] for session in sessions(ada) if session["current"])
    answer = ada.delete(f"{SESSIONS}/{own}")
    assert answer.status_code == 200
    assert answer.headers["set-cookie"].startswith('hepstatus_session="";')
    assert ada.get(ME).status_code == 401
    assert ada.get(ME, headers=there).status_code == 200


def test_session_is_not_found_when_it_is_anothers(actors):
    ada, bo = actors.owner(), actors.owner("bo")
    of_bo = sessions(bo)[0]["id"]
    answer = ada.delete(f"{SESSIONS}/{of_bo}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert bo.get(ME).status_code == 200


def test_others_are_over_when_all_others_are_ended(actors):
    ada, bo = actors.owner(), actors.owner("bo")
    there = [login(actors, ada) for _ in range(2)]
    answer = ada.delete(SESSIONS)
    assert (answer.status_code, answer.json()["data"]) == (200, {"ended": 2})
    assert [ada.get(ME, headers=h).status_code for h in (None, *there)] == [200, 401, 401]
    assert bo.get(ME).status_code == 200
    assert len(sessions(ada)) == 1


def test_session_is_neither_seen_nor_good_when_it_has_expired(system, actors):
    ada = actors.owner()
    there = login(actors, ada)
    other = next(session["id"] for session in sessions(ada) if not session["current"])
    Behind(system).sql("UPDATE sessions SET expires_at = now() WHERE id = :id", id=other)
    assert ada.get(ME, headers=there).status_code == 401
    assert len(sessions(ada)) == 1
    assert ada.delete(f"{SESSIONS}/{other}").status_code == 404


def test_only_hashes_of_tokens_are_stored_when_somebody_logs_in(system, actors):
    ada = actors.owner()
    body = {"email": ada.email, "password": PASSWORD}
    answer = actors.caller().post(LOGIN, body)
    tokens = [
        line.partition(";")[0].partition("=")[2] for line in answer.headers.get_list("set-cookie")
    ]
    assert len(tokens) == 2
    for table in ("sessions", "devices"):
        held = str(Behind(system).sql(f"SELECT {table}::text FROM {table}"))
        assert not any(token in held for token in tokens)
