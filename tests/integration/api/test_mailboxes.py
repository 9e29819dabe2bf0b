"""Two people have two accounts, one mailbox has one; passwords fit in every form. CASES row 17."""

from argon2 import PasswordHasher

from tests.support.actors import PASSWORD, unique
from tests.support.faults.breaking import Behind
from tests.support.inside import hepstatus

SIGNUP, LOGIN, ME = "/api/v1/auth/signup", "/api/v1/auth/login", "/api/v1/auth/me"
SHARP, COMPOSED, DECOMPOSED = "\u00df", "\u00eb", "e\u0308"


def sent(actors, path, email, password=PASSWORD):
    return actors.caller().post(path, {"email": email, "password": password})


def made(actors, email, password=PASSWORD):
    answer = sent(actors, SIGNUP, email, password)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]["id"]


def logged_in(actors, email, password=PASSWORD):
    answer = sent(actors, LOGIN, email, password)
    return answer.json()["data"]["id"] if answer.is_success else answer.status_code


def test_two_people_have_two_accounts_when_only_case_folding_makes_them_one(actors, system):
    sharp = f"{unique('ru')}{SHARP}@example.com"
    plain = sharp.replace(SHARP, "ss")
    one, other = made(actors, sharp), made(actors, plain)
    assert [logged_in(actors, email) for email in (sharp, plain)] == [one, other]
    assert logged_in(actors, plain.upper()) == other
    # and the operator means the one that is named
    assert hepstatus(system, "tokens", "grant", sharp, "7").returncode == 0
    balances = [hepstatus(system, "tokens", "balance", email).stdout for email in (sharp, plain)]
    assert balances == ["7\n", "0\n"]


def test_mailbox_has_one_account_when_it_is_written_in_two_forms(actors, system):
    for one, other in (
        (f"{unique('zo')}{COMPOSED}@example.com", None),
        (f"{unique('a')}@m\u00fcnchen.example", ("m\u00fcnchen", "xn--mnchen-3ya")),
    ):
        second = one.replace(*(other or (COMPOSED, DECOMPOSED)))
        account = made(actors, one)
        assert sent(actors, SIGNUP, second).status_code == 409
        assert [logged_in(actors, email) for email in (one, second)] == [account] * 2
        assert hepstatus(system, "tokens", "balance", second).stdout == "0\n"
        # nor does another account get it
        bo = actors.owner("bo")
        answer = bo.patch(ME, {"currentPassword": PASSWORD, "email": second})
        assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")


def test_password_fits_when_it_is_typed_on_another_keyboard(actors):
    email = f"{unique('zoe')}@example.com"
    composed = f"zo{COMPOSED} and the horse"
    decomposed = composed.replace(COMPOSED, DECOMPOSED)
    account = made(actors, email, composed)
    assert logged_in(actors, email, decomposed) == account
    other = f"{unique('zoe')}@example.com"
    account = made(actors, other, decomposed)
    assert logged_in(actors, other, composed) == account
    assert logged_in(actors, other, "zoe and the horse") == 401


def test_password_is_hashed_anew_when_its_parameters_are_others(actors, system):
    # given a hash that was made with other parameters
    ada, behind = actors.owner(), Behind(system)
    other = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    behind.sql("UPDATE accounts SET password_hash = :hash WHERE id = :id", hash=other, id=ada.id)

    def stored():
        return behind.sql("SELECT password_hash FROM accounts WHERE id = :id", id=ada.id)[0][0]

    # when a wrong password is tried, it stays
    assert logged_in(actors, ada.email, "wrong horse") == 401
    assert stored() == other
    # when its owner logs in, it is made anew, once
    assert logged_in(actors, ada.email) == ada.id
    renewed = stored()
    assert renewed != other
    assert "m=64," not in renewed
    assert logged_in(actors, ada.email) == ada.id
    assert stored() == renewed
    assert ada.get(ME).status_code == 200  # and no session ends


def test_operator_is_told_when_a_password_is_guessed_first(system):
    email = f"{unique('ada')}@example.com"
    for password in ("password", email, " " * 9):
        done = hepstatus(system, "account", "create", email, "--password", password)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(("Enter a password that is not", "This password is among"))


def test_operator_is_told_nothing_raw_when_a_tenants_words_are_hostile(system):
    evil = "\x1b]0;owned\x07\u202e@example.com"
    done = hepstatus(system, "tokens", "balance", evil)
    assert "There is no account for" in done.stderr
    assert not any(character in done.stderr for character in evil if not character.isprintable())
