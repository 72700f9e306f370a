"""What goes wrong with an object store: one sentence, in a short time."""

import sys

import pytest

from sweeprun.errors import UsageError
from sweeprun.results.formats.object_store import is_anything_below, open_store, telling, why_of
from sweeprun.store.local_paths import StoreUrl


def refusal(url: str) -> str:
    address = StoreUrl(url)
    with pytest.raises(UsageError) as caught, telling(address):
        is_anything_below(open_store(address), "lock")
    message = str(caught.value)
    assert message.startswith(f"can't write {url!r}: ")
    assert "\n" not in message
    assert "hunter2" not in message
    return message.removeprefix(f"can't write {url!r}: ")


def test_no_such_bucket(bucket: str) -> None:
    assert refusal("s3://elsewhere/x.zarr") == ("the server answers NoSuchBucket: The specified bucket does not exist")
    assert not is_anything_below(open_store(StoreUrl(f"{bucket}/x.zarr")), "lock")


def test_no_server(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://user:hunter2@127.0.0.1:9")
    assert refusal(f"{bucket}/x.zarr") == (
        "http://127.0.0.1:9 can't be reached; check the network, and AWS_ENDPOINT_URL if it is another server than "
        "Amazon's"
    )


def test_a_server_without_encryption(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    assert refusal(f"{bucket}/x.zarr").endswith("is not encrypted; set AWS_ALLOW_HTTP=true if that is meant")


def test_no_account() -> None:
    assert refusal("az://container/x.zarr").startswith("no credentials were found; set AZURE_STORAGE_ACCOUNT_NAME")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 20s, after 3 retries\n\n"
            "Debug source:\nGeneric {",
            "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true",
        ),
        (
            "The operation lacked the necessary privileges: Error performing GET https://s3.eu.example/b?list-type=2 "
            "in 3ms - Server returned non-2xx status code: 403 Forbidden: <?xml?>\n<Error><Code>AccessDenied</Code>"
            "<Message>Access Denied.</Message></Error>",
            "the server answers AccessDenied: Access Denied",
        ),
        (
            "Error performing HEAD https://s3.eu.example/b/x?sig=hunter2 in 3ms - Server returned non-2xx status code: "
            "403 Forbidden: ",
            "https://s3.eu.example answers 403 Forbidden; is the bucket there, and may these credentials write to it?",
        ),
        (
            "Generic S3 error: Missing AccessKeyId\n\nDebug source:\nGeneric {",
            "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true",
        ),
        ("Something\nelse https://a:hunter2@b/c?sig=hunter2 is", "Something else https://***@b/c?*** is"),
    ],
)
def test_what_an_error_means(text: str, why: str) -> None:
    assert why_of(Exception(text), "s3") == why


def test_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(UsageError, match=r"need the package obstore: pip install 'sweeprun\[remote\]'$"):
        open_store(StoreUrl("s3://bucket/x.zarr"))
