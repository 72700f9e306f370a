"""Object stores, as obstore reaches them: opened by their URL, and what goes wrong said in one sentence.

Credentials, endpoints, regions and proxies are obstore's to read from the environment; nothing of them is kept here.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sweeprun.errors import UsageError
from sweeprun.store.local_paths import StoreUrl, without_secrets

_RETRIES = 3
_RETRY_SECONDS = 20
"""obstore's own limits let a wrong endpoint take minutes."""

_CREDENTIALS = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}


def open_store(url: StoreUrl) -> Any:
    """A client of obstore's for what lies below a URL; nothing is asked of the server yet.

    Raises
    ------
    UsageError
        If obstore is not installed, or its configuration is not enough.
    """
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise UsageError(
            f"can't write {url.text!r}: object stores need the package obstore: pip install 'sweeprun[remote]'"
        ) from error
    retries: Any = {"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)}
    with telling(url):
        return from_url(url.text, retry_config=retries)


def is_anything_below(store: Any, besides: str) -> bool:
    """Whether a store holds an object other than one; the first request, which fails if the bucket can't be read."""
    import obstore

    return any(found["path"] != besides for page in obstore.list(store, chunk_size=10) for found in page)


def read_object(store: Any, key: str) -> bytes:
    """What an object holds.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    import obstore

    return bytes(obstore.get(store, key).bytes())


@contextmanager
def telling(url: StoreUrl) -> Iterator[None]:
    """Say in one sentence what an object store refused, or why it can't be reached."""
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, NotImplementedError, OSError) as error:
        raise UsageError(f"can't write {url.text!r}: {why_of(error, url.scheme)}") from error


def why_of(error: Exception, scheme: str) -> str:
    """What an error of obstore's means, from the text that it has: no type tells a wrong bucket from a broken line."""
    text = str(error).partition("\n\nDebug source")[0]
    credentials = f"set {_CREDENTIALS[scheme]}"
    if "169.254.169.254" in text or "metadata.google" in text or "Missing" in str(error):
        return f"no credentials were found; {credentials}"
    if answer := re.search(r"<Code>(\w+)</Code>(?:.*?<Message>(.*?)</Message>)?", text, re.DOTALL):
        code, message = answer[1], (answer[2] or "").strip().rstrip(".")
        return f"the server answers {code}{f': {message}' if message else ''}"
    server = _server(text)
    if "builder error" in text and server.startswith("http:"):
        return f"{server} is not encrypted; set AWS_ALLOW_HTTP=true if that is meant"
    if "error sending request" in text or "HTTP error" in text:
        return (
            f"{server} can't be reached; check the network, and AWS_ENDPOINT_URL if it is another server than Amazon's"
        )
    if status := re.search(r"non-2xx status code: (\d+ [A-Za-z ]+)", text):
        return f"{server} answers {status[1].strip()}; is the bucket there, and may these credentials write to it?"
    return without_secrets(" ".join(text.split()))


def _server(text: str) -> str:
    """The first server that a text names, without what else a URL may hold."""
    found = re.search(r"(https?://)(?:[^/\s@]*@)?([^/\s?]+)", text)
    return found[1] + found[2] if found else "the server"
