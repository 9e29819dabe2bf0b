"""Messages on a real system that breaks. Source: docs/behaviour.md, "Delivery"."""

import pytest

from tests.support.actors import Actors
from tests.support.message_run import MessageRun
from tests.support.receiver import receiver
from tests.support.stack import System
from tests.support.traces import places_of

pytestmark = [pytest.mark.system, pytest.mark.slow]


@pytest.fixture
def told_system(tmp_path, stack_template):
    """A system with a notifier, whose webhooks may be on this machine."""
    env = {"OUTGOING_ANY": "on"}
    with System(tmp_path / "system", template=stack_template, env=env) as system:
        system.start_all()
        system.start_notify()
        yield system


def test_every_message_arrives_once_and_in_order_when_everything_is_killed(told_system, tmp_path):
    with Actors(told_system) as actors, receiver() as hook, told_system.logs_of_failures():
        # given a page with webhooks
        run = MessageRun(told_system, actors, hook, subscribers=12)
        # when everything is killed while incidents are told
        run.kill_while(lambda: run.tell(incidents=4), seed=1)
        run.wait_until_sent()
        # then every webhook got every end, in order, and nothing of what was refused
        verdict = run.judge()
        assert not verdict.faults, verdict
        assert verdict.messages >= 12 * 4
        # what was sent twice is what a killed notifier had no time to note: eight at a time
        assert verdict.duplicates < verdict.messages / 3, verdict
        # and no address is in the log, in a line of any program, or in the list of a backup
        marker = f"127.0.0.1:{hook.port}"
        assert not places_of(marker, told_system, tmp_path / "one.backup")
