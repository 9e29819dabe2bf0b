"""The embedded Postgres and Redis: private, durable, found again, and never in a stranger's way."""

import json
import os
import signal
import socket
import stat
import subprocess

import psutil
import psycopg
import pytest
import redis

from ops.local import processes
from ops.local.embedded import postgres_server
from ops.local.embedded.stack import EmbeddedStack, read_stack
from ops.operator_error import CannotRunError
from tests.support.stack import wait_until
from tests.support.stack_template import template

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return template(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def new_stack(tmp_path, empty):
    stacks = []

    def new_stack(**options):
        stacks.append(EmbeddedStack(tmp_path, template=empty, **options))
        return stacks[-1]

    yield new_stack
    for stack in stacks:
        stack.stop()


def ask(url, *statements):
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            answer = connection.execute(statement)
        return answer.fetchall() if answer.description else None


def ping(url):
    with redis.Redis.from_url(url, socket_timeout=0.3, retry=None) as client:
        return client.ping()


def test_fresh_folder_gets_a_database_of_its_own(tmp_path):
    stack = EmbeddedStack(tmp_path / "data")
    (tmp_path / "data").mkdir(mode=0o700)
    try:
        urls = stack.start()
        settings = "current_user, current_database(), current_setting('fsync')"
        assert ask(urls.database_url, f"SELECT {settings}") == [("hepstatus", "hepstatus", "on")]
        assert ping(urls.redis_url)
        assert read_stack(tmp_path / "data") == urls
    finally:
        stack.stop()


def test_committed_rows_survive_a_killed_postgres_which_restarts_on_its_port(new_stack):
    stack = new_stack(durable=True)
    url = stack.start().database_url
    ask(url, "CREATE TABLE words (word text)", "INSERT INTO words VALUES ('kept')")
    stack.postgres.child.kill()
    with pytest.raises(psycopg.OperationalError):
        ask(url, "SELECT 1")
    stack.postgres.restart()
    assert ask(url, "SELECT word FROM words") == [("kept",)]


def test_killed_main_process_of_postgres_is_no_obstacle_either(new_stack):
    stack = new_stack()
    url = stack.start().database_url
    with psycopg.connect(url):  # a backend that has to notice by itself
        stack.postgres.child.kill_main()
        stack.postgres.restart()
    assert ask(url, "SELECT 1") == [(1,)]


def test_redis_that_is_killed_is_empty_and_on_its_port_again(new_stack):
    stack = new_stack()
    url = stack.start().redis_url
    with redis.Redis.from_url(url) as client:
        client.set("key", "value")
    stack.redis.child.kill()
    stack.redis.restart()
    with redis.Redis.from_url(url) as client:
        assert client.get("key") is None


def test_frozen_server_keeps_connections_open_and_answers_once_thawed(new_stack):
    stack = new_stack()
    urls = stack.start()
    stack.redis.child.freeze()
    with pytest.raises(redis.TimeoutError):
        ping(urls.redis_url)
    stack.redis.child.thaw()
    wait_until(lambda: ping(urls.redis_url), "Redis answers again")
    stack.postgres.child.freeze()
    with socket.create_connection(("127.0.0.1", stack.postgres.port), timeout=1):
        pass
    stack.postgres.child.thaw()
    assert ask(urls.database_url, "SELECT 1") == [(1,)]


def test_second_start_finds_the_data_on_the_same_ports(new_stack):
    first = new_stack()
    urls = first.start()
    ask(urls.database_url, "CREATE TABLE words (word text)")
    first.stop()
    assert new_stack().start() == urls
    assert ask(urls.database_url, "SELECT word FROM words") == []


def test_other_ports_are_chosen_and_remembered_when_the_old_are_taken(new_stack, tmp_path):
    first = new_stack()
    before = first.start()
    first.stop()
    with socket.create_server(("127.0.0.1", first.postgres.port)):
        second = new_stack()
        after = second.start()
        assert second.postgres.port != first.postgres.port
        assert after.redis_url == before.redis_url
        assert (
            json.loads((tmp_path / "stack.json").read_text())["postgres_port"]
            == second.postgres.port
        )


def test_nobody_gets_in_without_the_password(new_stack):
    stack = new_stack()
    urls = stack.start()
    for password in ("", "hepstatus"):
        wrong = f"postgresql://hepstatus:{password}@127.0.0.1:{stack.postgres.port}/hepstatus"
        with pytest.raises(psycopg.OperationalError, match="password"):
            ask(wrong, "SELECT 1")
    with pytest.raises(redis.AuthenticationError):
        ping(f"redis://127.0.0.1:{stack.redis.port}/0")
    password = urls.redis_url.split(":")[2].split("@")[0]
    for child in (stack.postgres.child, stack.redis.child):
        assert password not in " ".join(psutil.Process(child.pid).cmdline())


def test_what_holds_a_password_is_its_owners_only(new_stack, tmp_path):
    new_stack().start()
    for name in ("stack.json", "postgres.password", "redis.password", "redis/redis.conf"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE((tmp_path / "postgres").stat().st_mode) == 0o700


def test_lock_file_of_a_zombie_does_not_keep_postgres_from_starting(new_stack, tmp_path):
    stack = new_stack()
    stack.postgres.prepare()
    zombie = subprocess.Popen(["true"])
    wait_until(lambda: processes.has_ended(zombie.pid), "it is a zombie")
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{zombie.pid}\n")
    assert ask(stack.start().database_url, "SELECT 1") == [(1,)]
    zombie.wait()


def test_lock_file_with_a_strangers_number_leaves_the_stranger_alone(new_stack, tmp_path):
    stack = new_stack()
    stack.postgres.prepare()
    with subprocess.Popen(["sleep", "1000"]) as stranger:
        (tmp_path / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n")
        assert ask(stack.start().database_url, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_server_that_somebody_left_running_is_ended_first(new_stack):
    left, stack = new_stack(), new_stack()
    left.start()
    stack.start()
    assert not left.postgres.child.is_running
    assert ask(stack.postgres.url, "SELECT 1") == [(1,)]


def test_folder_whose_making_was_interrupted_is_made_anew(tmp_path):
    (tmp_path / "postgres.unfinished").mkdir()
    (tmp_path / "postgres.unfinished" / "PG_VERSION").write_text("18")
    stack = EmbeddedStack(tmp_path, redis_url="redis://unused")
    try:
        assert ask(stack.start().database_url, "SELECT 1") == [(1,)]
    finally:
        stack.stop()


def test_data_of_another_version_gets_a_sentence(new_stack, tmp_path):
    stack = new_stack()
    stack.postgres.prepare()
    (tmp_path / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(CannotRunError, match=r"was written by PostgreSQL 17, and this is 18: dump"):
        stack.start()


def test_failure_to_make_the_data_is_told_in_one_sentence(tmp_path):
    (tmp_path / "password").write_text("")
    with pytest.raises(CannotRunError, match=r"data folder can't be made: .*password") as why:
        postgres_server.create(tmp_path / "postgres", tmp_path / "password", durable=False)
    assert "\n" not in str(why.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs it as itself")
def test_postgres_does_not_run_as_root(new_stack):
    stack = new_stack()
    stack.start()
    assert psutil.Process(stack.postgres.child.pid).username() == "nobody"


def test_stopping_is_in_order_and_leaves_no_lock_file(new_stack, tmp_path):
    stack = new_stack()
    stack.start()
    stack.stop()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    assert stack.postgres.child.reap() == 0
    assert stack.redis.child.reap() in {0, -signal.SIGTERM}
