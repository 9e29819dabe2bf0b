"""What stands in front of web keeps what the application relies on: the files in `deploy`."""

import re

import pytest

from tests.architecture.source import text_of

NGINX = "deploy/nginx.conf"
COMPOSE = "docker-compose.yml"
CADDY = "deploy/Caddyfile"


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


def edge_id(header: str) -> str:
    """What nginx's map makes of an X-Request-Id: its first pattern that fits, in their order."""
    rules = only(r"map \$http_x_request_id \$edge_id \{([^}]*(?:\{[^}]*\}[^}]*)*?)^    \}", NGINX)
    for pattern, value in re.findall(r'"~(.+)" (\$\w+);', rules):
        if re.search(pattern, header):
            return header if value == "$http_x_request_id" else "minted"
    return "minted"


@pytest.mark.parametrize(
    "header",
    [
        "", "short", "8letters", "a" * 64, "a" * 65, "01J9Z3-trace.id_7", "-begins-badly",
        "two words", 'quo"te-quote', "hyd_status_abcdefgh", "x-hyd_status_abcdefgh", "umläut-abcd",
    ],
)  # fmt: skip
def test_nginx_and_the_application_agree_on_what_a_request_id_is(header: str) -> None:
    from domain.store.request_ids import request_id_of

    # Given what a client sends, when nginx hands an id on
    at_the_edge = edge_id(header)

    # Then the application takes it as it is, or both would have minted one
    assert (request_id_of(header) == header) == (at_the_edge == header != "minted")
    assert "$edge_id" in only(r"proxy_set_header X-Request-Id (.+);", NGINX)
    assert "$edge_id" in only(r"log_format plain ('[^;]+);", NGINX)


def test_the_layers_in_front_agree_on_how_large_a_request_may_be() -> None:
    from web.protocol import HEAD_BYTES

    # Given what nginx takes, and what the application reads
    body = int(only(r"client_max_body_size (\d+)m;", NGINX))
    count, size = map(int, only(r"large_client_header_buffers (\d+ \d+)k;", NGINX).split())
    assert count * size * 1024 == HEAD_BYTES

    # Then Caddy lets in as much
    assert int(only(r"max_size (\d+)MiB", CADDY)) == body
    assert int(only(r"max_header_size (\d+)KiB", CADDY)) == count * size


def test_a_write_that_is_cut_off_is_not_answered_by_caddy() -> None:
    # Given Caddy, which answers 200 when its own limit ends a body on the way
    # Then it has no such limit: nobody acknowledges what the log has not
    assert not re.search(r"^\s*read_body\s", text_of(CADDY), re.MULTILINE)
