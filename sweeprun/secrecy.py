"""What is secret: never shown or sent, wherever it turns up, and written down only where its owner alone can read it.

A value that refers to the environment (``${oc.env:NAME}``) may stand for a password, so it stays a reference on disk.
Values and files count as secret by their names; of a value it counts, too, whether it can be a secret: a truth value
can't, and a number is one only under names that mean nothing else. Names say what a thing is in their last words, so
``api_key`` is secret, and ``secret_key_rate``, ``token_length`` and ``n_tokens`` are numbers of a study.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import PurePath
from typing import Any

MASK = "masked"
"""What stands in the place of a secret value."""

REFERENCE = re.compile(r"\$\{\s*oc\.env\s*:\s*([A-Za-z_]\w*)\s*(?:,\s*([^{}]*?)\s*)?\}")
"""A reference to the environment, with its name and its default."""

_ALWAYS = (
    *("password", "passwords", "passwd", "passphrase", "passcode", "credential", "credentials", "apikey", "apikeys"),
    *("api key", "api keys", "access key", "access keys", "access key id", "auth key", "account key", "ssh key"),
    *("api token", "auth token", "access token", "bearer token", "refresh token", "session token", "client secret"),
    *("api tokens", "auth tokens", "access tokens", "connection string", "creds", "master key", "account pin"),
    *("passwort", "kennwort", "mot de passe", "contrase ñ a", "contrasena", "senha", "пароль", "密码", "パスワード"),
)
"""Last words of names that can mean nothing else, so that numbers under them are secret, too."""

_OF_TEXTS = (
    *("secret", "secrets", "token", "bearer", "jwt", "authorization", "pwd", "webhook", "webhook url", "cred"),
    *("cookie", "cookies", "session id", "auth header", "psk", "mnemonic", "seed phrase", "dsn", "sas url"),
    *("hmac key", "storage key", "consumer key", "app key", "application key", "shared key", "preshared key"),
    *("secret key", "private key", "encryption key", "signing key", "deploy key", "license key", "subscription key"),
)
"""Last words that a number of a study may have as well: under these, texts are secret."""

_GLUED = (
    *("password", "passwd", "passphrase", "apikey", "secretkey", "privatekey", "accesskey", "authtoken"),
    *("accesstoken", "clientsecret"),
)
"""Endings of words that are written without anything between their parts."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ISSUERS = _listed(
    "anthropic aws azure comet gcp github gitlab google hf huggingface kaggle minio mlflow neptune openai s3 sendgrid "
    "slack stripe twilio wandb mapbox deepl nasa cds cdsapi earthdata copernicus ncbi"
)
"""Whose keys are secret: ``wandb_key``."""

_LOGINS = _listed("admin db email ftp imap mail mongo mysql pg postgres proxy redis root smtp ssh sudo user")
"""Whose ``pass`` is a password."""

_COUNTING = _listed("n num number count max min mean total per is has use no with without require next each")
"""First words of names that count things or ask whether there are any."""

_OF_LANGUAGE = _listed(
    "bos eos pad unk sep cls mask start end stop special begin image prefix suffix prompt target class sub word vocab "
    "forced decoder encoder separator blank query trigger learnable register text visual audio input output"
)
"""What tokens of language models are called by: ``eos_token`` opens no door."""

_QUALIFIERS = _listed(
    "value text string plain raw hex pem b64 base64 old new main default prod production dev test staging backup"
)
"""What may follow without saying that the name means something else."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_LOGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:(?!\$\{)[^/\s@]+@", re.IGNORECASE)
"""The beginning of a URL with a password: ``postgres://user:password@host``."""

_NOTHING = re.compile(r"\s*(?:\?\?\?|\$\{[^{}]*\}|)\s*")
_PATH = re.compile(r"\s*[/~.]")


def refers_to_environment(value: str) -> bool:
    """Whether a value is, or holds, a reference to the environment."""
    return REFERENCE.search(value) is not None


def is_secret_name(name: str) -> bool:
    """Whether a name says that a text under it is secret."""
    return is_secret(name, "a text")


def is_secret(key: str, value: Any) -> bool:
    """Whether a value is secret, by its key: ``db.password``, ``+wandb.apiKey``, ``API_KEY``.

    Under a key that is secret, all texts below it are, and a URL with a password is under any. A value that is nothing,
    or refers to another, is not.
    """
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, str) and _is_nothing(value):
        return False
    if isinstance(value, str) and _LOGIN.match(value.strip()):
        return True
    *above, last = [_words(part) for part in re.split(r"[./@:]", key) if part] or [[]]
    if isinstance(value, int | float):
        return _means(last, _ALWAYS)
    if last[-1:] == ["pwd"] and isinstance(value, str) and _PATH.match(value):
        return False
    return _means(last, (*_ALWAYS, *_OF_TEXTS)) or any(
        _means(words, (*_ALWAYS, "secret", "secrets")) for words in above
    )


def _is_nothing(value: str) -> bool:
    """Whether a text is empty, or a reference without a default."""
    reference = REFERENCE.fullmatch(value.strip())
    return not reference[2] if reference else _NOTHING.fullmatch(value) is not None


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _means(words: Sequence[str], phrases: Sequence[str]) -> bool:
    """Whether a name's last words are one of some phrases, and nothing else in it says that it is something else."""
    name, words = words, list(words)
    while words and (words[-1] in _QUALIFIERS or words[-1].isdecimal()):
        words.pop()
    if words[-1:] == ["connection"] and name[-1:] == ["string"]:
        words.append("string")
    if not words or words[0] in _COUNTING:
        return False
    if words[-1] == "token" and "token" in phrases and _OF_LANGUAGE.intersection(words[:-1]):
        return False
    if words[-1].endswith(_GLUED) or any(words[-len(phrase.split()) :] == phrase.split() for phrase in phrases):
        return True
    before, last = words[-2:] if len(words) > 1 else ("", words[-1])
    return (last in ("key", "keys", "pat") and before in _ISSUERS) or (last in ("pass", "pw") and before in _LOGINS)


_SECRET_FILES = (
    *("*password*", "*passwd*", "*passphrase*", "*secret*", "*credential*", "*creds*", "*webhook*"),
    *("*api[_-]key*", "*apikey*", "*private[_-]key*", "*privatekey*", "*access[_-]key*", "*accesskey*"),
    *("*service[_-]account*", "*serviceaccount*"),
    *(".env*", "*.env", "*env.sh", "env.*sh", ".renviron"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*_rsa", "*_ed25519", ".ssh", ".gnupg", "authorized_keys"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.p8", "*.pk8", "*.ppk", "*.jks", "*.keystore", "*.kdbx", "*.der"),
    *("*.gpg", "*.pgp", "*.asc", "*.age", "*.ovpn", "*.token", "*.tfvars", "*.tfstate*", "*.htpasswd"),
    *(".aws", ".azure", ".gcloud", "gcloud", ".kube", "kubeconfig*", ".docker", ".dockercfg", ".dockerconfigjson"),
    *(".netrc", "_netrc", ".pgpass", "pgpass.conf", ".my.cnf", ".mylogin.cnf", ".s3cfg", ".boto", "*rclone.conf"),
    *(".npmrc", ".yarnrc*", ".pypirc", ".condarc", "pip.conf", ".terraformrc", ".vault*", ".huggingface"),
    *(".git-credentials", ".kaggle", "kaggle.json", ".cdsapirc", ".urs_cookies", ".ecmwfapirc", ".motherduck*"),
    *("auth.y*ml", "auth.json", "auth.toml", "auth.ini", "auth.cfg", "login.y*ml", "login.json"),
    *("*vault*.y*ml", "vault", "database.y*ml", "database.ini", "database.toml", "*odbc.ini", "my.cnf"),
    *("tokens.*", "oauth*.y*ml", "oauth*.toml", "oauth*.ini", "cookies.*", "connections.toml", "boto.cfg", "*.dbpass"),
    *("auth_*.y*ml", "*_auth.y*ml", "*dsn.y*ml", ".wandb", ".streamlit"),
    *("keys.y*ml", "keys.json", "keys.toml", "keys.ini", "keys.cfg", "keys.sh", "key.y*ml", "key.json", "key.toml"),
    *("*_key.y*ml", "*_key.json", "*_key.toml", "*_key.ini", "*_key.cfg", "*_key.sh", "*_keys.y*ml", "*_keys.json"),
    *(".*_history",),
)
"""Names of files and directories that are secret, in lower case; what is in such a directory is secret, too."""


def is_secret_path(path: str) -> bool:
    """Whether the path of a file, relative to where it belongs, says that the file is secret: any part of it counts."""
    return any(_is_secret_part(part) for part in PurePath(path).parts)


def _is_secret_part(part: str) -> bool:
    stem = part.partition(".")[0] or part
    return any(fnmatch(part.lower(), pattern) for pattern in _SECRET_FILES) or _means(_words(stem), ("token", "bearer"))
