"""An upgrade of the schema while everybody works: running code takes no notice of what is added."""

import threading

import pytest

from domain.store.tables import metadata
from tests.support.faults import SOON_S, Behind
from tests.support.inside import hepstatus
from tests.support.stack import wait_until

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
