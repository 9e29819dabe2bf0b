"""Settings: environment variables, read once. Each is described in docs/settings.md."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class SettingsError(Exception):
    """A setting is missing or unusable; the message is a sentence for the operator."""


def _setting(env: str, default: Any) -> Any:  # noqa: ANN401 - a dataclass field is what it is given
    return field(default=default, metadata={"env": env})


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set from outside; empty URLs are derived in `load_settings`."""

    database_url: str = _setting("DATABASE_URL", "")
    redis_url: str = _setting("REDIS_URL", "")
    broker_url: str = _setting("BROKER_URL", "")
    cache_url: str = _setting("CACHE_URL", "")
    base_domain: str = _setting("BASE_DOMAIN", "localhost")
    base_url: str = _setting("BASE_URL", "")
    port: int = _setting("PORT", 8000)
    data_dir: str = _setting("HEPSTATUS_DATA_DIR", ".data")
    web_concurrency: int = _setting("WEB_CONCURRENCY", 2)
    worker_concurrency: int = _setting("WORKER_CONCURRENCY", 2)
    page_copy_mb: int = _setting("PAGE_COPY_MB", 64)
    drain_limit: int = _setting("DRAIN_LIMIT", 200)
    ring_coalesce: bool = _setting("RING_COALESCE", default=True)
    sweep_s: float = _setting("SWEEP_S", 2.0)
    rate_limits: bool = _setting("RATE_LIMITS", default=True)
    password_memory_mib: int = _setting("PASSWORD_MEMORY_MIB", 64)
    trusted_proxies: str = _setting("TRUSTED_PROXIES", "127.0.0.1,::1")
    log_format: str = _setting("LOG_FORMAT", "console")
    metrics_bind: str = _setting("METRICS_BIND", "127.0.0.1")
    metrics_port: int = _setting("METRICS_PORT", 9464)
    worker_metrics_port: int = _setting("WORKER_METRICS_PORT", 9465)
    archive_after_days: int = _setting("ARCHIVE_AFTER_DAYS", 400)
    cname_target: str = _setting("CNAME_TARGET", "")
    edge_addresses: str = _setting("EDGE_ADDRESSES", "")
    dns_servers: str = _setting("DNS_SERVERS", "")
    dns_port: int = _setting("DNS_PORT", 53)
    dns_timeout_s: float = _setting("DNS_TIMEOUT_S", 5.0)
    mount_check_s: float = _setting("MOUNT_CHECK_S", 30.0)

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
    given = {
        f.name: _read(f.metadata["env"], environment[f.metadata["env"]], f.default)
        for f in fields(Settings)
        if environment.get(f.metadata["env"])
    }
    embedded = _embedded_urls(given.get("data_dir", Settings().data_dir))
    return _with_urls({**embedded, **given})


def _read(name: str, text: str, default: object) -> Any:  # noqa: ANN401 - typed by its default
    if isinstance(default, bool):
        return text.lower() not in {"0", "off", "false", "no"}
    try:
        match default:
            case int():
                return int(text)
            case float():
                return float(text)
            case _:
                return text
    except ValueError:
        kind = "a whole number" if isinstance(default, int) else "a number"
        sentence = f"{name} must be {kind}, not {text!r}."
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
    for name in ("edge_addresses", "dns_servers"):
        addresses(str(given.get(name, "")), name.upper())
    return _checked(Settings(**{**given, "base_domain": domain, "cname_target": target}))


# A page shows 90 days, and what is told of its last 30 is read from the log.
SHORTEST_LOG_DAYS = 91
LOG_FORMATS = ("console", "json")
PASSWORD_MEMORY_MIB = range(1, 1025)


def _checked(settings: Settings) -> Settings:
    if settings.log_format not in LOG_FORMATS:
        raise SettingsError(f"LOG_FORMAT must be {' or '.join(LOG_FORMATS)}.")
    if settings.archive_after_days < SHORTEST_LOG_DAYS:
        raise SettingsError(f"ARCHIVE_AFTER_DAYS must be {SHORTEST_LOG_DAYS} or more.")
    if settings.password_memory_mib not in PASSWORD_MEMORY_MIB:
        first, last = PASSWORD_MEMORY_MIB[0], PASSWORD_MEMORY_MIB[-1]
        raise SettingsError(f"PASSWORD_MEMORY_MIB must be {first} to {last}.")
    return settings


def addresses(listed: str, name: str) -> list[str]:
    """Return the IP addresses of a list, divided by commas or blanks. Raises SettingsError."""
    found = listed.replace(",", " ").split()
    for address in found:
        try:
            ip_address(address)
        except ValueError:
            sentence = f"{name} must list IP addresses, and {address!r} is none."
            raise SettingsError(sentence) from None
    return found


def require_stack(settings: Settings) -> Settings:
    """Return the settings if they name a database and a Redis. Raises SettingsError."""
    if not settings.database_url or not settings.cache_url:
        sentence = (
            f"No stack found in {settings.data_dir!r} and DATABASE_URL / REDIS_URL are not set:"
            " start one with `make run`, or set both."
        )
        raise SettingsError(sentence)
    return settings
