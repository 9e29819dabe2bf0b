"""An upgrade of the schema while everybody works: running code takes no notice of what is added.

Code of the step before (N-1) works on the schema of now (N), and so can run until it is replaced.
"""

import sys
import threading

import pytest

from domain.store.postgres.tables import metadata
from tests.support.actors import Actors
from tests.support.faults.breaking import SOON_S, Behind
from tests.support.faults.history import before_newest_step, code_before, newest_step
from tests.support.inside import hepstatus
from tests.support.stack import System, wait_until

pytestmark = pytest.mark.system


class Busy(threading.Thread):
    """A monitor that writes without a pause, and remembers every answer."""

    def __init__(self, mon):
        super().__init__()
        self.mon = mon
        self.answers = []
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            status = ("outage", "partial")[len(self.answers) % 2]
            self.answers.append(self.mon.toggle("API", status).status_code)


def test_no_write_is_refused_or_lost_when_the_schema_grows_under_running_code(
    own_system, own_actors
):
    # given a monitor that writes, long enough for prepared statements
    page = own_actors.page("API")
    busy = Busy(own_actors.monitor(page))
    busy.start()
    behind = Behind(own_system)
    try:
        wait_until(lambda: len(busy.answers) > 10, "it writes", SOON_S)
        # when every table gets columns that running code does not know, as a later step would add
        for table in metadata.tables:
            behind.sql(
                f"ALTER TABLE {table} ADD COLUMN later_text TEXT,"
                " ADD COLUMN later_number INTEGER DEFAULT 0 NOT NULL"
            )
            behind.sql(f"CREATE INDEX {table}_later ON {table} (later_number)")
        # and the migrations of now are run once more, as every start does
        again = hepstatus(own_system, "migrate")
        assert again.returncode == 0, again.stderr
        written = len(busy.answers)
        wait_until(lambda: len(busy.answers) > written + 10, "it goes on writing", SOON_S)
    finally:
        busy.is_over.set()
        busy.join()
    # then each was acknowledged, all are applied, and visitors see the last
    assert set(busy.answers) <= {200, 202}
    head = behind.head(page.id)

    def applied():
        return behind.sql("SELECT published_seq FROM pages WHERE id = :id", id=page.id)[0][0]

    wait_until(lambda: applied() == head, "everything is published", SOON_S)
    # and other kinds of writes work on the grown schema
    page.leaf("Later")
    assert own_actors.page("Another").owner.get("/api/v1/status").status_code == 200


def test_everything_works_when_code_of_the_step_before_runs_on_the_schema_of_now(
    tmp_path, stack_template
):
    code = code_before(tmp_path / "before", before_newest_step)
    # given the tables of now, and programs of a day when nobody knew the newest step
    with System(tmp_path / "system", template=stack_template, checkout=code) as system:
        system.start_all()
        assert_runs(system, code)
        with Actors(system) as actors:
            # when an owner signs up and makes a page, and its monitor tells of an incident
            page = actors.page("API", "Website")
            mon, vi = actors.monitor(page), actors.visitor(page)
            down = [{"component": "API", "status": "outage"}]
            opened = mon.done(mon.open("All is lost", components=down))["id"]
            # then visitors see it
            assert vi.statuses() == {"API": "outage", "Website": "operational"}
            assert "All is lost" in vi.get("/").text
            # and see that it is over, once it is, and what the owner changes by hand
            mon.done(mon.update(opened, "resolved", body="All is found."))
            assert vi.statuses() == {"API": "operational", "Website": "operational"}
            assert "All is found." in vi.get(f"/incidents/{opened}").text
            page.owner.done(page.owner.patch(page.path, {"description": "Ours"}), 200)
            assert "Ours" in vi.get("/").text
            # and beat has the page published anew when Redis forgot it
            behind = Behind(system)
            behind.redis.flushdb()
            wait_until(lambda: bool(behind.hash_of(page.id)), "it is published again", SOON_S)
        # and nobody fell over
        assert [child.name for child in system.children if not child.is_running] == []


def assert_runs(system, code):
    """The tables are those of now, the programs import what is in the folder `code`."""
    step = Behind(system).sql("SELECT version_num FROM alembic_version")[0][0]
    assert newest_step().rpartition("/")[2].startswith(step)
    assert not (code / newest_step()).exists()
    told = system.run(sys.executable, "-c", "import domain, web; print(domain.__file__)")
    assert told.stdout.strip() == str(code / "domain" / "__init__.py")
