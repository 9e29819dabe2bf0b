"""Settings: environment variables, read once. Each is described in docs/settings.md."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from domain.runtime import setting_values as values

# A page shows 90 days, and what is told of its last 30 is read from the log.
SHORTEST_LOG_DAYS = 91
# Two processes for what may take long, so that such work of two pages goes on side by side, and one
# that is kept for what is quick.
POOL_SIZE = 3
A_PORT = values.between(1, values.LAST_PORT)
A_PORT_OR_OFF = values.between(0, values.LAST_PORT)


class SettingsError(Exception):
    """A setting is missing or unusable; the message is a sentence for the operator."""


def _setting(env: str, default: Any, check: values.Check = values.anything) -> Any:  # noqa: ANN401 - a dataclass field is what it is given
    return field(default=default, metadata={"env": env, "check": check})


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside; empty URLs are derived in `load_settings`."""

    database_url: str = _setting("DATABASE_URL", "", values.database_url)
    redis_url: str = _setting("REDIS_URL", "", values.redis_url)
    broker_url: str = _setting("BROKER_URL", "", values.redis_url)
    cache_url: str = _setting("CACHE_URL", "", values.redis_url)
    base_domain: str = _setting("BASE_DOMAIN", "localhost", values.host_name)
    base_url: str = _setting("BASE_URL", "", values.web_address)
    port: int = _setting("PORT", 8000, A_PORT)
    data_dir: str = _setting("HEPSTATUS_DATA_DIR", ".data")
    web_concurrency: int = _setting("WEB_CONCURRENCY", 2, values.at_least(1))
    worker_concurrency: int = _setting("WORKER_CONCURRENCY", POOL_SIZE, values.at_least(1))
    page_copy_mb: int = _setting("PAGE_COPY_MB", 64, values.at_least(1))
    drain_limit: int = _setting("DRAIN_LIMIT", 200, values.at_least(1))
    ring_coalesce: bool = _setting("RING_COALESCE", default=True)
    sweep_s: float = _setting("SWEEP_S", 2.0, values.seconds)
    rate_limits: bool = _setting("RATE_LIMITS", default=True)
    password_memory_mib: int = _setting("PASSWORD_MEMORY_MIB", 64, values.between(1, 1024))
    trusted_proxies: str = _setting("TRUSTED_PROXIES", "127.0.0.1,::1", values.proxy_list)
    log_format: str = _setting("LOG_FORMAT", "console", values.one_of("console", "json"))
    metrics_bind: str = _setting("METRICS_BIND", "127.0.0.1", values.bind_address)
    metrics_port: int = _setting("METRICS_PORT", 9464, A_PORT_OR_OFF)
    worker_metrics_port: int = _setting("WORKER_METRICS_PORT", 9465, A_PORT_OR_OFF)
    archive_after_days: int = _setting(
        "ARCHIVE_AFTER_DAYS", 400, values.at_least(SHORTEST_LOG_DAYS)
    )
    cname_target: str = _setting("CNAME_TARGET", "", values.dns_name)
    wildcard_certificate: bool = _setting("WILDCARD_CERTIFICATE", default=False)
    edge_addresses: str = _setting("EDGE_ADDRESSES", "", values.address_list)
    dns_servers: str = _setting("DNS_SERVERS", "", values.address_list)
    dns_port: int = _setting("DNS_PORT", 53, A_PORT)
    dns_timeout_s: float = _setting("DNS_TIMEOUT_S", 5.0, values.seconds)
    mount_check_s: float = _setting("MOUNT_CHECK_S", 30.0, values.seconds)

    def page_url(self, host: str) -> str:
        """Return the address of a page on `host`, with the scheme and port of the base."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{host}{port}/"


@cache
def load_settings() -> Settings:
    """Read the environment once; where it names no database, the embedded stack's file.

    Raises SettingsError with a sentence when a value is unusable.
    """
    return settings_from(os.environ)


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Make settings of an environment. Raises SettingsError."""
    given = given_in(environment)
    embedded = _embedded_urls(given.get("data_dir", Settings().data_dir))
    return _with_urls({**embedded, **given})


def given_in(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what an environment sets, by the names of fields. Raises SettingsError."""
    given = {}
    for each in fields(Settings):
        name = each.metadata["env"]
        if text := environment.get(name):
            given[each.name] = _read(name, text, each.default)
            if problem := each.metadata["check"](given[each.name]):
                raise SettingsError(f"{name} {problem}")
    return given


SWITCH = dict.fromkeys(("1", "on", "true", "yes"), True)
SWITCH |= dict.fromkeys(("0", "off", "false", "no"), False)
KINDS = {
    bool: "on or off (or 1, true, yes, 0, false, no)",
    int: "a whole number",
    float: "a number",
}


def _read(name: str, text: str, default: object) -> Any:  # noqa: ANN401 - typed by its default
    try:
        match default:
            case bool():
                return SWITCH[text.lower()]
            case int() | float():
                return type(default)(text)
            case _:
                return text
    except (KeyError, ValueError):
        sentence = f"{name} must be {KINDS[type(default)]}, not {text!r}."
        raise SettingsError(sentence) from None


# What the file of an embedded stack tells.
EMBEDDED = ("database_url", "redis_url", "base_domain", "base_url")


def _embedded_urls(data_dir: str) -> dict[str, Any]:
    try:
        stack = json.loads((Path(data_dir) / "stack.json").read_text())
    except (OSError, ValueError):
        return {}
    return {name: stack[name] for name in EMBEDDED if name in stack}


def _with_urls(given: dict[str, Any]) -> Settings:
    redis_url = given.get("redis_url", "")
    given["broker_url"] = given.get("broker_url") or redis_url
    given["cache_url"] = given.get("cache_url") or redis_url
    domain = given.get("base_domain", "localhost").lower()
    port = given.get("port", 8000)
    local = f"http://{domain}:{port}"
    default = local if domain == "localhost" else f"https://{domain}"
    given["base_url"] = (given.get("base_url") or default).rstrip("/")
    target = str(given.get("cname_target") or f"cname.{domain}").lower().removesuffix(".")
    return Settings(**{**given, "base_domain": domain, "cname_target": target})


def require_stack(settings: Settings) -> Settings:
    """Return the settings if they name a database and a Redis. Raises SettingsError."""
    if not settings.database_url or not settings.cache_url:
        sentence = (
            f"No stack found in {settings.data_dir!r} and DATABASE_URL / REDIS_URL are not set:"
            " start one with `make run`, or set both."
        )
        raise SettingsError(sentence)
    return settings


def settings_or_exit() -> Settings:
    """Return the settings of a program that serves or works; without them its process ends.

    gunicorn and Celery make a traceback of an exception that is met while they start, and let
    SystemExit pass: the sentence stands alone.
    """
    try:
        return require_stack(load_settings())
    except SettingsError as reason:
        sys.exit(str(reason))
