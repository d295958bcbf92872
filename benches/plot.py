"""The plot of a run: nanoseconds per event of every reader, as PNG and SVG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair
import vl_convert  # noqa: F401 (altair saves through it; missing, it should be noticed here)

from benches.suite import READERS

CHUNKINGS = {"16 KiB": "Reads of 16 KiB", "1 event": "One event per read"}
OURS, THEIRS, INK = "#c2410c", "#94a3b8", "#1f2937"


def draw(rows: list[dict[str, Any]], about: dict[str, Any], folder: Path) -> None:
    """Writes latest.svg and latest.png into `folder` from the rows of the completion workload."""
    shown = [row for row in rows if row["workload"] == "completion" and row["peer"] in READERS]
    panels = [
        _panel([row for row in shown if row["chunks"] == chunks], title)
        for chunks, title in CHUNKINGS.items()
    ]
    title = altair.TitleParams(
        "Nanoseconds per completion event, read up to choices[0].text (log scale, less is better)",
        subtitle=[
            f"{about['processor']}, {about['python']}, {about['date']}",
            "Bars are minima; the line behind each ends at the median",
        ],
        anchor="start",
        color=INK,
        subtitleColor=INK,
        offset=12,
    )
    chart = altair.vconcat(*panels, spacing=18).resolve_scale(x="shared").properties(title=title)
    chart = chart.configure(background="white").configure_view(stroke=None)
    chart.save(folder / "latest.svg")
    chart.save(folder / "latest.png", scale_factor=2)


def _panel(rows: list[dict[str, Any]], title: str) -> Any:
    ours = next((row["minimum"] for row in rows if row["peer"] == "rust"), None)
    values = [
        {
            "reader": row["label"],
            "ns": row["minimum"],
            "median": row["median"],
            "shown": _figure(row["minimum"], ours),
            "ours": row["label"].startswith("sselerate"),
        }
        for row in sorted(rows, key=lambda row: row["minimum"])
    ]
    reader = altair.Y(
        "reader:N",
        sort=[value["reader"] for value in values],
        title=None,
        axis=altair.Axis(labelLimit=420, labelColor=INK, ticks=False, domain=False),
    )
    decades = [10**power for power in range(1, 8)]
    scale = altair.Scale(type="log", domain=[10, 3_000_000])
    time = altair.X(
        "ns:Q", scale=scale, title=None, axis=altair.Axis(values=decades, labelColor=INK, format=",d")
    )
    base = altair.Chart(altair.Data(values=values)).encode(y=reader, x=time)
    bars = base.mark_bar(height=13).encode(
        x2=altair.datum(10),
        color=altair.condition("datum.ours", altair.value(OURS), altair.value(THEIRS)),
    )
    # From the minimum to the median: how noisy the machine was.
    noise = base.mark_rule(color=INK, strokeWidth=1.5).encode(x2="median:Q")
    ends = base.mark_tick(color=INK, thickness=1.5, size=7).encode(x="median:Q")
    figures = base.mark_text(align="left", dx=4, color=INK).encode(x="median:Q", text="shown:N")
    heading = altair.TitleParams(title, anchor="start", color=INK, fontSize=12)
    return altair.layer(bars, noise, ends, figures).properties(
        title=heading, width=420, height=20 * len(values)
    )


def _figure(nanoseconds: float, ours: float | None) -> str:
    text = f"{nanoseconds:,.0f}"
    if ours is None or nanoseconds == ours:
        return text
    ratio = nanoseconds / ours
    return f"{text} = {ratio:,.1f}x" if ratio < 100 else f"{text} = {ratio:,.0f}x"
