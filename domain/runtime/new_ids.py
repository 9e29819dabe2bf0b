"""New ids and secrets: the only source of randomness."""

import base64
import hashlib
import os
import secrets
import time

from domain.results import ENTROPY_BYTES, make_id

KEY_PREFIX = "hyd_status_"
SECRET_BYTES = 32
TOKEN_BYTES = 16


def new_id(prefix: str) -> str:
    """Return a new time-sortable id, such as `i_01j…` for the prefix `i`."""
    return make_id(prefix, time.time_ns() // 1_000_000, os.urandom(ENTROPY_BYTES))


def new_api_key() -> str:
    """Return a new monitor's key; it is shown once and stored as its hash."""
    return KEY_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def new_session_token() -> str:
    """Return a new session token."""
    return secrets.token_urlsafe(SECRET_BYTES)


def secret_hash(secret: str) -> str:
    """Return the SHA-256 of a high-entropy secret in hexadecimal, for storage."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def new_mount_token() -> str:
    """Return a mount's token: 128 random bits as a case-insensitive DNS label."""
    return secrets.token_hex(TOKEN_BYTES)


def new_link_token() -> str:
    """Return the token of a link in a message: 128 random bits in 22 characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def new_webhook_secret() -> str:
    """Return a new secret of a webhook, in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(os.urandom(SECRET_BYTES)).decode()
