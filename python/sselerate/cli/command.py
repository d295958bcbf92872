"""Arguments, exit codes and signals of the `sselerate` command."""

import argparse
import inspect
import platform
import sys
from collections.abc import Sequence

from .. import BACKEND, __version__
from . import exits
from .decode import FORMATS, decode
from .stderr import drop, say
from .target import named_target

EXITS = """\
exit codes:
  0    all streams were decoded
  1    a stream held an error: broken or truncated data, or one that the server reported
       (with --on-error skip such errors do not count)
  2    wrong arguments
  3    a file could not be read, or the output not be written
  130  interrupted with Ctrl-C
  141  the reader of the output went away
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code; `arguments` are those of the process by default."""
    options = _parser().parse_args(arguments)
    if sys.stdout is None:
        say("sselerate: cannot write the output: it is closed")
        return exits.FILE
    try:
        code = decode(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        drop(sys.stdout)
        return exits.INTERRUPTED
    except BrokenPipeError:
        drop(sys.stdout)
        return exits.PIPE
    except OSError as error:
        # Reading has errors of its own (`SourceError`), and messages have none, so this one is of the output.
        drop(sys.stdout)
        say(f"sselerate: cannot write the output: {error.strerror or error}")
        return exits.FILE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sselerate", description="Decodes event streams of LLM servers.")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    parser.add_argument(
        "--version",
        action="version",
        version=f"sselerate {__version__} ({BACKEND} backend, {python})",
        help="name the version and the backend, and exit",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_decode(commands)
    return parser


def _add_decode(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "decode",
        help="print the text or the events of recorded or arriving streams",
        description=inspect.getdoc(decode),
        epilog=EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", nargs="*", default=["-"], metavar="FILE", help="a recorded stream; - (the default) is stdin"
    )
    parser.add_argument(
        "--target",
        type=named_target,
        default=None,
        metavar="NAME",
        help="what the events become: auto (the default) recognises each; or an event class of sselerate or "
        "a union of several, such as ChatCompletionChunk or MessageStreamEvent; or one of yours, as "
        "module:Class",
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text (the default): the generated text; jsonl: every event as a line of JSON; "
        "summary: a table of the streams",
    )
    parser.add_argument(
        "--strict", action="store_true", help="treat events that deviate from their class as errors"
    )
    parser.add_argument(
        "--on-error",
        choices=("raise", "yield", "skip"),
        default="raise",
        help="after an error: raise (the default) goes on with the next file, yield reports it and goes on "
        "with the next event, skip goes on silently",
    )
    parser.add_argument(
        "--max-event-bytes",
        type=_size,
        default=64 << 20,
        metavar="BYTES",
        help="give up an event that is larger; 64 MiB by default",
    )
    parser.add_argument(
        "--split", action="store_true", help="take several JSON values in one payload for an event each"
    )
    parser.add_argument(
        "--surrogates",
        choices=("keep", "replace"),
        default="keep",
        help="lone surrogates in JSON strings: keep (the default) shows them as escapes, replace makes them "
        "U+FFFD",
    )


def _size(text: str) -> int:
    size = int(text) if text.isdecimal() else 0
    if not size:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of bytes, at least 1")
    return size
