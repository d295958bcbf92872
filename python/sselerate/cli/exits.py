"""The exit codes of the command, as its help documents them."""

OK = 0
STREAM = 1
"""A stream held an error: broken or truncated data, or an error that the server reported."""
USAGE = 2
"""The arguments make no sense; argparse exits with this too."""
FILE = 3
"""A file could not be read, or the output not be written."""
INTERRUPTED = 130
"""Ctrl-C: 128 + SIGINT, as shells report it."""
PIPE = 141
"""Whoever read the output has gone: 128 + SIGPIPE, as `cat` would end."""
