"""A queue that nobody listens to keeps its messages for ever: all lists of queues are equal."""

import re

import pytest

from tests.architecture.source import text_of

WORKER_QUEUES = re.compile(r"celery (?:--quiet )?-A workers\.app worker\b.*?\s-Q[ =]?([\w,]+)")


@pytest.mark.parametrize("path", ["Procfile", "docker-compose.yml"])
def test_a_worker_listens_to_every_queue_that_is_routed_to(path: str) -> None:
    from domain.store.redis.keys import QUEUES

    # Given how workers are started there
    started = WORKER_QUEUES.findall(text_of(path))
    assert started, f"{path} starts no `celery -A workers.app worker … -Q …`"

    # When their queues are put together
    listened = {queue for queues in started for queue in queues.split(",")}

    # Then they are those that tasks are routed to
    assert listened == set(QUEUES), (
        f"{path} listens to {sorted(listened)}, but domain.store.redis.keys.QUEUES is"
        f" {sorted(QUEUES)}: make them equal."
    )


def test_make_run_listens_to_every_queue_that_is_routed_to() -> None:
    from domain.store.redis.keys import QUEUES
    from ops.local import programs

    # Given how `make run` and the tests start a worker
    command = programs.worker({}).command

    # When the queues are read from it
    listened = command[command.index("-Q") + 1].split(",")

    # Then they are those that tasks are routed to
    assert set(listened) == set(QUEUES), (
        f"ops.local.programs starts a worker for {sorted(listened)}, but"
        f" domain.store.redis.keys.QUEUES is {sorted(QUEUES)}: make them equal."
    )


def test_every_queue_is_explained() -> None:
    from domain.store.redis.keys import QUEUES

    # Given the glossary, when a queue is missing in it
    glossary = text_of("docs/glossary.md")
    missing = [queue for queue in QUEUES if f"`{queue}`" not in glossary]

    # Then nobody knows what waits there
    assert not missing, f"docs/glossary.md does not say what these queues are for: {missing}"
