import os
import signal

import pytest

from ops.local import processes


@pytest.fixture(autouse=True)
def _own_handlers_afterwards():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_raises_once_and_impatience_does_not_interrupt_the_stopping(number):
    processes.raise_on_stop()
    with pytest.raises(processes.StopRequested):
        os.kill(os.getpid(), number)
    os.kill(os.getpid(), number)


def test_a_signal_is_held_back_until_the_end_of_the_block():
    processes.raise_on_stop()
    finished = []

    def work():
        with processes.defer_stop():
            os.kill(os.getpid(), signal.SIGTERM)
            finished.append(True)

    with pytest.raises(processes.StopRequested):
        work()
    assert finished


def test_a_failure_within_the_block_stays_the_failure():
    processes.raise_on_stop()
    with pytest.raises(ValueError, match="mine"), processes.defer_stop():
        raise ValueError("mine")
    with processes.defer_stop():
        pass


def test_further_signals_are_ignored_once_stopping_has_begun():
    processes.raise_on_stop()
    processes.ignore_further()
    os.kill(os.getpid(), signal.SIGTERM)


def test_the_end_of_the_terminal_is_ignored_under_nohup():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    processes.raise_on_stop()
    os.kill(os.getpid(), signal.SIGHUP)
