"""Which passwords are refused, and why."""

import pytest

from domain.account.credentials import PASSWORD_SHORTEST, password_problem
from domain.runtime.credentials import common_passwords

EMAIL = "Ada.Lovelace@Example.com"


def problem(password, email=EMAIL):
    return password_problem(password, email, common_passwords())


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("password", "try first"),
        ("PassWord", "try first"),
        ("12345678", "try first"),
        (" password ", "try first"),
        ("ada.lovelace@example.com", "e-mail"),
        (" ADA.LOVELACE@EXAMPLE.COM", "e-mail"),
        ("ada.lovelace", "e-mail"),
        (" " * 12, "only spaces"),
        ("\u3000\u00a0" * 6, "only spaces"),
        ("\u200b" * 12, "only spaces"),
        ("1234567", "8 to 200 characters"),
    ],
)
def test_password_is_refused_when_it_is_guessed_first(password, reason):
    assert reason in problem(password)


def test_email_is_refused_as_a_password_when_it_is_written_in_another_form():
    assert problem("zoe\u0308@example.com", "zo\u00eb@example.com")


@pytest.mark.parametrize("password", ["correct horse battery", "  a b c  ", "ada.lovelace!"])
def test_password_is_taken_when_nobody_guesses_it(password):
    assert problem(password) is None


def test_list_holds_3000_passwords_that_could_be_chosen():
    assert len(common_passwords()) == 3_000
    assert all(len(word) >= PASSWORD_SHORTEST for word in common_passwords())
    assert all(word == word.lower().strip() for word in common_passwords())
