"""Plays a completion: its text as it streams, then what decoding costs beside `json.loads` on split lines."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sselerate
from sselerate import CompletionStreamEvent, iter_events

SAMPLE = Path(__file__).parent / "completion.sse"
PACKET = 1460  # bytes of payload in a full TCP segment: how a stream arrives from a network
CHUNK = 16 * 1024  # bytes an HTTP client usually hands over when the data is already there
PAUSE = 0.006  # seconds between two tokens on a terminal, about a fast model's pace
MEASURE = 2.0  # seconds of runs, of which the best count

Reading = tuple[int, str]  # what both ways must agree on: number of events, and the text


def chunks(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def show(data: bytes) -> None:
    """Print the text token by token."""
    pause = PAUSE if sys.stdout.isatty() else 0
    for event in iter_events(chunks(data, PACKET), CompletionStreamEvent):
        for choice in event.choices:
            print(choice.text, end="", flush=True)
            time.sleep(pause)


def with_sselerate(source: list[bytes]) -> Reading:
    count, texts = 0, []
    for event in iter_events(source, CompletionStreamEvent):
        count += 1
        for choice in event.choices:
            texts.append(choice.text)
    return count, "".join(texts)


def with_json(data: bytes) -> Reading:
    """The least code that reads this stream right: no chunks, no other line ends, no types, no errors."""
    count, texts = 0, []
    for line in data.split(b"\n"):
        if line.startswith(b"data: ") and line != b"data: [DONE]":
            event = json.loads(line[6:])
            count += 1
            for choice in event["choices"]:
                texts.append(choice["text"])
    return count, "".join(texts)


def best_times(*ways: Callable[[], Reading]) -> list[float]:
    """Seconds of the fastest run of each. They take turns, so that a busy machine is busy for all of them."""
    best = [float("inf")] * len(ways)
    end = time.perf_counter() + MEASURE
    while time.perf_counter() < end:
        for index, way in enumerate(ways):
            start = time.perf_counter()
            way()
            best[index] = min(best[index], time.perf_counter() - start)
    return best


def main() -> None:
    data = SAMPLE.read_bytes()
    show(data)

    parts = chunks(data, CHUNK)
    reading = with_sselerate(parts)
    if with_json(data) != reading:
        sys.exit("demo: sselerate and json.loads read the sample differently")
    count = reading[0]

    ours, theirs = best_times(lambda: with_sselerate(parts), lambda: with_json(data))
    rows = [
        ("sselerate, typed events", sselerate.BACKEND, ours),
        ("json.loads on split lines", "json", theirs),
    ]
    print(f"\n{'':27}{'events':>8}{'bytes':>10}{'backend':>9}{'time':>12}{'events/s':>13}")
    for name, backend, seconds in rows:
        size = f"{count:>8,}{len(data):>10,}"
        print(f"{name:27}{size}{backend:>9}{seconds * 1e3:>9.3f} ms{count / seconds:>13,.0f}")
    print(f"\nSame events, same text; best of many runs: {theirs / ours:.1f} times the speed of json.loads.")


if __name__ == "__main__":
    main()
