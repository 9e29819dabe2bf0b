"""Command prefixes: the rights of a child, and its end with the parent.

Both use `setpriv` of util-linux. Where it is missing (not Linux), a child outlives a supervisor
that was killed by SIGKILL, until the next run finds it in `children.json`.
"""

import functools
import os
import shutil
import subprocess
from pathlib import Path
from signal import Signals

# These override the permission bits of files: programs and data may be under a folder of root's.
# Containers may lack a capability, and a request for a missing one is an error.
_FILE_RIGHTS = {"dac_override": 1, "dac_read_search": 2}
_SET_SECUREBITS = 8


def dying_with_parent(how: Signals) -> tuple[str, ...]:
    """Return a prefix that ends the command when its parent thread ends.

    The kernel sends the signal `how`.
    """
    if not _can_set_death_signal():
        return ()
    return ("setpriv", "--pdeathsig", how.name.removeprefix("SIG"), "--")


def as_nobody(how: Signals) -> tuple[str, ...]:
    """Return such a prefix that also drops root's identity. For root only.

    The command runs as `nobody` with the right to read root's files. The same call sets the death
    signal, because the change of user clears an earlier one.
    """
    names = [f"+{name}" for name, bit in _FILE_RIGHTS.items() if _has_capability(bit)]
    rights = (f"--inh-caps={','.join(names)}", f"--ambient-caps={','.join(names)}") if names else ()
    if _has_capability(_SET_SECUREBITS):
        # Without it access(2), by which PostgreSQL finds its programs, ignores these rights.
        rights = ("--securebits=+no_setuid_fixup", *rights)
    identity = ("--reuid=nobody", f"--regid={_group_of_nobody()}", "--clear-groups")
    return ("setpriv", *identity, *rights, "--pdeathsig", how.name.removeprefix("SIG"), "--")


def can_become_nobody() -> bool:
    """Return whether `as_nobody` works on this machine."""
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


def _has_capability(capability: int) -> bool:
    return bool(_read_capabilities() >> capability & 1)


def _read_capabilities() -> int:
    """Return the capabilities of this process as bits; 0 if unknown."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
