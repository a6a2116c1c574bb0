"""Babel's list of extractors, which pyproject.toml cannot hold; everything else is there."""
from __future__ import annotations

from setuptools import setup

EXTRACTORS = [("**.py", "python", None), ("**.js", "javascript", None), ("**/templates/**.html", "ckan", None)]
MESSAGE_EXTRACTORS = {"ckanext-govshare/ckanext": EXTRACTORS, "themes/ckanext": EXTRACTORS}

if __name__ == "__main__":  # the catalogues' tool reads the list above without building anything
    setup(message_extractors=MESSAGE_EXTRACTORS)
