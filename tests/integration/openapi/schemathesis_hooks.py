"""What schemathesis can't guess of our formats; loaded by SCHEMATHESIS_HOOKS."""

from base64 import urlsafe_b64encode

import schemathesis
from hypothesis import strategies as st

CURSOR = urlsafe_b64encode(b"2026-11-23T14:02:00+00:00 i_01kar5t0q4c8v2n6x3m7b9d1fd").decode()
AUDIT_CURSOR = urlsafe_b64encode(b"40 2").decode()

schemathesis.openapi.format("audit-cursor", st.just(AUDIT_CURSOR))
schemathesis.openapi.format("ledger-cursor", st.just(urlsafe_b64encode(b"40").decode()))
schemathesis.openapi.format("cursor", st.just(CURSOR))
schemathesis.openapi.format(
    "link-address",
    st.sampled_from(["https://acme.com", "https://münchen.example:8443/a?b#c", "mailto:a@b.c?d=e"]),
)
schemathesis.openapi.format(
    "iana-time-zone", st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])
)
