"""Prefixes a command so that it runs with the rights it should have and dies when its parent does.

Both are done by `setpriv` of util-linux. Where it is missing (not Linux) a child outlives a
supervisor that was killed hard, until the next run finds it in the ledger.
"""

import functools
import os
import shutil
import subprocess
from pathlib import Path
from signal import Signals

# Overrides the permission bits of files: the programs and the data may lie under a folder of
# root's. Containers may withhold a capability, and asking for one that is withheld is an error.
_FILE_RIGHTS = {"dac_override": 1, "dac_read_search": 2}
_SET_SECUREBITS = 8


def dying_with_parent(how: Signals) -> tuple[str, ...]:
    """A prefix: the kernel sends `how` to the command when the thread that started it ends."""
    if not _can_set_death_signal():
        return ()
    return ("setpriv", "--pdeathsig", how.name.removeprefix("SIG"), "--")


def as_nobody(how: Signals) -> tuple[str, ...]:
    """The same, and the command runs as `nobody` with the right to read root's files. For root
    only.

    The death signal is set in the same call, for the change of user clears an earlier one.
    """
    held = [f"+{name}" for name, bit in _FILE_RIGHTS.items() if _is_held(bit)]
    rights = (f"--inh-caps={','.join(held)}", f"--ambient-caps={','.join(held)}") if held else ()
    if _is_held(_SET_SECUREBITS):
        # Else access(2), by which PostgreSQL looks for its programs, ignores the rights just given.
        rights = ("--securebits=+no_setuid_fixup", *rights)
    identity = ("--reuid=nobody", f"--regid={_group_of_nobody()}", "--clear-groups")
    return ("setpriv", *identity, *rights, "--pdeathsig", how.name.removeprefix("SIG"), "--")


def can_become_nobody() -> bool:
    """Whether `as_nobody` works on this machine."""
    return os.geteuid() == 0 and _can_set_death_signal()


@functools.cache
def _can_set_death_signal() -> bool:
    if shutil.which("setpriv") is None:
        return False
    probe = ("setpriv", "--pdeathsig", "TERM", "--", "true")
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _group_of_nobody() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


def _is_held(capability: int) -> bool:
    return bool(_held_capabilities() >> capability & 1)


def _held_capabilities() -> int:
    """The capabilities this process holds, as bits; none where the kernel does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
