"""Writes completion.sse, what `make demo` plays: story.txt as a server would stream it, one event a token.

How words are cut into tokens, the padding that servers send against traffic analysis (`obfuscation`) and the
identifiers come from a seeded generator, so running this again gives the same bytes.
"""

import json
import random
import re
from pathlib import Path

HERE = Path(__file__).parent
SEED = 20260131
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def tokens(text: str, rng: random.Random) -> list[str]:
    """Cut text the way tokenizers do: words with the space before them, long words in two, marks apart."""
    pieces = []
    for piece in re.findall(r"\n+|\s?\w+|'\w+|\s?[^\w\s]+", text):
        if len(piece) > 8 and rng.random() < 0.5:
            cut = rng.randrange(4, len(piece) - 2)
            pieces += [piece[:cut], piece[cut:]]
        else:
            pieces.append(piece)
    return pieces


def body() -> bytes:
    """Return the whole body of the response."""
    rng = random.Random(SEED)
    common = {
        "id": "cmpl-" + "".join(rng.choices(LETTERS, k=29)),
        "object": "text_completion",
        "created": 1769817600,
        "model": "riverbank-instruct-1",
    }
    events = []
    pieces = tokens("\n\n" + (HERE / "story.txt").read_text(encoding="utf-8"), rng)
    for text in [*pieces, ""]:
        finish = None if text else "stop"
        choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
        padding = "".join(rng.choices(LETTERS, k=rng.randrange(1, 17)))
        events.append({**common, "choices": [choice], "usage": None, "obfuscation": padding})
    usage = {"prompt_tokens": 14, "completion_tokens": len(pieces), "total_tokens": 14 + len(pieces)}
    events.append({**common, "choices": [], "usage": usage, "obfuscation": ""})
    payloads = [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events]
    return "".join(f"data: {payload}\n\n" for payload in [*payloads, "[DONE]"]).encode()


if __name__ == "__main__":
    (HERE / "completion.sse").write_bytes(body())
