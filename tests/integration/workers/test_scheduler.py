"""Beat's scheduler on a real broker: whatever the wall clock does, it asks; unheard, it stops."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery

from domain.store.redis.publisher import cache_redis
from tests.support.actors import unique
from tests.support.stack import wait_until
from workers.celery_patches import scheduler as module

pytestmark = pytest.mark.usefixtures("store")

OFTEN_S = 0.02


@pytest.fixture
def queue():
    return unique("queue")


@pytest.fixture
def beat(store, queue):
    """A scheduler with one entry, which is due again and again."""
    app = Celery("test", broker=store.urls.redis_url, set_as_current=False)
    entry = {"task": "sweep", "schedule": OFTEN_S, "options": {"queue": queue}}
    app.conf.update(enable_utc=True, timezone="UTC", beat_schedule={"sweep": entry})
    scheduler = module.Scheduler(app, max_interval=OFTEN_S)
    yield scheduler
    scheduler.close()


def asked(beat, queue):
    """How often beat has asked, after one more look at its table."""
    beat.tick()
    return cache_redis().llen(queue)


def turns(beat):
    """How often the entry was due."""
    return beat.schedule["sweep"].total_run_count


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(hours=1)])
def test_beat_goes_on_asking_when_the_wall_clock_is_set(beat, queue, step, monkeypatch):
    wait_until(lambda: asked(beat, queue) == 1, "it asks")
    monkeypatch.setattr(beat.app, "now", lambda: datetime.now(UTC) + step)
    wait_until(lambda: asked(beat, queue) == 3, "it asks on", limit_s=5)


def test_beat_asks_no_more_when_nobody_takes_what_waits(beat, queue, monkeypatch):
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    counts = []

    def is_over():
        counts.append(asked(beat, queue))
        return turns(beat) >= 6

    wait_until(is_over, "its turn has come six times")
    assert max(counts) == 2
    # and once a worker takes it, it asks again
    cache_redis().delete(queue)
    wait_until(lambda: asked(beat, queue) == 1, "it asks again", limit_s=5)
