"""`python -m beffroi.server.intake`."""

from beffroi.server.ending import leave
from beffroi.server.intake.process import main

leave(main())
