import os
import stat

import pytest

from ops.local import preflight
from ops.operator_error import CannotRunError


def test_prepare_makes_a_folder_for_its_owner_only(tmp_path):
    folder = preflight.prepare(tmp_path / "deep" / "data")
    assert folder.is_absolute()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_prepare_refuses_a_file_with_one_sentence(tmp_path):
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(
        CannotRunError, match=r"can't be used: File exists\. Name another with"
    ) as why:
        preflight.prepare(tmp_path / "data")
    assert "\n" not in str(why.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_prepare_refuses_a_folder_of_somebody_else(tmp_path):
    (tmp_path / "data").mkdir()
    os.chown(tmp_path / "data", 65534, 65534)
    with pytest.raises(CannotRunError, match="it belongs to nobody, and this is root"):
        preflight.prepare(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_prepare_refuses_a_folder_that_is_write_protected(tmp_path):
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(CannotRunError, match="permissions"):
        preflight.prepare(tmp_path / "data")


def test_lock_names_the_process_that_has_it(tmp_path):
    held = preflight.lock(tmp_path)
    with pytest.raises(CannotRunError, match=f"already running .* \\(process {os.getpid()}\\)"):
        preflight.lock(tmp_path)
    os.close(held)
    os.close(preflight.lock(tmp_path))


def test_private_file_is_its_owners_even_if_an_earlier_one_was_not(tmp_path):
    (tmp_path / "note").write_text("old")
    (tmp_path / "note").chmod(0o644)
    preflight.write_private(tmp_path / "note", "new")
    assert (tmp_path / "note").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "note").stat().st_mode) == 0o600


def test_secret_is_made_once_and_fits_into_a_url(tmp_path):
    first = preflight.secret(tmp_path / "password")
    assert preflight.secret(tmp_path / "password") == first
    assert preflight.secret(tmp_path / "other") != first
    assert len(first) >= 32
    assert first.replace("-", "").replace("_", "").isalnum()
