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
from domain.runtime.mail.smtp_url import smtp_problem

# A page shows 90 days, and figures of its last 30 days are read from the log.
SHORTEST_LOG_DAYS = 91
# Two processes for long work, so that two pages' long work runs in parallel, and one that is
# reserved for short work.
POOL_SIZE = 3
A_PORT = values.between(1, values.LAST_PORT)
A_PORT_OR_OFF = values.between(0, values.LAST_PORT)


class SettingsError(Exception):
    """A setting is missing or unusable; the message is a sentence for the operator."""


def _define_setting(env: str, default: Any, check: values.Check = values.any_value) -> Any:  # noqa: ANN401 - a dataclass field is what it is given
    return field(default=default, metadata={"env": env, "check": check})


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of a process; empty URLs are derived in `load_settings`."""

    database_url: str = _define_setting("DATABASE_URL", "", values.database_url)
    redis_url: str = _define_setting("REDIS_URL", "", values.redis_url)
    broker_url: str = _define_setting("BROKER_URL", "", values.redis_url)
    cache_url: str = _define_setting("CACHE_URL", "", values.redis_url)
    base_domain: str = _define_setting("BASE_DOMAIN", "localhost", values.host_name)
    base_url: str = _define_setting("BASE_URL", "", values.web_address)
    port: int = _define_setting("PORT", 8000, A_PORT)
    data_dir: str = _define_setting("HEPSTATUS_DATA_DIR", ".data")
    demo: bool = _define_setting("DEMO", default=True)
    web_concurrency: int = _define_setting("WEB_CONCURRENCY", 2, values.at_least(1))
    worker_concurrency: int = _define_setting("WORKER_CONCURRENCY", POOL_SIZE, values.at_least(1))
    page_copy_mb: int = _define_setting("PAGE_COPY_MB", 64, values.at_least(1))
    drain_limit: int = _define_setting("DRAIN_LIMIT", 200, values.at_least(1))
    ring_coalesce: bool = _define_setting("RING_COALESCE", default=True)
    sweep_s: float = _define_setting("SWEEP_S", 2.0, values.seconds)
    rate_limits: bool = _define_setting("RATE_LIMITS", default=True)
    password_memory_mib: int = _define_setting("PASSWORD_MEMORY_MIB", 64, values.between(1, 1024))
    trusted_proxies: str = _define_setting("TRUSTED_PROXIES", "127.0.0.1,::1", values.proxy_list)
    log_format: str = _define_setting("LOG_FORMAT", "console", values.one_of("console", "json"))
    metrics_bind: str = _define_setting("METRICS_BIND", "127.0.0.1", values.bind_address)
    metrics_port: int = _define_setting("METRICS_PORT", 9464, A_PORT_OR_OFF)
    worker_metrics_port: int = _define_setting("WORKER_METRICS_PORT", 9465, A_PORT_OR_OFF)
    notify_metrics_port: int = _define_setting("NOTIFY_METRICS_PORT", 9466, A_PORT_OR_OFF)
    archive_after_days: int = _define_setting(
        "ARCHIVE_AFTER_DAYS", 400, values.at_least(SHORTEST_LOG_DAYS)
    )
    cname_target: str = _define_setting("CNAME_TARGET", "", values.dns_name)
    wildcard_certificate: bool = _define_setting("WILDCARD_CERTIFICATE", default=False)
    edge_addresses: str = _define_setting("EDGE_ADDRESSES", "", values.address_list)
    dns_servers: str = _define_setting("DNS_SERVERS", "", values.address_list)
    dns_port: int = _define_setting("DNS_PORT", 53, A_PORT)
    dns_timeout_s: float = _define_setting("DNS_TIMEOUT_S", 5.0, values.seconds)
    mount_check_s: float = _define_setting("MOUNT_CHECK_S", 30.0, values.seconds)
    outgoing_any: bool = _define_setting("OUTGOING_ANY", default=False)
    smtp_url: str = _define_setting("SMTP_URL", "", smtp_problem)
    mail_from: str = _define_setting("MAIL_FROM", "", values.mail_address)
    dkim_selector: str = _define_setting("DKIM_SELECTOR", "", values.dns_name)
    outbox: bool = _define_setting("OUTBOX", default=False)

    def page_url(self, host: str) -> str:
        """Return the URL of a page on `host`, with the base's scheme and port."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{host}{port}/"


@cache
def load_settings() -> Settings:
    """Read the environment once; the embedded stack's file supplies missing URLs.

    Raises SettingsError with a sentence when a value is unusable.
    """
    return build_settings(os.environ)


def build_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment. Raises SettingsError."""
    overrides = read_overrides(environment)
    embedded = _embedded_urls(overrides.get("data_dir", Settings().data_dir))
    return _with_urls({**embedded, **overrides})


def read_overrides(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return an environment's values by field name. Raises SettingsError."""
    overrides = {}
    for setting in fields(Settings):
        name = setting.metadata["env"]
        if text := environment.get(name):
            overrides[setting.name] = _read(name, text, setting.default)
            if problem := setting.metadata["check"](overrides[setting.name]):
                raise SettingsError(f"{name} {problem}")
    return overrides


SWITCH_VALUES = dict.fromkeys(("1", "on", "true", "yes"), True)
SWITCH_VALUES |= dict.fromkeys(("0", "off", "false", "no"), False)
KINDS = {
    bool: "on or off (or 1, true, yes, 0, false, no)",
    int: "a whole number",
    float: "a number",
}


def _read(name: str, text: str, default: object) -> Any:  # noqa: ANN401 - typed by its default
    try:
        match default:
            case bool():
                return SWITCH_VALUES[text.lower()]
            case int() | float():
                return type(default)(text)
            case _:
                return text
    except (KeyError, ValueError):
        sentence = f"{name} must be {KINDS[type(default)]}, not {text!r}."
        raise SettingsError(sentence) from None


PUBLIC_OUTBOX = (
    "OUTBOX can be on only while BASE_DOMAIN is localhost: every owner could read the mails of all"
    " others. Set SMTP_URL instead."
)
# The settings in the file of an embedded stack.
EMBEDDED = ("database_url", "redis_url", "base_domain", "base_url", "outbox")


def _embedded_urls(data_dir: str) -> dict[str, Any]:
    try:
        stack = json.loads((Path(data_dir) / "stack.json").read_text())
    except (OSError, ValueError):
        return {}
    return {name: stack[name] for name in EMBEDDED if name in stack}


def _with_urls(overrides: dict[str, Any]) -> Settings:
    redis_url = overrides.get("redis_url", "")
    overrides["broker_url"] = overrides.get("broker_url") or redis_url
    overrides["cache_url"] = overrides.get("cache_url") or redis_url
    domain = overrides.get("base_domain", "localhost").lower()
    port = overrides.get("port", 8000)
    local = f"http://{domain}:{port}"
    default = local if domain == "localhost" else f"https://{domain}"
    overrides["base_url"] = (overrides.get("base_url") or default).rstrip("/")
    overrides["mail_from"] = overrides.get("mail_from") or f"status@{domain}"
    if overrides.get("outbox") and domain != "localhost":
        raise SettingsError(PUBLIC_OUTBOX)
    target = str(overrides.get("cname_target") or f"cname.{domain}").lower().removesuffix(".")
    if overrides.get("outgoing_any") and domain != "localhost":
        raise SettingsError("OUTGOING_ANY is for BASE_DOMAIN=localhost only.")
    return Settings(**{**overrides, "base_domain": domain, "cname_target": target})


def require_stack(settings: Settings) -> Settings:
    """Return the settings if they name a database and a Redis. Raises SettingsError."""
    if not settings.database_url or not settings.cache_url:
        sentence = (
            f"No stack found in the folder {str(Path(settings.data_dir).absolute())!r}, and"
            " DATABASE_URL / REDIS_URL are not set: start one with `make run`, name the folder of"
            " one in HEPSTATUS_DATA_DIR, or set both URLs."
        )
        raise SettingsError(sentence)
    return settings


def settings_or_exit() -> Settings:
    """Return the settings, or end the process with the error's sentence.

    gunicorn and Celery print a traceback for an exception during their start but let SystemExit
    pass, so that the sentence stands alone.
    """
    try:
        return require_stack(load_settings())
    except SettingsError as reason:
        sys.exit(str(reason))
