"""Which key an error of OmegaConf is about."""

import pytest
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.omegaconf_errors import MissingKey, missing_key
from sweeprun.config.schema import SampleOptions


def caused_by(cause: Exception) -> Exception:
    error = ValueError("Could not override")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(("path", "holder"), [("lrr", ""), ("model.sise", "model")])
def test_a_key_that_there_is_not_is_named_with_what_should_have_it(path: str, holder: str) -> None:
    config = OmegaConf.create({"lr": 1, "model": {"size": 2}})
    OmegaConf.set_struct(config, True)
    with pytest.raises(OmegaConfBaseException) as raised:
        OmegaConf.update(config, path, 3)
    missing = missing_key(caused_by(raised.value))
    assert missing == MissingKey(key=path.rpartition(".")[2], full=path)
    assert missing.holder == holder


def test_other_errors_name_no_key() -> None:
    assert missing_key(ValueError("Key 'lr' is not in struct")) is None
    with pytest.raises(OmegaConfBaseException) as raised:
        OmegaConf.update(OmegaConf.structured(SampleOptions), "n", "many")
    assert missing_key(raised.value) is None
