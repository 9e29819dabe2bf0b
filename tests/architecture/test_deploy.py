"""What stands in front of web keeps what the application relies on: the files in `deploy`."""

import re

from tests.architecture.source import text_of

NGINX = "deploy/nginx.conf"
COMPOSE = "docker-compose.yml"


def only(pattern: str, path: str) -> str:
    """What the first group of a pattern finds in a file, once."""
    found = re.findall(pattern, text_of(path), re.MULTILINE)
    assert len(found) == 1, f"{path} says {len(found)} times {pattern}"
    return str(found[0])


def test_nginx_goes_on_when_web_is_replaced() -> None:
    # Given nginx, which looks web up anew: only later versions can
    assert only(r"^\s+server (web:8000.*);", NGINX).endswith("resolve")
    image = only(r"image: nginx:([\d.]+)", COMPOSE)
    assert tuple(map(int, image.split("."))) >= (1, 27, 3)

    # When compose replaces web, then it may not take away what answers meanwhile
    assert not re.search(r"restart:\s*true", text_of(COMPOSE))


def test_no_cookie_but_a_session_keeps_a_visitor_from_the_cache() -> None:
    from web.cookies import SESSION

    # Given what takes a request past the cache, and what keeps an answer out of it
    bypass, no_cache = (
        only(rf"^\s+proxy_{what} (.+);", NGINX) for what in ("cache_bypass", "no_cache")
    )

    # Then it is a key or an owner's session, by its name, and no cookie of anyone else's
    assert bypass.split() == ["$http_authorization", f"$cookie_{SESSION}"]
    assert no_cache == bypass
