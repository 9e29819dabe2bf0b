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


@pytest.mark.parametrize(
    ("cookies", "is_owner"),
    [
        ("{session}=x", True),
        ("a=b; {session}=x", True),
        ("__Host-{session}=x", True),
        ("_ga=1;__Host-{session}=x; b=c", True),
        ("_ga=1; their_{session}=x", False),
        ("{session}s=x", False),
        ("a={session}=x", False),
        ("hepstatus_device=x", False),
        ("", False),
    ],
)
def test_no_cookie_but_a_session_keeps_a_visitor_from_the_cache(
    cookies: str, *, is_owner: bool
) -> None:
    # Given what takes a request past the cache, and what keeps an answer out of it
    bypass, no_cache = (
        only(rf"^\s+proxy_{what} (.+);", NGINX) for what in ("cache_bypass", "no_cache")
    )

    # Then it is a key or an owner's session, by its names, and no cookie of anyone else's
    assert bypass.split() == ["$http_authorization", "$session_cookie"]
    assert no_cache == bypass
    pattern = only(r'map \$http_cookie \$session_cookie \{[^~]*"~(.+)" 1;', NGINX)
    assert bool(re.search(pattern, cookies.format(session="hepstatus_session"))) is is_owner


def test_the_cache_is_keyed_by_the_host_that_web_is_sent() -> None:
    # Given what web is told of the host: nowhere another variable than the key's
    sent = only(r"^\s+proxy_set_header Host (\$\w+);", NGINX)
    keys = re.findall(r"^\s+proxy_cache_key (.+);", text_of(NGINX), re.MULTILINE)

    # Then every key begins with it, and holds nothing else that a request may choose freely
    assert keys
    for key in keys:
        assert re.findall(r"\$\w+", key) == [sent, "$uri", "$variant", "$coding"]
    assert "$http_host" not in re.sub(r"map .*", "", text_of(NGINX))

    # And where something is kept, web is sent the path and the query as the key has them
    for location, block in locations(NGINX):
        if "proxy_pass" in block and "proxy_cache off;" not in block:
            assert re.search(r"rewrite \^ \$(uri|v2_document) break;", block), location
        assert ("set $variant" in block) == ("set $args $variant;" in block), location


def locations(path: str) -> list[tuple[str, str]]:
    """Each location of nginx's configuration, and what stands in it."""
    return re.findall(
        r"^        location (.+) \{\n((?:.*\n)*?)        \}", text_of(path), re.MULTILINE
    )


def test_caddy_asks_a_listener_that_knows_nothing_else() -> None:
    # Given the port that Caddy asks for a certificate
    port, path = re.findall(r"^\s+ask http://nginx:(\d+)(/\S+)$", text_of(CADDY), re.MULTILINE)[0]

    # Then nginx has a listener there with that one location, and it is not the public one
    servers = text_of(NGINX).split("\n    server {")[1:]
    asked = [server for server in servers if f"listen {port};" in server]
    assert len(asked) == 1
    assert re.findall(r"location (.+) \{", asked[0]) == [f"= {path}", "/"]
    assert asked[0].count("proxy_pass") == 1
    public = only(r"^\s+reverse_proxy nginx:(\d+)", CADDY)
    assert public != port
    in_public = next(server for server in servers if f"listen {public} " in server)
    assert "location ^~ /internal {\n            return 404" in in_public

    # And none of nginx's ports is open to the outside
    nginx = only(r"^  nginx:\n((?:    .*\n|\n)*)", COMPOSE)
    assert "ports:" not in nginx
    assert "networks: [front]" in nginx
    assert re.search(r"^  front: \{ internal: true \}", text_of(COMPOSE), re.MULTILINE)


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
    from domain.runtime.logging import request_id_of

    # Given what a client sends, when nginx hands an id on
    at_the_edge = edge_id(header)

    # Then the application takes it as it is, or both would have minted one
    assert (request_id_of(header) == header) == (at_the_edge == header != "minted")
    assert "$edge_id" in only(r"proxy_set_header X-Request-Id (.+);", NGINX)
    assert "$edge_id" in only(r"log_format plain ('[^;]+);", NGINX)


def test_the_layers_in_front_agree_on_how_large_a_request_may_be() -> None:
    from web.http.server import HEAD_BYTES

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
