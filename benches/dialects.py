"""Seeded streams of every dialect, as its server sends them: mostly deltas, as nearly all events are.

Texts are those of `workloads.token`; ids, paddings and counters change where those of real servers do.
`Sent.payloads` is what a right reader finds, as `json.loads` gives it. tests/benches/test_dialects.py
compares on both backends, with the target and without.
"""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from benches import workloads
from benches.workloads import Json, compact, letters, token

Encode = Callable[[Json], bytes]


@dataclass(frozen=True)
class Sent:
    """One response body of a dialect.

    `dialect` is what `Decoder.dialect` says, `target` the name of the class or union in `sselerate`.
    `recognised`: a decoder without a target says so too.
    """

    name: str
    dialect: str | None
    target: str
    data: bytes
    payloads: tuple[Json, ...]
    recognised: bool = True

    def chunks(self, size: int = 16 * 1024) -> list[bytes]:
        return [self.data[at : at + size] for at in range(0, len(self.data), size)]


# ---- framings --------------------------------------------------------------------------------------------


def google(payload: Json) -> bytes:
    """A space after the colon, none after the comma."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ": ")).encode()


def sse(
    payloads: Iterable[Json],
    *,
    event: str | None = None,
    named: Callable[[Json], str] | None = None,
    newline: bytes = b"\n",
    encode: Encode = compact,
    end: bytes = b"",
) -> bytes:
    """Server-sent events; `event` is the key whose value is the name of the event too."""
    name = named or (None if event is None else lambda payload: payload[event])
    blocks = [
        workloads.block(encode(payload), None if name is None else name(payload), newline)
        for payload in payloads
    ]
    return b"".join(blocks) + end


def ndjson(payloads: Iterable[Json]) -> bytes:
    return b"".join(compact(payload) + b"\n" for payload in payloads)


def array(payloads: Iterable[Json]) -> bytes:
    return b"[" + b"\n,\n".join(json.dumps(payload, indent=2).encode() for payload in payloads) + b"\n]\n"


def frame(name: str, payload: bytes) -> bytes:
    """A frame of the binary event stream of AWS."""
    headers = b""
    for key, value in (
        (":event-type", name),
        (":content-type", "application/json"),
        (":message-type", "event"),
    ):
        headers += bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return body + struct.pack(">I", zlib.crc32(body))


def model_frame(source: random.Random, payload: Json) -> bytes:
    """A frame of InvokeModelWithResponseStream: JSON of the model, padded by up to 40 characters."""
    inner = base64.b64encode(compact(payload)).decode()
    return frame("chunk", compact({"bytes": inner, "p": letters(source, 1, 40)}))


DONE = workloads.done()


# ---- payloads --------------------------------------------------------------------------------------------

Random = random.Random
Made = tuple[list[Json], bytes]


def uuid(source: Random) -> str:
    digits = f"{source.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def base64_of(source: Random, size: int) -> str:
    return base64.b64encode(source.randbytes(size)).decode()


def of_workload(name: str, source: Random, events: int) -> Made:
    """A stream that `workloads` has too."""
    (stream,) = workloads.RECIPES[name].streams(events, source)
    return list(workloads.payloads(stream)), stream.data


def responses_arguments(source: Random, events: int) -> Made:
    item = "fc_" + letters(source, 48, 48)
    call: Json = {"id": item, "type": "function_call", "status": "in_progress", "arguments": ""}
    call |= {"call_id": "call_" + letters(source, 24, 24), "name": "search"}
    payloads: list[Json] = [{"type": "response.output_item.added", "output_index": 0, "item": call}]
    pieces = [source.choice(('{"', '":"', token(source), '"}')) for _ in range(events - 2)]
    for piece in pieces:
        payload = {"type": "response.function_call_arguments.delta", "delta": piece, "item_id": item}
        payloads.append(payload | {"obfuscation": letters(source, 1, 16), "output_index": 0})
    last = {"type": "response.function_call_arguments.done", "arguments": "".join(pieces), "item_id": item}
    payloads.append(last | {"output_index": 0})
    payloads = [payload | {"sequence_number": number} for number, payload in enumerate(payloads)]
    return payloads, sse(payloads, event="type")


def message_deltas(start: Json, delta: Callable[[str], Json], source: Random, events: int) -> Made:
    payloads: list[Json] = [{"type": "content_block_start", "index": 1, "content_block": start}]
    for _ in range(events - 2):
        payloads.append({"type": "content_block_delta", "index": 1, "delta": delta(token(source))})
    payloads.append({"type": "content_block_stop", "index": 1})

    def padded(payload: Json) -> bytes:
        return compact(payload)[:-1] + b" " * source.randint(0, 16) + b"}"

    return payloads, sse(payloads, event="type", encode=padded)


def cohere(source: Random, events: int) -> Made:
    message: Json = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
    payloads: list[Json] = [{"id": uuid(source), "type": "message-start", "delta": {"message": message}}]
    content: Json = {"type": "text", "text": ""}
    payloads.append({"type": "content-start", "index": 0, "delta": {"message": {"content": content}}})
    for _ in range(events - 4):
        content = {"text": token(source)}
        payloads.append({"type": "content-delta", "index": 0, "delta": {"message": {"content": content}}})
    payloads.append({"type": "content-end", "index": 0})
    usage: Json = {"tokens": {"input_tokens": 9, "output_tokens": events}}
    payloads.append({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage}})
    return payloads, sse(payloads, event="type", end=DONE)


def cohere_v1(source: Random, events: int) -> Made:
    generation = uuid(source)
    start: Json = {"is_finished": False, "event_type": "stream-start", "generation_id": generation}
    texts = [token(source) for _ in range(events - 2)]
    payloads = [start]
    payloads += [{"is_finished": False, "event_type": "text-generation", "text": text} for text in texts]
    tokens = {"input_tokens": 9, "output_tokens": events}
    response: Json = {"response_id": uuid(source), "text": "".join(texts), "generation_id": generation}
    response |= {"finish_reason": "COMPLETE", "meta": {"api_version": {"version": "1"}, "tokens": tokens}}
    end = {"is_finished": True, "event_type": "stream-end", "response": response}
    payloads.append(end | {"finish_reason": "COMPLETE"})
    return payloads, ndjson(payloads)


def text_completion(source: Random, events: int) -> Made:
    """Anthropic's completions, from before there were messages."""
    completion = "compl_" + letters(source, 24, 24)
    payloads: list[Json] = []
    for number in range(events):
        last = number == events - 1
        payload: Json = {"type": "completion", "id": completion, "completion": "" if last else token(source)}
        payload |= {"stop_reason": "stop_sequence" if last else None, "model": "claude-2.1"}
        payloads.append(payload | {"stop": "\n\nHuman:" if last else None, "log_id": completion})
    return payloads, sse(payloads, event="type", newline=b"\r\n")


def gemini(source: Random, events: int) -> list[Json]:
    response, count = letters(source, 23, 23), 0
    payloads: list[Json] = []
    for number in range(events):
        text = "".join(token(source) for _ in range(source.randint(1, 25)))
        count += len(text) // 4 + 1
        candidate: Json = {"content": {"parts": [{"text": text}], "role": "model"}}
        if number == events - 1:
            candidate["finishReason"] = "STOP"
        details = [{"modality": "TEXT", "tokenCount": 137}]
        usage = {"promptTokenCount": 137, "candidatesTokenCount": count, "totalTokenCount": 137 + count}
        payload: Json = {"candidates": [candidate | {"index": 0}]}
        payload |= {"usageMetadata": usage | {"promptTokensDetails": details}}
        payloads.append(payload | {"modelVersion": "gemini-2.5-flash", "responseId": response})
    return payloads


def gemini_sse(source: Random, events: int) -> Made:
    payloads = gemini(source, events)
    return payloads, sse(payloads, newline=b"\r\n", encode=google)


def gemini_array(source: Random, events: int) -> Made:
    payloads = gemini(source, events)
    return payloads, array(payloads)


def interactions(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events):
        delta = {"type": "text", "text": token(source)}
        payload = {"index": 0, "delta": delta, "event_type": "step.delta", "event_id": f"evt_{number}"}
        payloads.append(payload)
    return payloads, sse(payloads, event="event_type")


def mistral_conversation(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    message, agent = "msg_" + letters(source, 28, 28), "ag_" + letters(source, 28, 28)
    for _ in range(events):
        payload: Json = {"type": "message.output.delta", "created_at": "2026-03-01T10:11:12.345678Z"}
        payload |= {"output_index": 0, "id": message, "content_index": 0, "model": "mistral-medium-2505"}
        payloads.append(payload | {"agent_id": agent, "role": "assistant", "content": token(source)})
    return payloads, sse(payloads, event="type")


def ollama(chat: bool, source: Random, events: int) -> Made:
    payloads: list[Json] = []
    nanoseconds = 678_947_123
    for number in range(events):
        nanoseconds += source.randint(9_000_000, 14_000_000)
        seconds, rest = divmod(nanoseconds, 1_000_000_000)
        stamp = (
            f"2025-05-19T{9 + seconds // 3600 % 12:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:09}Z"
        )
        payload: Json = {"model": "gemma3:1b", "created_at": stamp}
        text = token(source)
        payload |= {"message": {"role": "assistant", "content": text}} if chat else {"response": text}
        payload |= {"done": number == events - 1}
        if payload["done"]:
            payload |= {"done_reason": "stop", "total_duration": 12_345_678_901, "eval_count": events}
        payloads.append(payload)
    return payloads, ndjson(payloads)


def images(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(max(3, events // 50)):
        payload: Json = {"type": "image_generation.partial_image", "b64_json": base64_of(source, 24_000)}
        payload |= {"created_at": 1_776_381_833, "size": "1024x1024", "quality": "high"}
        payload |= {"background": "opaque", "output_format": "png", "partial_image_index": number % 3}
        payloads.append(payload)
    return payloads, sse(payloads, event="type")


def speech(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for _ in range(max(10, events // 5)):
        payloads.append({"type": "speech.audio.delta", "audio": base64_of(source, source.randint(800, 1200))})
    return payloads, sse(payloads, newline=b"\r\n")


def transcription(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for _ in range(events):
        payloads.append({"type": "transcript.text.delta", "delta": token(source)})
    return payloads, sse(payloads, newline=b"\r\n")


def assistants(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    message = "msg_" + letters(source, 24, 24)
    for _ in range(events):
        part = {"index": 0, "type": "text", "text": {"value": token(source)}}
        payloads.append({"id": message, "object": "thread.message.delta", "delta": {"content": [part]}})
    end = b"event: done\n" + DONE
    return payloads, sse(payloads, named=lambda payload: "thread.message.delta", end=end)


def mcp(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events - 1):
        parameters: Json = {"progressToken": 7, "progress": number + 1, "total": events}
        parameters["message"] = "step" + token(source)
        payload: Json = {"jsonrpc": "2.0", "method": "notifications/progress", "params": parameters}
        payloads.append(payload)
    result = {"content": [{"type": "text", "text": "done"}], "isError": False}
    payloads.append({"jsonrpc": "2.0", "id": 7, "result": result})
    return payloads, sse(payloads, named=lambda payload: "message")


def agui(source: Random, events: int) -> Made:
    message = uuid(source)
    payloads: list[Json] = []
    for _ in range(events):
        payloads.append({"type": "TEXT_MESSAGE_CONTENT", "messageId": message, "delta": token(source)})
    return payloads, sse(payloads)


def vercel(source: Random, events: int) -> Made:
    payloads: list[Json] = [{"type": "start", "messageId": "msg-" + letters(source, 16, 16)}]
    payloads += [{"type": "start-step"}, {"type": "text-start", "id": "0"}]
    payloads += [{"type": "text-delta", "id": "0", "delta": token(source)} for _ in range(events - 6)]
    payloads += [{"type": "text-end", "id": "0"}, {"type": "finish-step"}, {"type": "finish"}]
    return payloads, sse(payloads, end=DONE)


def llamacpp(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events):
        payload: Json = {"index": 0, "content": token(source), "tokens": [source.randint(10, 150_000)]}
        payload |= {"stop": False, "id_slot": -1, "tokens_predicted": number + 1, "tokens_evaluated": 14}
        payloads.append(payload)
    return payloads, sse(payloads)


def tgi(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events):
        found = {"id": source.randint(10, 150_000), "text": token(source)}
        found |= {"logprob": round(-source.random() * 3, 8), "special": False}
        payload: Json = {"index": number + 1, "token": found, "generated_text": None, "details": None}
        payloads.append(payload)
    return payloads, sse(payloads).replace(b"data: ", b"data:")


def sglang(source: Random, events: int) -> Made:
    """Each event has all text and all tokens so far; an answer of ordinary length, as they grow with it."""
    events = max(10, events // 5)
    request, text = f"{source.getrandbits(128):032x}", ""
    tokens: list[int] = []
    payloads: list[Json] = []
    for number in range(events):
        text += token(source)
        tokens.append(source.randint(10, 150_000))
        finish = {"type": "stop", "matched": 128_009} if number == events - 1 else None
        info: Json = {
            "id": request,
            "finish_reason": finish,
            "prompt_tokens": 14,
            "weight_version": "default",
        }
        info |= {"completion_tokens": number + 1, "cached_tokens": 1, "e2e_latency": source.random() * 9}
        payloads.append({"text": text, "output_ids": list(tokens), "meta_info": info})
    return payloads, sse(payloads, end=DONE)


def writer(source: Random, events: int) -> Made:
    payloads: list[Json] = [{"value": token(source)} for _ in range(events)]
    return payloads, sse(payloads)


def replicate(source: Random, events: int) -> Made:
    """No JSON: the data is the text, whose line feeds are those between `data` lines. The payloads are what
    GenericEvent says they are."""
    payloads: list[Json] = []
    data = b""
    for number in range(events - 1):
        text = token(source).replace("\r\n", "\n")
        lines = "".join(f"data: {line}\n" for line in text.split("\n"))
        payloads.append({"data": text, "type": "output"})
        data += f"event: output\nid: 1690212292:{number}\n{lines}\n".encode()
    return [*payloads, {}], data + b"event: done\ndata: {}\n\n"


def watsonx(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events):
        result: Json = {"generated_text": token(source), "generated_token_count": number + 1}
        result |= {"input_token_count": 0, "stop_reason": "not_finished"}
        payload: Json = {"model_id": "ibm/granite-3-8b-instruct", "created_at": "2026-03-01T10:11:12.345Z"}
        payloads.append(payload | {"results": [result]})
    return payloads, sse(payloads, named=lambda payload: "message")


def converse(source: Random, events: int) -> list[Json]:
    alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    payloads: list[Json] = []
    for _ in range(events):
        delta = {"contentBlockIndex": 0, "delta": {"text": token(source)}}
        payloads.append({"contentBlockDelta": delta | {"p": alphabet[: source.randint(1, 62)]}})
    return payloads


def converse_frames(source: Random, events: int) -> Made:
    payloads = converse(source, events)
    frames = [frame(name, compact(inner)) for payload in payloads for name, inner in payload.items()]
    return payloads, b"".join(frames)


def converse_json(source: Random, events: int) -> Made:
    payloads = converse(source, events)
    return payloads, ndjson(payloads)


def bedrock_invoke(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    data = b""
    for _ in range(events):
        delta = {"type": "text_delta", "text": token(source)}
        payloads.append({"type": "content_block_delta", "index": 0, "delta": delta})
        data += model_frame(source, payloads[-1])
    return payloads, data


def bedrock_metrics(events: int) -> Json:
    """What Bedrock adds to the last event of a model."""
    metrics = {"inputTokenCount": 13, "outputTokenCount": events, "invocationLatency": 3511}
    return {"amazon-bedrock-invocationMetrics": metrics | {"firstByteLatency": 287}}


def titan(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events):
        last = number == events - 1
        payload: Json = {"outputText": token(source), "index": 0}
        payload["totalOutputTextTokenCount"] = events if last else None
        payload |= {"completionReason": "FINISH" if last else None, "inputTextTokenCount": 13}
        payloads.append(payload | (bedrock_metrics(events) if last else {}))
    return payloads, b"".join(model_frame(source, payload) for payload in payloads)


def llama(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(events):
        last = number == events - 1
        payload: Json = {"generation": token(source), "prompt_token_count": None if number else 13}
        payload |= {"generation_token_count": number + 1, "stop_reason": "stop" if last else None}
        payloads.append(payload | (bedrock_metrics(events) if last else {}))
    return payloads, b"".join(model_frame(source, payload) for payload in payloads)


def r9s_images(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    image = "img-" + letters(source, 24, 24)
    for number in range(max(3, events // 50)):
        data = {"index": 0, "b64_json": base64_of(source, 6_000), "progress": number / 100, "is_final": False}
        payload: Json = {"id": image, "created": 1_776_381_833, "model": "image-1"}
        payloads.append(payload | {"object": "image.generation.chunk", "data": [data]})
    return payloads, sse(payloads, end=DONE)


def r9s_image_edits(source: Random, events: int) -> Made:
    payloads: list[Json] = []
    for number in range(max(3, events // 50)):
        payload: Json = {"type": "image_edit.progress", "index": 0, "b64_json": base64_of(source, 6_000)}
        payloads.append(payload | {"progress": number / 100, "is_final": False})
    return payloads, sse(payloads, end=DONE)


THINKING: Json = {"type": "thinking", "thinking": "", "signature": ""}
TOOL: Json = {"type": "tool_use", "id": "toolu_01A09q90qw90lq917835lq9", "name": "search", "input": {}}

RECIPES: dict[str, tuple[str | None, str, Callable[[Random, int], Made]]] = {
    "completion": ("openai-completions", "CompletionStreamEvent", partial(of_workload, "completion")),
    "chat": ("openai-chat", "ChatCompletionChunk", partial(of_workload, "chat")),
    "chat, tool arguments": ("openai-chat", "ChatCompletionChunk", partial(of_workload, "chat-tools")),
    "responses, text": ("openai-responses", "ResponseStreamEvent", partial(of_workload, "responses")),
    "responses, arguments": ("openai-responses", "ResponseStreamEvent", responses_arguments),
    "images": ("openai-images", "ImageStreamEvent", images),
    "speech": ("openai-audio", "AudioStreamEvent", speech),
    "transcription": ("openai-audio", "AudioStreamEvent", transcription),
    "assistants": ("openai-assistants", "AssistantStreamEvent", assistants),
    "messages, text": ("anthropic-messages", "MessageStreamEvent", partial(of_workload, "anthropic")),
    "messages, thinking": (
        "anthropic-messages",
        "MessageStreamEvent",
        partial(message_deltas, THINKING, lambda text: {"type": "thinking_delta", "thinking": text}),
    ),
    "messages, arguments": (
        "anthropic-messages",
        "MessageStreamEvent",
        partial(message_deltas, TOOL, lambda text: {"type": "input_json_delta", "partial_json": text}),
    ),
    "anthropic completion": ("anthropic-completions", "TextCompletionEvent", text_completion),
    "gemini": ("gemini", "GenerateContentResponse", gemini_sse),
    "gemini, array": ("gemini", "GenerateContentResponse", gemini_array),
    "interactions": ("gemini-interactions", "InteractionStreamEvent", interactions),
    "mistral conversation": (
        "mistral-conversations",
        "MistralConversationStreamEvent",
        mistral_conversation,
    ),
    "cohere": ("cohere-v2", "CohereStreamEvent", cohere),
    "cohere v1": ("cohere-v1", "CohereV1StreamEvent", cohere_v1),
    "ollama chat": ("ollama", "OllamaChatResponse", partial(ollama, True)),
    "ollama generate": ("ollama", "OllamaGenerateResponse", partial(ollama, False)),
    "converse, frames": ("bedrock-converse", "ConverseStreamEvent", converse_frames),
    "converse, objects": ("bedrock-converse", "ConverseStreamEvent", converse_json),
    "bedrock invoke": ("anthropic-messages", "MessageStreamEvent", bedrock_invoke),
    "bedrock invoke, titan": ("bedrock-titan", "TitanStreamEvent", titan),
    "bedrock invoke, llama": ("bedrock-llama", "LlamaStreamEvent", llama),
    "llama.cpp": ("llama.cpp", "LlamaCppStreamEvent", llamacpp),
    "tgi": ("tgi", "TGIStreamEvent", tgi),
    "sglang": ("sglang", "SGLangStreamEvent", sglang),
    "watsonx": ("watsonx", "WatsonxStreamEvent", watsonx),
    "writer completion": ("writer-completions", "WriterCompletionEvent", writer),
    "replicate": (None, "GenericEvent", replicate),
    "mcp": ("mcp", "JSONRPCMessage", mcp),
    "ag-ui": ("ag-ui", "AGUIStreamEvent", agui),
    "vercel": ("vercel-ui", "UIMessageStreamEvent", vercel),
    "r9s images": ("r9s-images", "ImageGenerationStreamEvent", r9s_images),
    "r9s image edits": ("r9s-images", "ImageEditStreamEvent", r9s_image_edits),
}

UNRECOGNISED = ("writer completion",)
"""Streams that only a target gives a class to."""


def make(name: str, events: int = 1000, seed: int = 1) -> Sent:
    """The stream `name` with about `events` events."""
    dialect, target, streams = RECIPES[name]
    payloads, data = streams(random.Random(f"{name}/{seed}"), events)
    return Sent(name, dialect, target, data, tuple(payloads), name not in UNRECOGNISED)
