"""What counts as secret, wherever it turns up."""

from typing import Any

import pytest

from sweeprun.secrecy import is_secret, is_secret_name, is_secret_path, refers_to_environment

_NAMES = [
    "password",
    "DB_PASSWD",
    "api_key",
    "api-key",
    "ApiKey",
    "apiKey",
    "APIKEY",
    "my_secret",
    "credentials",
    "auth_token",
    "passphrase",
]


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_that_is_secret_of_a_value_is_so_of_a_file(name: str) -> None:
    assert is_secret_name(name)
    assert is_secret_path(f"{name}.py")


@pytest.mark.parametrize("name", ["lr", "seed", "key", "passes", "model.size", "monkey", "tokenizer", "n_tokens"])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)
    assert not is_secret_path(f"{name}.py")


@pytest.mark.parametrize(
    "key",
    [
        "token",
        "hf_token",
        "wandb.api_key",
        "+wandb.apiKey",
        "++db.password",
        "db.password2",
        "OPENAI_API_KEY",
        "wandb_key",
        "aws_secret_access_key",
        "aws.access_key_id",
        "client_secret",
        "PGPASSWORD",
        "MYSQL_PWD",
        "smtp_pass",
        "secrets.db",
        "credentials.user",
        "passwords.alice",
        "api_key_prod",
        "github_token_old",
        "service.authorization",
        "private_key",
        "slack_webhook_url",
        "connection_string",
        "db.connectionString",
        "session_cookie",
        "creds.pw",
        "wifi_psk",
        "SENTRY_DSN",
        "github_pat",
        "hmac_key",
        "storage_key",
        "db.passwort",
        "contraseña",
    ],
)
def test_keys_under_which_texts_are_secret(key: str) -> None:
    assert is_secret(key, "hunter2")
    assert not is_secret(key, True)
    assert not is_secret(key, None)
    assert not is_secret(key, "")
    assert not is_secret(key, "${oc.env:SOMETHING}")
    assert not is_secret(key, "???")
    assert is_secret(key, "${oc.env:SOMETHING,hunter2}")


@pytest.mark.parametrize(
    "key",
    [
        "token_length",
        "max_tokens",
        "n_tokens",
        "tokens",
        "tokens_per_batch",
        "tokenizer",
        "eos_token",
        "model.pad_token",
        "special_token",
        "key_rate",
        "secret_key_rate",
        "secret_fraction",
        "secret_sharing.threshold",
        "key",
        "keys",
        "key_size",
        "public_key",
        "password_entropy",
        "password_length",
        "n_secrets",
        "use_token",
        "api_key_file",
        "api_key_env",
        "token_path",
        "pass",
        "low_pass",
        "high_pass.order",
        "pw",
        "bypass",
        "compass",
        "monkey",
        "passes",
        "author",
        "accession",
        "credit",
        "secretion_rate",
        "secretase",
    ],
)
def test_keys_of_studies_that_only_sound_so(key: str) -> None:
    assert not is_secret(key, "a text")
    assert not is_secret(key, 7)


@pytest.mark.parametrize(
    ("key", "value", "secret"),
    [
        ("password", 1234, True),
        ("api_key", 1234, True),
        ("token", 50257, False),
        ("secret", 3, False),
        ("secret_key", 0.5, False),
        ("pwd", "/home/me", False),
        ("pwd", "hunter2", True),
    ],
)
def test_numbers_and_paths_are_secret_only_where_they_can_be(key: str, value: Any, secret: bool) -> None:
    assert is_secret(key, value) is secret


@pytest.mark.parametrize(
    "path",
    [
        *(".env", ".env.local", "production.env", ".envrc", "env.sh", "setenv.sh", ".netrc", "host.pem", "host.key"),
        *("id_rsa.pub", "id_ed25519", "keys/id_ecdsa", ".pgpass", ".npmrc", "cert.p12", "cert.PFX"),
        *("secrets/db.yaml", ".aws/config.ini", "deep/.SSH/config", "api_key.yaml", "conf/hf_token.yaml", "a.token"),
        *(
            "My_Secrets.yaml",
            "kaggle.json",
            "gcloud/x.py",
            ".git-credentials",
            "service-account.json",
            "openai_key.yaml",
        ),
        *("keys.toml", "auth.yaml", "credentials", "passwords/a/b/c.py", ".bash_history"),
    ],
)
def test_every_part_of_a_path_can_say_that_a_file_is_secret(path: str) -> None:
    assert is_secret_path(path)


@pytest.mark.parametrize(
    "path",
    [
        *("study.py", "conf/model/small.yaml", "tokenizer.py", "tokens/count.py", "eos_token.py", "env.py", "key.py"),
        *("environment.yml", "auth.py", "keyboard.py", "author.yaml", "token_length.py", "src/monkey.py", "login.py"),
    ],
)
def test_sources_whose_names_only_sound_so_are_not(path: str) -> None:
    assert not is_secret_path(path)


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


@pytest.mark.parametrize(
    "url", ["postgres://bob:hunter2@host/db", "https://:hunter2@host", "mongodb+srv://u:hunter2@a,b/?x=1"]
)
def test_a_url_with_a_password_is_secret_under_any_key(url: str) -> None:
    assert is_secret("database_url", url)
    assert not is_secret("database_url", url.replace("hunter2", "${oc.env:PASSWORD}"))


@pytest.mark.parametrize("url", ["https://host/a:b@c", "s3://bucket/x", "ssh://git@host/x", "http://host:8080/a@b"])
def test_other_urls_are_not(url: str) -> None:
    assert not is_secret("url", url)


@pytest.mark.parametrize(
    "path", ["vault/x.yaml", "ansible-vault.yml", "config/database.yml", ".odbc.ini", "tokens.yaml"]
)
def test_further_files_that_are_secret(path: str) -> None:
    assert is_secret_path(path)
