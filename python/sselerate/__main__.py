"""`python -m sselerate` is the `sselerate` command."""

from .cli import main

raise SystemExit(main())
