import importlib.util
import json
import subprocess

import pytest

from ops.local.embedded import postgres_server, server
from ops.local.embedded.stack import EmbeddedStack, StackUrls, read_stack
from ops.operator_error import CannotRunError


def test_acknowledged_writes_survive_a_power_cut_unless_a_test_says_otherwise():
    durable = postgres_server.as_arguments(durable=True)
    for setting in ("fsync=on", "synchronous_commit=on", "full_page_writes=on"):
        assert setting in durable
    assert "fsync=off" in postgres_server.as_arguments(durable=False)


def test_postgres_listens_on_loopback_only():
    arguments = postgres_server.as_arguments(durable=True)
    assert "listen_addresses=127.0.0.1" in arguments
    assert "unix_socket_directories=" in arguments


def test_servers_that_are_given_are_used_and_noted_and_not_started(tmp_path):
    given = StackUrls("postgresql://u:p@db:5432/x", "redis://cache:6379/0")
    stack = EmbeddedStack(tmp_path, database_url=given.database_url, redis_url=given.redis_url)
    assert stack.start() == given
    stack.stop()
    assert read_stack(tmp_path) == given
    assert [path.name for path in tmp_path.iterdir()] == ["stack.json"]


def test_remembered_ports_outlive_a_run_on_other_servers(tmp_path):
    (tmp_path / "stack.json").write_text(json.dumps({"postgres_port": 23456}))
    EmbeddedStack(tmp_path, database_url="postgresql://a", redis_url="redis://b").start()
    assert json.loads((tmp_path / "stack.json").read_text())["postgres_port"] == 23456


@pytest.mark.parametrize(
    "note", [None, "", "{", "[]", '{"database_url": 1, "redis_url": "redis://"}']
)
def test_a_note_that_is_missing_or_broken_names_no_stack(tmp_path, note):
    if note is not None:
        (tmp_path / "stack.json").write_text(note)
    assert read_stack(tmp_path) is None


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_server_of_the_system_is_used_when_there_is_one(monkeypatch, tmp_path, name):
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert server.program() == str(tmp_path / name)


def test_valkey_of_the_wheel_is_used_when_the_system_has_no_server(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    version = subprocess.run(
        [server.program(), "--version"], capture_output=True, text=True, check=True
    )
    assert version.stdout.startswith("Valkey server v=9.")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CannotRunError, match="install one, or set REDIS_URL"):
        server.program()
