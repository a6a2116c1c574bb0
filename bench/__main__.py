"""`python bench`: the portal beside stock CKAN, see measure.py."""
from __future__ import annotations

import sys

from measure import main

if __name__ == "__main__":
    sys.exit(main())
