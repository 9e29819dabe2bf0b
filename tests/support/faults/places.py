"""Where scenarios are played: a running system that is made for what they need, and its pages."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.actors import Actors
from tests.support.faults.clock import Clock
from tests.support.faults.scenarios import Fault
from tests.support.faults.story import Story
from tests.support.stack import System


@dataclass(frozen=True, slots=True)
class Place:
    """A running system with two web processes, and its clock if that is its own."""

    system: System
    clock: Clock | None = None

    def fault(self, stories: list[Story], freeze_s: float) -> Fault:
        """What may be broken here."""
        return Fault(self.system, stories, freeze_s, self.clock)


@contextmanager
def place_for(
    needs: str,
    folder: Path,
    *,
    template: Path | None = None,
    durable: bool = False,
    env: Mapping[str, str] | None = None,
) -> Iterator[Place]:
    """A place for scenarios with such needs."""
    with ExitStack() as held:
        disk = folder / "disk" if needs == "small disk" else None
        if disk:
            held.enter_context(small_disk(disk))
        clock = Clock(folder / "clock") if needs == "own clock" else None
        system = System(
            folder / "system",
            template=template,
            durable=durable,
            env=env,
            disk=disk,
            has_broker=needs == "two redis",
        )
        with clock.shown_to_children() if clock else ExitStack():
            held.enter_context(system).start_all(webs=2)
        yield Place(system, clock)


def new_story(actors: Actors) -> Story:
    """A page of an owner of its own, with a key."""
    page = actors.owner().page()
    return Story(page, page.key()["key"])


@contextmanager
def small_disk(folder: Path, megabytes: int = 400) -> Iterator[None]:
    """A file system of its own, of this size; needs root, as the containers of CI have it."""
    folder.mkdir(parents=True)
    options = f"size={megabytes}m"
    # Words, not a line for a shell: the folder's name may have spaces. And loud: without a file
    # system of its own the scenario would fill the machine's disk.
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
