"""Texts without their secrets."""

import pytest

from sweeprun.results.masked_text import Hidden


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("-m lr=0.1 api_key=hunter2 n=3", "-m lr=0.1 api_key=masked n=3"),
        ("'api_key=hunter2' x", "'api_key=masked' x"),
        ("db={user:me,password:hunter2,port:5}", "db={user:me,password:masked,port:5}"),
        ("sweeprun.sweep(draw, {'api_key': ['a', 'hunter2'], 'lr': [0.1]})", None),
        ("sweeprun.sweep(draw, api_key=['a', 'hunter2'], lr=[0.1])", "sweeprun.sweep(draw, api_key=masked, lr=[0.1])"),
        ('export API_TOKEN="hunter2 and 3"; python x.py', "export API_TOKEN=masked; python x.py"),
        ("curl -H 'Authorization: hunter2'", "curl -H 'Authorization: masked'"),
        ("ValueError: password: hunter2 is wrong", "ValueError: password: masked is wrong"),
        ("https://x/?token=hunter2&y=1", "https://x/?token=masked"),
        ("curl https://bob:hunter2@host/x", "curl https://bob:masked@host/x"),
        ("run --password hunter2 --n 3 --api-key=hunter2", "run --password masked --n 3 --api-key=masked"),
        ("api_key=${oc.env:KEY} seed=1", "api_key=${oc.env:KEY} seed=1"),
        ("token_length=12 n_tokens=7 secret_key_rate=0.3 use_token=true token=5", None),
        ("a=" * 50_000 + "b", None),
        ("a" * 200_000, None),
        ("api_key=", None),
        ("", None),
    ],
)
def test_what_is_set_under_a_secret_key_is_masked(text: str, masked: str | None) -> None:
    hidden = Hidden()
    shown = hidden.text(text)
    assert "hunter2" not in shown
    if masked is not None or "hunter2" not in text:
        assert shown == (text if masked is None else masked)
    assert bool(hidden.values) == (shown != text)


@pytest.mark.parametrize(
    ("word", "masked"),
    [
        ("+db.password=a b, c{", "+db.password=masked"),
        ("api_key=a,b,c", "api_key=masked"),
        ("++wandb.apiKey='x y'", "++wandb.apiKey=masked"),
        ("seed=range(3)", "seed=range(3)"),
        ("token=1,2,3", "token=1,2,3"),
        ("token=range(10)", "token=range(10)"),
        ("--json", "--json"),
    ],
)
def test_a_word_of_a_command_line_is_masked_to_its_end(word: str, masked: str) -> None:
    assert Hidden().word(word) == masked


YAML = """\
lr: 0.1
größe: é
api_key: hunter2
token_length: 12
db:
  user: me
  password: 'hunter2: #'
  port: 5
secrets:
- hunter2
- {deep: hunter2}
private_key: |
  -----BEGIN
  hunter2
after: 1
empty_token:
bearer_token: ${oc.env:T}
---
password: 1234
token: 50257
x: {api_key: hunter2, y: 2}
"""

MASKED = """\
lr: 0.1
größe: é
api_key: masked
token_length: 12
db:
  user: me
  password: masked
  port: 5
secrets:
- masked
- {deep: masked}
private_key: masked
after: 1
empty_token:
bearer_token: ${oc.env:T}
---
password: masked
token: 50257
x: {api_key: masked, y: 2}
"""


def test_in_yaml_nothing_else_changes() -> None:
    hidden = Hidden()
    assert hidden.yaml(YAML) == MASKED
    assert list(hidden.values) == [
        "api_key",
        "db.password",
        "secrets",
        "secrets.deep",
        "private_key",
        "password",
        "x.api_key",
    ]
    assert Hidden(frozenset(hidden.values)).yaml(YAML) == YAML


@pytest.mark.parametrize("text", ["api_key: hunter2\n  - {", "[" * 5000 + "\napi_key: hunter2", "\x00api_key: hunter2"])
def test_what_is_no_yaml_is_masked_line_by_line(text: str) -> None:
    assert "hunter2" not in Hidden().yaml(text)


def test_aliases_are_no_bomb() -> None:
    lines = ["a0: &a0 {password: hunter2}", *(f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 40))]
    assert "hunter2" not in Hidden().yaml("\n".join(lines))


def test_values_that_were_masked_are_so_in_other_texts() -> None:
    hidden = Hidden()
    hidden.text("api_key=hunter2 password=abc")
    assert hidden.everywhere("hunter2hunter2 is wrong, abc") == "maskedmasked is wrong, abc"


def test_passwords_in_urls_are_masked_in_yaml_too() -> None:
    hidden = Hidden()
    text = "a: postgres://u:hunter2@h/db\nb: curl https://u:hunter2@h --token hunter2\n"
    assert hidden.yaml(text) == "a: masked\nb: curl https://u:masked@h --token masked\n"
    assert list(hidden.values) == ["a", "URL", "token"]
    assert Hidden(frozenset({"a"})).yaml("a: postgres://u:hunter2@h/db\n") == "a: postgres://u:hunter2@h/db\n"
