"""Backup and restore as a round trip: what was lost comes back, what came after it does not.

Restored is as `docs/operations.md` says it: compose has migrated the database before.
"""

import zipfile

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from domain.store.postgres.engine import driver_url
from domain.store.postgres.migrations import migrate, upgrade_to
from domain.store.postgres.restore import NotForgottenError, clear_later_publications
from domain.store.postgres.tables import metadata
from tests.support.actors import PASSWORD, Actors, unique
from tests.support.faults.breaking import NOBODY, SOON_S
from tests.support.inside import hepstatus, inside
from tests.support.stack import wait_until

pytestmark = pytest.mark.system

# What a restore sets back on purpose: nothing is published yet.
PUBLISHED = ("published_seq", "published_day", "published_until", "published_build")
PUBLISHED += ("expanded_at", "is_suppressed")  # nothing that waited is sent
PUBLISHED += ("published_epoch", "published_counter", "repair_at", "repair_tries")


def empty_database(system):
    """Make one beside the one of the system; return its URL."""
    url, name = system.urls.database_url, unique("again")
    engine = create_engine(driver_url(url), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as conn:
        conn.execute(text(f'CREATE DATABASE "{name}"'))
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def migrated_database(system):
    """Make one beside the one of the system, as a fresh installation's is; return its URL."""
    url = empty_database(system)
    migrate(url)
    return url


def run(database_url, *statements):
    """Run SQL in a database; return the rows of the last statement."""
    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    with engine.begin() as conn:
        done = [conn.execute(text(statement)) for statement in statements]
        return list(done[-1]) if done[-1].returns_rows else []


def contents(database_url, *ignored):
    """Every row of every table as text, but for these columns."""
    engine = create_engine(driver_url(database_url), poolclass=NullPool)
    found = {}
    with engine.connect() as conn:
        for table in metadata.sorted_tables:
            names = ", ".join(c.name for c in table.columns if c.name not in ignored)
            found[table.name] = sorted(map(str, conn.execute(text(f"SELECT {names} FROM {table}"))))
    return found


def test_everything_is_as_it_was_when_a_backup_is_restored_beside_a_late_redis(
    own_system, own_actors, tmp_path
):
    # given a page with a tree, an incident, a key and words that are hard to copy
    file = tmp_path / "one.backup"
    page = own_actors.page("API", "tab\there", "back\\slash\nline \N{SNOWMAN}")
    secret = page.key()["key"]
    mon = own_actors.caller(Authorization=f"Bearer {secret}")
    path = "/api/v1/status-api"
    body = {"title": "Trouble", "components": [{"component": "API", "status": "outage"}]}
    opened = mon.post(f"{path}/incidents", body)
    vi = own_actors.visitor(page)
    before = vi.json()
    # and a backup of it, whose rows are those of the database
    said = hepstatus(own_system, "backup", str(file))
    assert said.returncode == 0, said.stderr
    held = contents(own_system.urls.database_url, *PUBLISHED)
    assert file.stat().st_mode & 0o777 == 0o600
    # and things that happen after it, and are published
    mon.post(f"{path}/components/API/status", {"status": "partial"})
    later = own_actors.page("Later")
    assert own_actors.visitor(later).json()["page"]["name"] == "Acme"
    # when everything ends and the backup is restored into a new database
    for child in own_system.children:
        child.kill()
    new_database = migrated_database(own_system)
    again = {"DATABASE_URL": new_database}
    said = hepstatus(own_system, "restore", str(file), env=again)
    assert said.returncode == 0, said.stderr
    # then every row is there
    assert contents(new_database, *PUBLISHED) == held
    # and once programs run, visitors see what was, on the address of what came later nothing
    own_system.children.clear()
    own_system.webs.clear()
    own_system.start_worker(again)
    own_system.start_beat(again)
    own_system.start_web(again)
    with Actors(own_system) as cast:
        cast.visitor(page).wait_for(lambda shown: shown == before, "it is as it was", SOON_S)
        lost = cast.visitor(later)
        wait_until(lambda: lost.get("/").status_code == 404, "the later page is gone", SOON_S)
        # and owner, key, receipt and log go on
        owner = cast.caller()
        login = {"email": page.owner.email, "password": PASSWORD}
        assert owner.post("/api/v1/auth/login", login).status_code == 200
        mon = cast.caller(Authorization=f"Bearer {secret}")
        receipt = mon.get(opened.headers["location"]).json()["data"]
        assert receipt["state"] == "published"
        toggled = mon.post(f"{path}/components/API/status", {"status": "degraded"})
        assert toggled.status_code in {200, 202}
        cast.visitor(page).wait_for(
            lambda shown: shown["components"][0]["status"] == "degraded", "it shows", SOON_S
        )


def middle_of_the_longest_part(file):
    """Where in a zip its longest member's bytes are: what stands between members matters less."""
    with zipfile.ZipFile(file) as parts:
        longest = max(parts.infolist(), key=lambda part: part.compress_size)
    head = 30 + len(longest.filename) + len(longest.extra)
    return longest.header_offset + head + longest.compress_size // 2


def edited(good, file, old, new):
    """A copy of a backup with another manifest."""
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            told = source.read(name)
            target.writestr(name, told.replace(old, new) if name == "manifest.json" else told)
    return file


def damaged(good, file):
    """A copy of a backup with a bit of its rows flipped."""
    content = bytearray(good.read_bytes())
    content[middle_of_the_longest_part(good)] ^= 0xFF
    file.write_bytes(content)
    return file


def test_nothing_is_changed_when_a_backup_can_not_be_restored(system, actors, tmp_path):
    # given backups: a good one, a damaged one, one of a later schema, one of strange columns, none
    page = actors.page("API")
    good, none = tmp_path / "good", tmp_path / "none"
    assert hepstatus(system, "backup", str(good)).returncode == 0
    none.write_text("nothing")
    bad = {
        damaged(good, tmp_path / "damaged"): "damaged",
        edited(good, tmp_path / "later", b'"step":"0', b'"step":"9'): "newer",
        edited(good, tmp_path / "strange", b'"email_key"', b'"no_column"'): "Postgres stands in",
        none: "no backup",
    }
    shown = actors.visitor(page).json()
    # when one is restored over what is there, then it is refused
    said = hepstatus(system, "restore", str(good))
    assert (said.returncode, "empty one only" in said.stderr) == (1, True)
    # and bad ones are refused, each with a sentence, and leave a database as it was
    untouched, migrated = empty_database(system), migrated_database(system)
    held = contents(migrated)
    for database_url in (untouched, migrated):
        for file, sentence in bad.items():
            said = hepstatus(system, "restore", str(file), env={"DATABASE_URL": database_url})
            assert (said.returncode, sentence in said.stderr) == (1, True), (file, said.stderr)
            assert said.stderr.count("\n") == 1, "rows are quoted below the first line"
    assert run(untouched, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []
    assert contents(migrated) == held
    assert actors.visitor(page).json() == shown


def test_no_table_is_dropped_when_the_database_is_that_of_another_program(system, tmp_path):
    # given a backup, and a database with a table that is not ours
    assert hepstatus(system, "backup", str(tmp_path / "one")).returncode == 0
    url = empty_database(system)
    run(url, "CREATE TABLE orders (id INTEGER)")
    # when it is restored there, then it is refused, and the table is still there
    said = hepstatus(system, "restore", str(tmp_path / "one"), env={"DATABASE_URL": url})
    assert (said.returncode, "orders" in said.stderr) == (1, True), said.stderr
    assert run(url, "SELECT * FROM orders") == []


def test_restored_is_not_denied_when_redis_goes_away_after_the_commit(system):
    with (
        inside(system, {"CACHE_URL": NOBODY}),
        pytest.raises(NotForgottenError, match="It is restored"),
    ):
        clear_later_publications()


def test_later_steps_see_the_rows_when_a_backup_of_an_older_step_is_restored(system, tmp_path):
    # given a backup of the schema before mounts, with a page that has a subdomain
    old, file = empty_database(system), str(tmp_path / "old")
    with create_engine(driver_url(old), poolclass=NullPool).begin() as conn:
        upgrade_to(conn, "0007")
    run(
        old,
        "INSERT INTO accounts (id, email, email_key, password_hash, created_at)"
        " VALUES ('a_old', 'old@example.org', 'old@example.org', 'x', now())",
        "INSERT INTO places (page_id, account_id, created_at, tier)"
        " VALUES ('p_old', 'a_old', now(), 'free')",
        "INSERT INTO hosts (host, page_id) VALUES ('old.localhost', 'p_old')",
    )
    said = hepstatus(system, "backup", file, env={"DATABASE_URL": old})
    assert (said.returncode, "schema 0007" in said.stdout) == (0, True), said.stderr
    # when it is restored into a database of the newest schema, beside a Redis of its own
    new = migrated_database(system)
    apart = {"DATABASE_URL": new, "CACHE_URL": f"{system.urls.redis_url.rpartition('/')[0]}/7"}
    said = hepstatus(system, "restore", file, env=apart)
    assert said.returncode == 0, said.stderr
    # then what the step of mounts does with such pages was done
    assert run(new, "SELECT id, host, state FROM mounts") == [("m_old", "old.localhost", "active")]
    # and all else is as a fresh database of the newest schema has it
    assert schema(new) == schema(system.urls.database_url)
    assert run(new, "SELECT count(*) FROM accounts WHERE id = 'a_system'") == [(1,)]


def schema(database_url):
    """The step, every column, view and index of a database."""
    return (
        run(database_url, "SELECT version_num FROM alembic_version"),
        run(
            database_url,
            "SELECT table_name, column_name, data_type, column_default, is_nullable"
            " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
        ),
        run(database_url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"),
    )


def test_backup_is_of_one_instant_when_writes_go_on_meanwhile(system, actors, tmp_path):
    # given a monitor that never stops, and a backup in the middle of it
    page = actors.page("API")
    mon = actors.monitor(page)
    for number in range(20):
        mon.toggle("API", ("outage", "partial")[number % 2], headers={"Prefer": "respond-async"})
        if number == 10:
            said = hepstatus(system, "backup", str(tmp_path / "one"))
            assert said.returncode == 0, said.stderr
    # when what it holds of the log is read
    with zipfile.ZipFile(tmp_path / "one") as archive:
        commands = archive.read("tables/commands.copy").decode().splitlines()
        streams = archive.read("tables/streams.copy").decode().splitlines()
    seqs = sorted(int(row.split("\t")[1]) for row in commands if row.startswith(page.id))
    head = next(int(row.split("\t")[2]) for row in streams if row.startswith(page.id))
    # then the log has no gap, and its head is its last command
    assert seqs == list(range(1, head + 1))
