"""`python -m beffroi.server.intake`."""

import sys

from beffroi.server.intake.process import main

sys.exit(main())
