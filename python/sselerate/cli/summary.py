"""The table of streams that `--format summary` prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from .._json import dumps
from .terminal import escaped_line

HEAD = ("source", "events", "bytes", "characters", "model", "finish", "input", "output", "errors")
NUMBERS = {1, 2, 3, 6, 7, 8}
"""The columns that are aligned to the right."""


@dataclass
class Row:
    """What one stream held. `input` and `output` are tokens, None where the stream does not tell."""

    source: str = ""
    events: int = 0
    size: int = 0
    characters: int = 0
    model: str | None = None
    reason: str | None = None
    input: int | None = None
    output: int | None = None
    errors: int = 0


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, with their sum if there are several."""
    lines = [_cells(row) for row in rows]
    if len(rows) > 1:
        lines.append(_cells(_sum(rows)))
    widths = [max(map(len, column)) for column in zip(HEAD, *lines, strict=True)]
    return "".join(_line(cells, widths) for cells in (HEAD, *lines))


def _cells(row: Row) -> tuple[str, ...]:
    return (
        escaped_line(row.source),
        str(row.events),
        str(row.size),
        str(row.characters),
        escaped_line(row.model or "-"),
        escaped_line(row.reason or "-"),
        "-" if row.input is None else dumps(row.input),
        "-" if row.output is None else dumps(row.output),
        str(row.errors),
    )


def _sum(rows: Sequence[Row]) -> Row:
    put_in = [row.input for row in rows if row.input is not None]
    put_out = [row.output for row in rows if row.output is not None]
    return Row(
        source=f"total of {len(rows)}",
        events=sum(row.events for row in rows),
        size=sum(row.size for row in rows),
        characters=sum(row.characters for row in rows),
        input=sum(put_in) if put_in else None,
        output=sum(put_out) if put_out else None,
        errors=sum(row.errors for row in rows),
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if column in NUMBERS else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip() + "\n"
