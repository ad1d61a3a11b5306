"""`python -m hotline`."""

import sys

from hotline.app.commands import main

sys.exit(main())
