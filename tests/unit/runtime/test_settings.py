"""Settings: what the environment says, else what the embedded stack's file says."""

import json

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from domain.runtime.settings import SettingsError, build_settings, require_stack

STACK = {
    "database_url": "postgresql://h:p@127.0.0.1:1/h",
    "redis_url": "redis://127.0.0.1:2",
    "base_url": "http://localhost:8055",
    "postgres_port": 1,
}


@pytest.fixture
def data_dir(tmp_path):
    """The data folder of a stack that runs under another port than the usual one."""
    (tmp_path / "stack.json").write_text(json.dumps(STACK))
    return str(tmp_path)


def test_command_names_pages_as_the_running_programs_do_when_a_stack_is_found(data_dir):
    settings = build_settings({"HEPSTATUS_DATA_DIR": data_dir})
    assert settings.database_url == STACK["database_url"]
    assert settings.broker_url == settings.cache_url == STACK["redis_url"]
    assert settings.page_url("demo.localhost") == "http://demo.localhost:8055/"


def test_environment_wins_when_a_stack_is_found_as_well(data_dir):
    given = {
        "HEPSTATUS_DATA_DIR": data_dir,
        "BASE_URL": "https://hep.gg/",
        "REDIS_URL": "redis://r",
    }
    settings = build_settings(given)
    assert (settings.base_url, settings.cache_url) == ("https://hep.gg", "redis://r")


def test_one_sentence_says_what_to_do_when_there_is_no_stack(tmp_path):
    with pytest.raises(SettingsError, match="make run"):
        require_stack(build_settings({"HEPSTATUS_DATA_DIR": str(tmp_path)}))


NO_SCHEME = "and has no scheme."
UNUSABLE = [
    # what is no address
    ("BASE_URL", "nonsense", NO_SCHEME),
    (
        "BASE_URL",
        "ftp://hep.gg",
        "must begin with http:// or https://, as https://hep.gg does, not",
    ),
    ("BASE_URL", "https://", "must name a host"),
    ("BASE_URL", "https://hep.gg:99999", "a port from 1 to 65535"),
    ("BASE_URL", "https://hep.gg:0", "a port from 1 to 65535"),
    ("BASE_URL", "https://[::1", "must name a host"),
    ("BASE_URL", "https://bad domain", "must be scheme, host and port alone"),
    ("BASE_URL", "https://hep.gg?page=1", "must be scheme, host and port alone"),
    ("BASE_URL", "https://-hep.gg", "must have a host in it that can be one"),
    ("DATABASE_URL", "foo", NO_SCHEME),
    ("DATABASE_URL", "mysql://h/d", "must begin with postgresql:// or postgres://"),
    ("DATABASE_URL", "postgresql://h:port/d", "a port from 1 to 65535"),
    ("DATABASE_URL", "postgresql://h1:5432,h2:5432/d", "a port from 1 to 65535"),
    ("REDIS_URL", "localhost:6379", "must begin with redis:// or rediss://"),
    ("REDIS_URL", "redis://h:99999/0", "a port from 1 to 65535"),
    ("REDIS_URL", "redis://h/cache", "the number of a database"),
    ("CACHE_URL", "http://h", "must begin with redis:// or rediss://"),
    ("BROKER_URL", "amqp://h", "redis://host:6379/0 does, not with amqp://."),
    ("SMTP_URL", "localhost:25", NO_SCHEME),
    ("SMTP_URL", "http://h:25", "must begin with smtp:// or smtps://"),
    ("SMTP_URL", "smtp://h:0", "a port from 1 to 65535"),
    ("SMTP_URL", "smtp://:p@", "must be of the form smtp://user:password@host:587"),
    ("SMTP_URL", "smtp://h?starttls=maybe", "?starttls=on or ?starttls=off at most"),
    ("SMTP_URL", "smtp://h/path", "must be of the form"),
    ("MAIL_FROM", "Ada <ada@hep.gg>", "must be an address such as status@hep.gg"),
    ("MAIL_FROM", "status+x@hep.gg", "must be an address such as status@hep.gg"),
    # what is no host, no address of one
    ("BASE_DOMAIN", "bad domain", "must be a host name .* (it is 'bad domain')."),
    ("BASE_DOMAIN", "hep.gg:8000", "must be a host name"),
    ("BASE_DOMAIN", "https://hep.gg", "must be a host name"),
    ("BASE_DOMAIN", "192.0.2.1", "must be a host name"),
    ("CNAME_TARGET", "bad domain", "must be a host name, not 'bad domain'."),
    ("METRICS_BIND", "foo", "must be an IP address or localhost, not 'foo'."),
    ("DNS_SERVERS", "192.0.2.1, dns.acme", "must list IP addresses, and 'dns.acme' is none."),
    ("EDGE_ADDRESSES", "192.0.2.1, dns.acme", "must list IP addresses, and 'dns.acme' is none."),
    ("TRUSTED_PROXIES", "zzz", "must list addresses and networks, .* or be *: 'zzz'"),
    ("TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.1/8 has host bits set."),
    # numbers that are none, too small or too large
    ("PORT", "http", "must be a whole number, not 'http'."),
    ("PORT", "0", "must be 1 to 65535, not 0."),
    ("DNS_PORT", "65536", "must be 1 to 65535, not 65536."),
    ("METRICS_PORT", "99999", "must be 0 to 65535, not 99999."),
    ("WORKER_METRICS_PORT", "-1", "must be 0 to 65535, not -1."),
    ("WEB_CONCURRENCY", "0", "must be 1 or more, not 0."),
    ("WORKER_CONCURRENCY", "0", "must be 1 or more, not 0."),
    ("PAGE_COPY_MB", "0", "must be 1 or more, not 0."),
    ("DRAIN_LIMIT", "0", "must be 1 or more, not 0."),
    ("ARCHIVE_AFTER_DAYS", "90", "must be 91 or more, not 90."),
    ("PASSWORD_MEMORY_MIB", "0", "must be 1 to 1024, not 0."),
    ("PASSWORD_MEMORY_MIB", "1025", "must be 1 to 1024, not 1025."),
    ("SWEEP_S", "soon", "must be a number, not 'soon'."),
    ("SWEEP_S", "0", "must be a number of seconds above 0, not 0."),
    ("DNS_TIMEOUT_S", "nan", "must be a number of seconds above 0, not nan."),
    ("MOUNT_CHECK_S", "-1.5", "must be a number of seconds above 0, not -1.5."),
    # words
    ("RATE_LIMITS", "disabled", "must be on or off (or 1, true, yes, 0, false, no)"),
    ("RING_COALESCE", "2", "must be on or off (or 1, true, yes, 0, false, no)"),
    ("LOG_FORMAT", "xml", "must be console or json, not 'xml'."),
]


@pytest.mark.parametrize(("name", "given", "why"), UNUSABLE)
def test_one_sentence_says_what_is_expected_when_a_value_is_unusable(tmp_path, name, given, why):
    # when a setting has a value that can't be used
    with pytest.raises(SettingsError) as refused:
        build_settings({name: given, "HEPSTATUS_DATA_DIR": str(tmp_path)})
    # then one sentence names it and says what it should be
    sentence = str(refused.value)
    assert sentence.startswith(f"{name} must ")
    assert all(part in sentence for part in why.split(" .* "))
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("DATABASE_URL", "Tr0ub4dor"),
        ("DATABASE_URL", "ada:Tr0ub4dor@h/d"),
        ("DATABASE_URL", "ada:Tr0ub4dor://h/d"),
        ("DATABASE_URL", "mysql://ada:Tr0ub4dor@h/d"),
        ("DATABASE_URL", "postgresql://ada:Tr0ub4dor@h:port/d"),
        ("REDIS_URL", "redis://:Tr0ub4dor/1@h:6379/0"),
        ("BROKER_URL", "amqp://ada:Tr0ub4dor@h"),
        ("BASE_URL", "https://ada:Tr0ub4dor@hep.gg"),
        ("SMTP_URL", "ada:Tr0ub4dor@h"),
        ("SMTP_URL", "smtp://ada:Tr0ub4dor@h:port"),
        ("SMTP_URL", "smtp://ada:Tr0ub4dor/1@h:25"),
    ],
)
def test_no_password_is_repeated_when_a_url_is_refused(tmp_path, name, given):
    with pytest.raises(SettingsError) as refused:
        build_settings({name: given, "HEPSTATUS_DATA_DIR": str(tmp_path)})
    assert "Tr0ub4dor" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("BASE_URL", "https://hep.gg/"),
        ("BASE_URL", "http://localhost:8000"),
        ("BASE_URL", "http://192.0.2.1:8000"),
        ("BASE_URL", "http://[::1]:8000"),
        ("BASE_DOMAIN", "localhost"),
        ("BASE_DOMAIN", "Status.Hep.gg"),
        ("BASE_DOMAIN", "xn--bcher-kva.example"),
        ("CNAME_TARGET", "_edge.hep.gg."),
        ("DATABASE_URL", "postgresql:///d?host=/run/postgresql"),
        ("DATABASE_URL", "postgres://ada@h/d"),
        ("DATABASE_URL", "postgresql+psycopg://ada:p@[::1]:5432/d"),
        ("DATABASE_URL", "postgresql://ada:a/b#c?d@h:5432/d?sslmode=require"),
        ("REDIS_URL", "redis://"),
        ("CACHE_URL", "rediss://ada:p%2F@h:6379/15?ssl_cert_reqs=none"),
        ("METRICS_BIND", "localhost"),
        ("METRICS_BIND", "::"),
        ("METRICS_PORT", "0"),
        ("WORKER_METRICS_PORT", "65535"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,fc00::/7"),
        ("DNS_SERVERS", "192.0.2.1 ::1"),
        ("DRAIN_LIMIT", "1"),
        ("SWEEP_S", "0.5"),
    ],
)
def test_value_is_taken_when_it_can_be_used(tmp_path, name, given):
    build_settings({name: given, "HEPSTATUS_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("url", [given for name, given, _ in UNUSABLE if name == "DATABASE_URL"])
def test_no_url_of_a_database_is_refused_that_the_driver_could_use(url):
    with pytest.raises((SQLAlchemyError, ValueError, AssertionError)):
        assert make_url(url).get_backend_name() == "postgresql"


@pytest.mark.parametrize("name", ["RATE_LIMITS", "RING_COALESCE"])
def test_switch_is_read_in_whatever_case_when_it_says_on_or_off(tmp_path, name):
    def read(given):
        settings = build_settings({name: given, "HEPSTATUS_DATA_DIR": str(tmp_path)})
        return getattr(settings, name.lower())

    assert all(read(given) is True for given in ("1", "on", "True", "YES", ""))
    assert not any(read(given) for given in ("0", "OFF", "False", "no"))


def test_domains_are_pointed_below_the_base_when_nothing_else_is_said(tmp_path):
    settings = build_settings({"BASE_DOMAIN": "Hep.gg", "HEPSTATUS_DATA_DIR": str(tmp_path)})
    assert settings.cname_target == "cname.hep.gg"
