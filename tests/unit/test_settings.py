"""Settings: what the environment says, else what the embedded stack's file says."""

import json

import pytest

from domain.store.settings import SettingsError, require_stack, settings_from

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
    settings = settings_from({"HEPSTATUS_DATA_DIR": data_dir})
    assert settings.database_url == STACK["database_url"]
    assert settings.broker_url == settings.cache_url == STACK["redis_url"]
    assert settings.page_url("demo.localhost") == "http://demo.localhost:8055/"


def test_environment_wins_when_a_stack_is_found_as_well(data_dir):
    given = {
        "HEPSTATUS_DATA_DIR": data_dir,
        "BASE_URL": "https://hep.gg/",
        "REDIS_URL": "redis://r",
    }
    settings = settings_from(given)
    assert (settings.base_url, settings.cache_url) == ("https://hep.gg", "redis://r")


def test_one_sentence_says_what_to_do_when_there_is_no_stack(tmp_path):
    with pytest.raises(SettingsError, match="make run"):
        require_stack(settings_from({"HEPSTATUS_DATA_DIR": str(tmp_path)}))


def test_one_sentence_names_the_setting_when_it_is_no_number(tmp_path):
    with pytest.raises(SettingsError, match="PORT must be a whole number"):
        settings_from({"PORT": "http", "HEPSTATUS_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("given", ["0", "-1", "1025"])
def test_one_sentence_names_the_bounds_when_passwords_would_take_no_memory_or_all(tmp_path, given):
    with pytest.raises(SettingsError, match=r"PASSWORD_MEMORY_MIB must be 1 to 1024\."):
        settings_from({"PASSWORD_MEMORY_MIB": given, "HEPSTATUS_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("name", ["DNS_SERVERS", "EDGE_ADDRESSES"])
def test_one_sentence_names_the_setting_when_it_lists_no_addresses(tmp_path, name):
    with pytest.raises(SettingsError, match=f"{name} must list IP addresses, and 'dns.acme'"):
        settings_from({name: "192.0.2.1, dns.acme", "HEPSTATUS_DATA_DIR": str(tmp_path)})


def test_domains_are_pointed_below_the_base_when_nothing_else_is_said(tmp_path):
    settings = settings_from({"BASE_DOMAIN": "Hep.gg", "HEPSTATUS_DATA_DIR": str(tmp_path)})
    assert settings.cname_target == "cname.hep.gg"
