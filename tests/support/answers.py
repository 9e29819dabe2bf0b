"""What an answer of the API says, once its status is the expected one."""


def data(answer, status: int = 200):
    """The data of a success."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


def refusal(answer, status: int) -> str:
    """The code of a refusal."""
    assert answer.status_code == status, answer.text
    return answer.json()["code"]


def refused_fields(answer, status: int) -> tuple[str, list[str]]:
    """The code of a refusal, and the fields that it blames."""
    return refusal(answer, status), list(answer.json().get("fields", {}))
