"""`python -m hotline.app`: the same as `hotline`."""

import sys

from hotline.app.commands import main

sys.exit(main())
