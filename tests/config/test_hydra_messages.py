"""What errors of Hydra and OmegaConf say, without what is theirs alone."""

import pytest
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.hydra_messages import holder_of, message_of, unknown_key


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


@pytest.mark.parametrize(("path", "holder"), [("lrr", ""), ("model.sise", "model")])
def test_a_key_that_there_is_not_is_named_with_what_should_have_it(path: str, holder: str) -> None:
    config = OmegaConf.create({"lr": 1, "model": {"size": 2}})
    OmegaConf.set_struct(config, True)
    with pytest.raises(OmegaConfBaseException) as raised:
        OmegaConf.update(config, path, 3)
    assert unknown_key(str(raised.value)) == path.rpartition(".")[2]
    assert holder_of(str(raised.value)) == holder


def test_other_messages_name_no_key() -> None:
    assert unknown_key("Value 'x' can't be converted to Integer") is None
