"""What subscribers cost, and what they get when everything is killed.

`python -m bench.notify` asks four questions and prints a table for each:
- a write's publication on a page with 5,000 webhooks, against one on a page without any, in turns;
- how long another page's message takes to be handed over while those 5,000 are served;
- how many messages a chat gets of 50 incidents in a minute (by the rule of one in five minutes);
- whether every message arrives, and in order, while all programs and servers are killed.
Ends with 1 if publication takes more than 1.5 times as long (the median of the rounds' ratios of
p99), the other message more than 5 s, a subscriber gets more than two messages, or one is lost or
overtaken.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.support.actors import Actors
from tests.support.message_run import MessageRun, Verdict
from tests.support.receiver import Receiver, receiver
from tests.support.stack import System, wait_until

RATIO, OTHER_S, MESSAGES = 1.5, 5.0, 2
MANY = 5_000


def publish(run: MessageRun, writes: int) -> list[float]:
    """Open an incident and post updates; return the milliseconds of each write."""
    took: list[float] = []
    incident = ""
    for number in range(writes):
        began_at = time.perf_counter()
        if number % 10 == 0:
            incident = run.post("", {"title": f"Trouble {number}"})
        else:
            run.post(f"/{incident}/updates", {"state": "identified", "body": f"News {number}."})
        took.append(1_000 * (time.perf_counter() - began_at))
        time.sleep(0.1)
    return took


def p99(took: list[float]) -> float:
    return quantiles(took, n=100)[98]


def compare_publication(many: MessageRun, none: MessageRun, rounds: int, writes: int) -> float:
    """Print publication with and without subscribers; return the median of the ratios."""
    ratios = []
    for number in range(rounds):
        figures = [p99(publish(run, writes)) for run in (none, many)]
        ratios.append(figures[1] / figures[0])
        print(f"round {number + 1}: p99 {figures[0]:.1f} ms without, {figures[1]:.1f} ms with "
              f"{len(many.ids):,}: {ratios[-1]:.2f} x", flush=True)  # fmt: skip
    return median(ratios)


def time_other(many: MessageRun, other: MessageRun, hook: Receiver) -> float:
    """Return the seconds until another page's webhook has its message, amid thousands."""
    many.post("", {"title": "For thousands"})
    time.sleep(1)
    began_at = time.perf_counter()
    incident = other.post("", {"title": "For one"})
    wait_until(lambda: is_received(hook, incident), "the other message arrives", 120)
    return time.perf_counter() - began_at


def is_received(hook: Receiver, incident: str) -> bool:
    return any(incident.encode() in raw for _, _, raw in hook.requests[-20_000:])


def count_folded(chat: MessageRun, hook: Receiver) -> int:
    """Return the messages that a chat gets of 50 incidents in a minute, and then the last state."""
    chat.behind.sql("UPDATE subscribers SET channel = 'slack' WHERE page_id = :id", id=chat.page.id)
    for number in range(50):
        incident = chat.post("", {"title": f"Trouble {number}"})
        chat.post(f"/{incident}/updates", {"state": "resolved", "body": "Over."})
    time.sleep(2)
    pass_five_minutes(chat)
    wait_until(lambda: not waiting(chat), "the digest is sent", 60)
    paths = [path.strip("/") for path, _, _ in hook.requests]
    return max(paths.count(id_) for id_ in chat.ids)


def pass_five_minutes(chat: MessageRun) -> None:
    chat.behind.sql(
        "UPDATE subscribers SET due_at = due_at - interval '5 minutes',"
        " last_message_at = last_message_at - interval '5 minutes' WHERE page_id = :id",
        id=chat.page.id,
    )


def waiting(run: MessageRun) -> int:
    sql = "SELECT count(*) FROM deliveries WHERE page_id = :id AND status = 'waiting'"
    return int(run.behind.sql(sql, id=run.page.id)[0][0])


def survive(system: System, actors: Actors, rounds: int, count: int) -> list[Verdict]:
    """Kill everything while messages go out; print and return the verdicts."""
    verdicts = []
    for number in range(rounds):
        with receiver() as hook:
            run = MessageRun(system, actors, hook, count)
            run.kill_while(lambda run=run: run.tell(20), seed=number)
            run.wait_until_sent()
            verdicts.append(verdict := run.judge())
            print(f"round {number + 1}: {verdict.messages} messages, {verdict.duplicates} twice,"
                  f" {len(verdict.faults)} faults {verdict.faults[:3]}", flush=True)  # fmt: skip
    return verdicts


def measure(system: System, options: argparse.Namespace) -> bool:
    """Print all tables; return whether every limit is kept."""
    with Actors(system) as actors, receiver() as hook:
        none, other, chat = (MessageRun(system, actors, hook, count) for count in (0, 1, 20))
        many = MessageRun(system, actors, hook, options.subscribers)
        publish(none, 10), publish(other, 10)
        ratio = compare_publication(many, none, options.rounds, options.writes)
        print(f"publication: {ratio:.2f} x (median; {RATIO} allowed)", flush=True)
        seconds = time_other(many, other, hook)
        print(f"another page's message: {seconds:.1f} s ({OTHER_S:.0f} allowed)", flush=True)
        wait_until(lambda: not waiting(many), "all is sent", 600)
        print(f"handed over: {len(hook.requests):,} messages", flush=True)
        hook.requests.clear()
        folded = count_folded(chat, hook)
        print(f"50 incidents, opened and resolved: {folded} messages a chat", flush=True)
        verdicts = survive(system, actors, options.rounds, options.chaos)
    is_well = not any(verdict.faults for verdict in verdicts)
    return is_well and ratio <= RATIO and seconds <= OTHER_S and folded <= MESSAGES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subscribers", type=int, default=MANY)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--writes", type=int, default=60)
    parser.add_argument("--chaos", type=int, default=20, help="subscribers in the rounds of kills")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        System(Path(folder) / "system", env={"OUTGOING_ANY": "on"}, durable=True) as system,
    ):
        system.start_all()
        system.start_notify()
        return 0 if measure(system, options) else 1


if __name__ == "__main__":
    sys.exit(main())
