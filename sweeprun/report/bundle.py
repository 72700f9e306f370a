"""The charting library, Vega-Lite, as one script that needs no network."""

from functools import cache

_EXPORTS = "window.vegaEmbed = vegaEmbed;"


@cache
def chart_library() -> str:
    """Vega, Vega-Lite and Vega-Embed as a script that defines ``vegaEmbed``; making it takes about a second."""
    import vl_convert

    return vl_convert.javascript_bundle(_EXPORTS)
