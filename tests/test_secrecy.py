"""What counts as secret, wherever it turns up."""

from fnmatch import fnmatch

import pytest

from sweeprun.secrecy import FILE_PATTERNS, is_secret_file, is_secret_name, refers_to_environment

_NAMES = [
    "password",
    "DB_PASSWD",
    "api_key",
    "api-key",
    "ApiKey",
    "my_secret",
    "credentials",
    "auth_token",
    "passphrase",
]


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_that_is_secret_of_a_value_is_so_of_a_file(name: str) -> None:
    assert is_secret_name(name)
    assert is_secret_file(f"{name}.py")


@pytest.mark.parametrize("name", ["lr", "seed", "key", "passes", "model.size"])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)
    assert not is_secret_file(f"{name}.py")


@pytest.mark.parametrize(
    "name", [".env", ".env.local", "production.env", ".netrc", "host.pem", "host.key", "id_rsa.pub"]
)
def test_files_that_hold_keys_are_secret(name: str) -> None:
    assert is_secret_file(name)
    assert any(fnmatch(name, pattern) for pattern in FILE_PATTERNS), "git is given the patterns themselves"


@pytest.mark.parametrize(
    ("value", "refers"),
    [
        ("${oc.env:HOME}", True),
        ("at ${oc.env:HOST,localhost}:80", True),
        ("${ oc.env : HOME }", True),
        ("${env:HOME}", False),
        ("$HOME", False),
        ("", False),
    ],
)
def test_values_that_refer_to_the_environment(value: str, refers: bool) -> None:  # a row of the table
    assert refers_to_environment(value) is refers
