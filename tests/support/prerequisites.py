"""What a machine may lack: tests that need it are skipped there, and fail in CI, which has all."""

import os

import pytest


def skip_without(what: str, *, is_there: bool) -> None:
    """Skip a test on a machine without `what`; in CI fail it."""
    if is_there:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI has to have {what}: .ci/run installs it")
    pytest.skip(f"this machine has no {what}")
