"""What errors of Hydra and OmegaConf say, without what is theirs alone."""

import pytest
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.hydra_messages import message_of


def caused(message: str, cause: Exception) -> Exception:
    error = ValueError(message)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad\n\nvalue"), "bad\nvalue"),
        (ValueError(), "ValueError"),
        (OmegaConfBaseException("bad key\n    object_type=dict"), "bad key"),
        (caused("could not override", OmegaConfBaseException("not an integer")), "could not override\nnot an integer"),
        (caused("not an integer: x", OmegaConfBaseException("not an integer")), "not an integer: x"),
        (caused("could not override", KeyError("internal")), "could not override"),
    ],
)
def test_an_error_is_told_with_its_cause_and_nothing_internal(error: Exception, message: str) -> None:
    assert message_of(error) == message
