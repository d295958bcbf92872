"""Streams of Gemini: server-sent events, the JSON array, Interactions. Invented, in the shapes of dialects.md 5."""

from __future__ import annotations

import json
from typing import Any

from tests.corpus.case import Case, got, parsed, run, seen, server_error, truncated
from tests.corpus.stream import ev, stream


def response(parts: list[Any] | None, finish: Any = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "m", "responseId": "r"} | more


USAGE = {
    "promptTokenCount": 7,
    "candidatesTokenCount": 5,
    "thoughtsTokenCount": 21,
    "cachedContentTokenCount": 4,
    "toolUsePromptTokenCount": 2,
    "totalTokenCount": 35,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 7}],
}

FIRST = response([{"text": "One"}])
SECOND = response([{"text": " two"}], "STOP", usageMetadata=USAGE)


def array(
    name: str, source: str, body: str, *outcomes: Any, unknown: int, done: bool = True, **after: Any
) -> Case:
    """A body that is one JSON array. To a parser its lines are unknown fields."""
    data = body.encode()
    return Case(
        name,
        source,
        data,
        parsed(unknown_fields=unknown, pending=len(data)),
        [run("auto", *outcomes, done=done, **after)],
    )


GENERATE = [
    stream(
        "gemini",
        "Gemini with alt=sse: CRLF (#15), thinking, text, a function, the end; no terminator",
        "gemini",
        ev(
            response(
                [{"text": "Hm", "thought": True}], usageMetadata={"promptTokenCount": 7, "totalTokenCount": 7}
            ),
            "GenerateContentResponse",
            reasoning="Hm",
            text="",
            usage__input_tokens=7,
            usage__output_tokens=None,
            finish_reason=None,
            is_terminal=False,
            candidates__0__content__parts__0__thought=True,
        ),
        ev(
            response([{"text": "One"}, {"text": " two"}]),
            "GenerateContentResponse",
            text="One two",
            model_version="m",
        ),
        ev(
            response(
                [
                    {
                        "functionCall": {"name": "f", "args": {"a": [1, "é"]}, "id": "c"},
                        "thoughtSignature": "SIG",
                    }
                ]
            ),
            "GenerateContentResponse",
            text="",
            tool_calls__0__index=None,
            tool_calls__0__id="c",
            tool_calls__0__name="f",
            tool_calls__0__arguments='{"a":[1,"é"]}',
        ),
        ev(
            response([{"text": ""}], "STOP", usageMetadata=USAGE),
            "GenerateContentResponse",
            finish_reason="STOP",
            is_terminal=False,
            usage__input_tokens=9,
            usage__output_tokens=26,
            usage__total_tokens=35,
            usage__cached_tokens=4,
            usage__reasoning_tokens=21,
        ),
        end="\r\n",
    ),
    stream(
        "gemini-odd",
        "Gemini: no parts, a blocked prompt, a finish reason as a number, usage alone",
        "gemini",
        ev(
            {"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS"}]},
            "GenerateContentResponse",
            text="",
            finish_reason="MAX_TOKENS",
        ),
        ev(
            {"promptFeedback": {"blockReason": "SAFETY"}},
            "GenerateContentResponse",
            finish_reason="SAFETY",
            is_terminal=False,
        ),
        ev(
            {"candidates": [{"content": {"parts": [{"text": "a"}]}, "finishReason": 1}]},
            "GenerateContentResponse",
            finish_reason="1",
        ),
        ev(
            {"usageMetadata": {"trafficType": "ON_DEMAND"}, "modelVersion": "m"},
            "GenerateContentResponse",
            text="",
            is_terminal=False,
        ),
        ev({"candidates": None, "usageMetadata": None}, "GenerateContentResponse", text="", usage=None),
    ),
    array(
        "gemini-array",
        "Gemini without alt=sse: one pretty-printed JSON array, its items are the events",
        "[" + json.dumps(FIRST, indent=2) + "\n,\r\n" + json.dumps(SECOND, indent=2) + "\n]\n",
        got(FIRST, "GenerateContentResponse", text="One"),
        got(SECOND, "GenerateContentResponse", text=" two", is_terminal=False),
        unknown=len(json.dumps(FIRST, indent=2).split("\n"))
        + 1
        + len(json.dumps(SECOND, indent=2).split("\n"))
        + 1,
        dialect="gemini",
        event_index=2,
    ),
    array(
        "gemini-array-compact",
        "the same without white space and without a line end, after a byte order mark",
        "\ufeff["
        + json.dumps(FIRST, separators=(",", ":"))
        + ","
        + json.dumps(SECOND, separators=(",", ":"))
        + "]",
        got(FIRST, "GenerateContentResponse"),
        got(SECOND, "GenerateContentResponse"),
        unknown=0,
    ),
    array(
        "gemini-array-cut",
        "an array that ends inside an item",
        '[{"candidates":[]},{"candi',
        got({"candidates": []}, "GenerateContentResponse"),
        truncated("unexpected end of data", 1, 19),
        unknown=0,
        done=False,
    ),
    array(
        "gemini-array-open",
        "an array that ends between two items is truncated too",
        '[{"candidates":[]},\n',
        got({"candidates": []}, "GenerateContentResponse"),
        truncated("unexpected end of data", 1, 0),
        unknown=1,
        done=False,
    ),
    array(
        "gemini-array-error",
        "an error after an event",
        '[{"candidates":[]}\n,\n{"error":{"code":503,"message":"overloaded"}}]\n',
        got({"candidates": []}, "GenerateContentResponse"),
        server_error("overloaded", {"code": 503, "message": "overloaded"}, 1, 21),
        unknown=3,
    ),
    array(
        "gemini-array-strings",
        "brackets, quotes and backslashes in strings; items of any kind; white space before it",
        ' \n[ {"a":"]}\\"\\\\","b":[{}]} , "x,]" ,5,null,\t[[1]] ]\n',
        got({"a": ']}"\\', "b": [{}]}, "GenericEvent"),
        seen("GenericEvent", data="x,]", text="x,]"),
        seen("GenericEvent", data=5),
        seen("GenericEvent", data=None),
        seen("GenericEvent", data=[[1]]),
        unknown=2,
    ),
    array(
        "array-of-other-things",
        "an array whose first item is no object is bare JSON",
        "[1,\n{}]\n",
        seen("GenericEvent", data=[1, {}]),
        unknown=2,
        done=False,
    ),
]


def interaction(kind: str, **more: Any) -> dict[str, Any]:
    return {"event_type": kind, "event_id": "e"} | more


INTERACTIONS = [
    stream(
        "interactions",
        "Gemini Interactions: event_type in place of type; event: done, then [DONE]",
        "gemini-interactions",
        ev(
            interaction(
                "interaction.created",
                interaction={"id": "i", "status": "in_progress", "object": "interaction"},
            ),
            "InteractionCreatedEvent",
            "interaction.created",
            interaction__id="i",
        ),
        ev(
            interaction("interaction.status_update", interaction_id="i", status="in_progress"),
            "InteractionStatusUpdateEvent",
            "interaction.status_update",
        ),
        ev(
            interaction("step.start", index=0, step={"type": "thought"}),
            "InteractionStepStartEvent",
            "step.start",
        ),
        ev(
            interaction(
                "step.delta",
                index=0,
                delta={"type": "thought_summary", "content": {"type": "text", "text": "Hm"}},
            ),
            "InteractionStepDeltaEvent",
            "step.delta",
            reasoning="Hm",
            text="",
        ),
        ev(
            interaction("step.delta", index=0, delta={"type": "thought_signature", "signature": "SIG"}),
            "InteractionStepDeltaEvent",
            "step.delta",
            reasoning="",
        ),
        ev(interaction("step.stop", index=0), "InteractionStepStopEvent", "step.stop"),
        ev(
            interaction("step.start", index=1, step={"type": "model_output"}),
            "InteractionStepStartEvent",
            "step.start",
            text="",
        ),
        ev(
            interaction("step.delta", index=1, delta={"type": "text", "text": "Hi"}),
            "InteractionStepDeltaEvent",
            "step.delta",
            text="Hi",
        ),
        ev(
            interaction(
                "step.start", index=2, step={"type": "function_call", "id": "c", "name": "f", "arguments": {}}
            ),
            "InteractionStepStartEvent",
            "step.start",
            tool_calls__0__id="c",
            tool_calls__0__arguments="",
        ),
        ev(
            interaction("step.delta", index=2, delta={"type": "arguments_delta", "arguments": '{"a":1}'}),
            "InteractionStepDeltaEvent",
            "step.delta",
            tool_calls__0__index=2,
            tool_calls__0__arguments='{"a":1}',
        ),
        ev(interaction("step.sideways", index=2), "InteractionUnknownEvent", "step.sideways"),
        ev(
            interaction(
                "interaction.completed",
                interaction={
                    "id": "i",
                    "status": "requires_action",
                    "usage": {
                        "total_input_tokens": 5,
                        "total_output_tokens": 2,
                        "total_thought_tokens": 3,
                        "total_tokens": 10,
                    },
                },
            ),
            "InteractionCompletedEvent",
            "interaction.completed",
            finish_reason="requires_action",
            is_terminal=True,
            usage__input_tokens=5,
            usage__output_tokens=5,
            usage__total_tokens=10,
        ),
        done=True,
        terminator=True,
    ),
]

CASES = [*GENERATE, *INTERACTIONS]
