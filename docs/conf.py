"""How the site is made; `scripts/docs` builds it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import sweeprun

project = "sweeprun"
author = "The sweeprun developers"
project_copyright = author
version = release = sweeprun.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "made_from_code",
]
exclude_patterns = ["_build", "_ext"]
html_theme = "furo"
html_title = f"sweeprun {version}"
html_theme_options = {"navigation_with_keys": True}
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["wide.css"]

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]

default_role = "py:obj"  # `x` in docstrings: a link if x is on a page, or else code
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
copybutton_prompt_text = r"\$ |>>> |> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

# No inventory is fetched: a build needs no network. So names of other packages, and those of ours that have no page,
# aren't links.
nitpick_ignore_regex = [(r"py:.*", r"(?!sweeprun\.(?:Run|Unfinished|command|open_run|sweep)$).*")]
