"""What a recorded stream says, found with `json.loads` alone: no class and no rule of the package has a
part in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.reading import read


@dataclass
class Said:
    """What the first choice of a stream says."""

    text: str = ""
    reasoning: str = ""
    tools: list[tuple[str, str]] = field(default_factory=list)
    """(name, arguments) of each call."""
    finish_reason: str | None = None
    usage: dict[str, Any] | None = None


def payloads(name: str, body: bytes) -> list[Any]:
    """The JSON of all events."""
    if name.endswith(".json"):
        return list(json.loads(body))
    if name.endswith(".ndjson"):
        return [json.loads(line) for line in body.splitlines() if line.strip()]
    data = [text for _, text, _, _ in read(body).events]
    return [json.loads(text) for text in data if text.strip() not in ("", "[DONE]")]


def completions(events: list[Any]) -> Said:
    said = Said()
    for event in events:
        said.usage = event.get("usage") or said.usage
        for choice in event["choices"]:
            said.text += choice["text"]
            said.finish_reason = choice["finish_reason"] or said.finish_reason
    return said


def chat(events: list[Any]) -> Said:
    said = Said()
    tools: dict[int, list[str]] = {}
    for event in events:
        said.usage = event.get("usage") or event.get("x_groq", {}).get("usage") or said.usage
        for choice in event["choices"]:
            delta = choice["delta"]
            content = delta.get("content") or ""
            for part in content if isinstance(content, list) else [{"type": "text", "text": content}]:
                if part["type"] == "text":
                    said.text += part["text"]
                else:
                    said.reasoning += "".join(inner["text"] for inner in part["thinking"])
            said.reasoning += delta.get("reasoning_content") or delta.get("reasoning") or ""
            said.finish_reason = choice.get("finish_reason") or said.finish_reason
            for call in delta.get("tool_calls") or ():
                known = tools.setdefault(call["index"], ["", ""])
                known[0] += call["function"].get("name") or ""
                known[1] += call["function"].get("arguments") or ""
    said.tools = [(name, arguments) for name, arguments in tools.values()]
    return said


def responses(events: list[Any]) -> Said:
    said = Said()
    names: dict[int, str] = {}
    texts: dict[int, str] = {}
    for event in events:
        kind = event["type"]
        if kind == "response.output_text.delta":
            said.text += event["delta"]
        elif kind in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"):
            said.reasoning += event["delta"]
        elif kind == "response.output_item.added" and event["item"]["type"] == "function_call":
            names[event["output_index"]] = event["item"]["name"]
            texts[event["output_index"]] = event["item"]["arguments"]
        elif kind == "response.function_call_arguments.delta":
            texts[event["output_index"]] += event["delta"]
        elif kind in ("response.completed", "response.incomplete", "response.failed"):
            said.finish_reason = event["response"]["status"]
            said.usage = event["response"]["usage"]
    said.tools = [(names[index], texts[index]) for index in names]
    return said


def messages(events: list[Any]) -> Said:
    said = Said()
    names: dict[int, str] = {}
    texts: dict[int, str] = {}
    for event in events:
        kind = event["type"]
        if kind == "message_start":
            said.usage = dict(event["message"]["usage"])
        elif kind == "content_block_start" and event["content_block"]["type"] == "tool_use":
            names[event["index"]] = event["content_block"]["name"]
            texts[event["index"]] = ""
        elif kind == "content_block_delta":
            delta = event["delta"]
            said.text += delta.get("text", "")
            said.reasoning += delta.get("thinking", "")
            if delta["type"] == "input_json_delta" and event["index"] in texts:
                texts[event["index"]] += delta["partial_json"]
        elif kind == "message_delta":
            said.finish_reason = event["delta"]["stop_reason"]
            assert said.usage is not None
            said.usage.update({key: value for key, value in event["usage"].items() if value is not None})
    said.tools = [(names[index], texts[index]) for index in names]
    return said


def gemini(events: list[Any]) -> Said:
    said = Said()
    for event in events:
        said.usage = event.get("usageMetadata") or said.usage
        for candidate in event.get("candidates", ()):
            said.finish_reason = candidate.get("finishReason") or said.finish_reason
            for part in candidate.get("content", {}).get("parts", ()):
                if part.get("thought"):
                    said.reasoning += part.get("text", "")
                else:
                    said.text += part.get("text", "")
                if "functionCall" in part:
                    call = part["functionCall"]
                    said.tools.append((call["name"], json.dumps(call["args"], separators=(",", ":"))))
    if isinstance(said.finish_reason, int):
        said.finish_reason = str(said.finish_reason)
    return said


def cohere(events: list[Any]) -> Said:
    said = Said()
    tools: dict[int, list[str]] = {}
    for event in events:
        kind = event["type"]
        if kind == "message-end":
            said.finish_reason = event["delta"]["finish_reason"]
            said.usage = event["delta"]["usage"]
            continue
        message = event.get("delta", {}).get("message", {})
        if kind == "content-delta":
            said.text += message["content"]["text"]
        elif kind == "tool-plan-delta":
            said.reasoning += message["tool_plan"]
        elif kind in ("tool-call-start", "tool-call-delta"):
            function = message["tool_calls"]["function"]
            known = tools.setdefault(event["index"], ["", ""])
            known[0] += function.get("name", "")
            known[1] += function.get("arguments", "")
    said.tools = [(name, arguments) for name, arguments in tools.values()]
    return said


def ollama(events: list[Any]) -> Said:
    said = Said()
    for event in events:
        message = event.get("message", {})
        said.text += message.get("content", event.get("response", ""))
        said.reasoning += message.get("thinking", event.get("thinking", ""))
        if event["done"]:
            said.finish_reason = event.get("done_reason", "stop")
            said.usage = {key: event[key] for key in ("prompt_eval_count", "eval_count") if key in event}
    return said


BY_API = {
    "completions": completions,
    "chat": chat,
    "responses": responses,
    "messages": messages,
    "generateContent": gemini,
    "cohere-v2": cohere,
    "ollama-native": ollama,
}
