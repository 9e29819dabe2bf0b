"""Passwords: what fits, what never does, and what is made ready."""

import asyncio
import os
import sys
import threading
from unittest import mock

import pytest
from argon2 import PasswordHasher

from web.api.accounts import passwords
from web.api.accounts.passwords import Passwords, hash_password, warm


def matches(password, stored):
    return asyncio.run(Passwords().matches(password, stored))


def test_password_fits_only_its_own_hash_when_checked():
    stored = hash_password("correct horse battery")
    assert matches("correct horse battery", stored)
    assert not matches("correct horse batterz", stored)


def test_nothing_fits_when_there_is_no_hash_even_if_the_decoy_would():
    # given somebody who knows the password of the decoy
    with mock.patch.object(passwords, "_decoy", return_value=hash_password("decoy's password")):
        # then it opens neither an account that is not there nor one without a password
        assert not matches("decoy's password", None)
        assert not matches("decoy's password", "")


def test_nothing_fits_when_the_stored_hash_is_none():
    assert not matches("whatever", "hash")


def test_first_unknown_login_makes_no_hash_of_its_own_when_the_process_was_warmed():
    passwords._decoy.cache_clear()
    asyncio.run(warm())
    assert passwords._decoy.cache_info().misses == 1
    matches("whatever", None)
    assert passwords._decoy.cache_info().misses == 1


NFC, NFD = "zo\u00eb's password", "zoe\u0308's password"


def test_password_fits_in_either_form_when_it_was_stored_lately():
    for typed in (NFC, NFD):
        stored = hash_password(typed)
        assert matches(NFC, stored)
        assert matches(NFD, stored)


def test_password_fits_as_it_was_typed_when_it_was_stored_by_an_earlier_release():
    stored = passwords._hasher().hash(NFD)
    assert matches(NFD, stored)


def test_hash_is_to_be_made_anew_when_its_parameters_are_others():
    assert not passwords.needs_rehash(hash_password(NFC))
    assert passwords.needs_rehash(PasswordHasher(time_cost=1, memory_cost=64).hash(NFC))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
def test_hashing_gives_way_to_requests_when_processors_are_scarce():
    def priority():
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert asyncio.run(Passwords().in_thread(priority)) > priority()
