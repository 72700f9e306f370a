"""Registering resolvers with whatever OmegaConf is installed."""

import warnings

from omegaconf import OmegaConf

from sweeprun.config.own_resolvers import register_resolver


def test_a_resolver_takes_the_place_of_one_of_its_name() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for factor in (2, 3):
            register_resolver("sweeprun.test", lambda x, factor=factor: x * factor)
    try:
        assert OmegaConf.create({"x": "${sweeprun.test:7}"}).x == 21
    finally:
        OmegaConf.clear_resolver("sweeprun.test")
