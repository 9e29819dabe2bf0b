"""The table of queries and headers that are refused, each with a sentence that names it.

Source: docs/behaviour.md, "Ids, times and lists" and "Bad input".
"""

from base64 import urlsafe_b64encode

import pytest
from falcon.testing import create_asgi_req

from web.api.incidents.schemas import parse_kind
from web.http.errors import ApiError
from web.http.paging import audit_position_of, limit_of, position_of, seq_of
from web.http.preconditions import parse_if_match
from web.http.responses import idempotency

LIMITS = ("", "0", "-1", "101", "1.5", "1e1", "x", "all", "%D9%A3", "1" * 5_000)
KINDS = ("", "Incident", "all", "%00")
CURSORS = ("", "x", "nowhere", "AAAA", "%C3%A9", "%F0%9F%92%A9", "_____w==", "YWJj", "2aHZog==")


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


OF_INCIDENTS = (
    *CURSORS, cursor("2026-01-01T00:00:00 i_x"), cursor("2026-01-01T00:00:00+00:00 \0"),
    cursor("2026-01-01T00:00:00%2B23:59 i_x"), cursor("1 1"),
)  # fmt: skip
OF_AUDITS = (*CURSORS, "MjAyNi0wMS0wMSBpX3g=", cursor("-1 -1"), "OTk5" * 16)
OF_LEDGERS = (*CURSORS, cursor("-1"), "OTk5" * 8)


def kind_of(req):
    return parse_kind(req.get_param("kind"))


@pytest.mark.parametrize(
    ("read", "name", "values"),
    [
        (limit_of, "limit", LIMITS),
        (kind_of, "kind", KINDS),
        (position_of, "cursor", OF_INCIDENTS),
        (audit_position_of, "cursor", OF_AUDITS),
        (seq_of, "cursor", OF_LEDGERS),
    ],
)
def test_sentence_names_the_parameter_when_a_query_is_malformed(read, name, values):
    for value in values:
        with pytest.raises(ApiError) as caught:
            read(create_asgi_req(query_string=f"{name}={value}"))
        assert (caught.value.status, list(caught.value.fields)) == (400, [name]), value


@pytest.mark.parametrize(
    ("read", "name", "values"),
    [
        (parse_if_match, "If-Match", ('"a", "b"', 'W/"a"', "")),
        (lambda req: idempotency(req, b""), "Idempotency-Key", (" ", "k" * 256, "a\tb")),
    ],
)
def test_sentence_names_the_header_when_it_is_malformed(read, name, values):
    for value in values:
        with pytest.raises(ApiError, match=f"^{name} ") as caught:
            read(create_asgi_req(headers={name: value}))
        assert caught.value.status == 400, value
