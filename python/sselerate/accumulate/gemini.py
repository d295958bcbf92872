"""Gemini: the small responses of `events.gemini` become one `GenerateContentResponse`."""

import re
from collections.abc import Hashable
from typing import Any

from ..events.answers import number, string
from ..events.declare import Event
from ..events.gemini import (
    GeminiCandidate,
    GeminiContent,
    GeminiFunctionCall,
    GeminiPart,
    GenerateContentResponse,
)
from .assembler import Assembler
from .joined import Rest, Text, changed
from .partial_json import MAX_DEPTH
from .tool_calls import Call, Calls

__all__ = ["GeminiAssembler"]

_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]{1,9})\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")
_MAX_GAPS = 1000
"""Items that the paths of streamed arguments may leave out, of all lists together: empty objects have no
path of their own. One far behind the others is a mistake."""


class _Part:
    """A part of the content, which may go on over several events."""

    def __init__(self, part: GeminiPart) -> None:
        self.part = part
        self.text = Text(part.text) if isinstance(part.text, str) else Text()
        self.streamed: _StreamedArgs | None = None
        call = part.function_call
        if isinstance(call, GeminiFunctionCall) and (call.will_continue or call.partial_args is not None):
            self.streamed = _StreamedArgs()
            self.streamed.push(call)

    def takes(self, part: GeminiPart) -> bool:
        """Whether ``part`` goes on with this one: text with text of the same sort, as long as neither is
        signed, or a call whose arguments are streamed."""
        if self.streamed is not None and self.streamed.open:
            call = part.function_call
            return isinstance(call, GeminiFunctionCall) and not call.name
        return _is_text(self.part) and _is_text(part) and bool(self.part.thought) == bool(part.thought)

    def push(self, part: GeminiPart) -> None:
        if self.streamed is not None:
            self.streamed.push(part.function_call)
        else:
            self.text.add(string(part.text))

    def result(self) -> GeminiPart:
        if self.streamed is not None:
            call: Any = self.part.function_call
            args = {**(call.args if isinstance(call.args, dict) else {}), **self.streamed.value()}
            whole = GeminiFunctionCall(name=call.name, args=args, id=call.id, extra=call.extra)
            return changed(self.part, self.part.extra, function_call=whole)
        if isinstance(self.part.text, str):
            return changed(self.part, self.part.extra, text=str(self.text))
        return self.part


def _is_text(part: GeminiPart) -> bool:
    """Whether a part is text and nothing else."""
    if not isinstance(part.text, str) or part.extra is not None:
        return False
    return all(getattr(part, name) is None for name in GeminiPart.__wire__ if name not in ("text", "thought"))


class _StreamedArgs:
    """The arguments of a call that come piece by piece, each with the JSON path that it belongs to."""

    def __init__(self) -> None:
        self.open = True
        self._texts: dict[str, Text] = {}
        self._values: dict[str, Any] = {}

    def push(self, call: Any) -> None:
        self.open = bool(call.will_continue)
        pieces = call.partial_args
        for piece in pieces if isinstance(pieces, list) else ():
            path = piece.get("jsonPath") if isinstance(piece, dict) else None
            if not isinstance(path, str):
                continue
            for key, value in piece.items():
                if key == "stringValue" and isinstance(value, str):
                    self._values.setdefault(path, None)
                    self._texts.setdefault(path, Text()).add(value)
                elif key == "nullValue":
                    self._values[path] = None
                elif key in ("numberValue", "boolValue") and isinstance(value, int | float):
                    self._values[path] = value

    def value(self) -> dict[str, Any]:
        root: dict[str, Any] = {}
        gaps = _MAX_GAPS
        for path, value in self._values.items():
            text = self._texts.get(path)
            gaps = _set(root, _steps(path), value if text is None else str(text), gaps)
        return root


def _steps(path: str) -> list[str | int]:
    """The keys and indexes that make up a path; none if it cannot be read."""
    steps: list[str | int] = []
    at = int(path.startswith("$"))
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return []
        name, index, quoted, double = found.groups("")
        steps.append(int(index) if index else name or quoted or double)
        at = found.end()
    return steps


def _set(root: dict[str, Any], steps: list[str | int], value: Any, gaps: int) -> int:
    """Puts ``value`` where ``steps`` lead, through lists with so many ``gaps`` at most, and says how many
    are left. What leads too deep or contradicts what is there already is left out."""
    if len(steps) > MAX_DEPTH:
        return gaps
    inside: Any = root
    for i, step in enumerate(steps):
        last = i + 1 == len(steps)
        fresh: Any = value if last else [] if isinstance(steps[i + 1], int) else {}
        if isinstance(step, int):
            if not isinstance(inside, list) or step > len(inside) + gaps:
                return gaps
            gaps -= max(step - len(inside), 0)
            inside.extend([None] * (step + 1 - len(inside)))
            if last or inside[step] is None:
                inside[step] = fresh
        else:
            if not isinstance(inside, dict):
                return gaps
            if last or inside.get(step) is None:
                inside[step] = fresh
        inside = inside[step]
    return gaps


class _Candidate:
    """What has come of one candidate."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.last: GeminiCandidate | None = None
        self.role: str | None = None
        self.any_content = False
        self.parts: list[Any] = []
        self.content_rest = Rest()
        self.whole: dict[str, Any] = {}
        self.citations: dict[str, dict[Hashable, Any]] = {}
        """List of ``citationMetadata`` -> frozen citation -> citation: each event has those of its own
        text."""
        self.rest = Rest()

    def push(self, candidate: GeminiCandidate) -> bool:
        placed = True
        content = candidate.content
        if isinstance(content, GeminiContent):
            self.any_content = True
            self.role = self.role or string(content.role) or None
            self.content_rest.replace(content.extra)
            for part in content.parts if isinstance(content.parts, tuple) else ():
                self._add_part(part)
            placed = content.parts is None or isinstance(content.parts, tuple)
        elif content is not None:
            placed = False
        for name in GeminiCandidate.__wire__:
            value = getattr(candidate, name)
            if value is not None and name not in ("content", "index", "citation_metadata"):
                self.whole[name] = value
        if candidate.citation_metadata is not None:
            self._add_citations(candidate.citation_metadata)
        self.rest.replace(candidate.extra)
        return placed

    def _add_part(self, part: Any) -> None:
        last = self.parts[-1] if self.parts else None
        if not isinstance(part, GeminiPart):
            self.parts.append(part)
        elif isinstance(last, _Part) and last.takes(part):
            last.push(part)
        else:
            self.parts.append(_Part(part))

    def _add_citations(self, metadata: Any) -> None:
        if not isinstance(metadata, dict):
            self.whole["citation_metadata"] = metadata
            return
        for key, value in metadata.items():
            for citation in value if isinstance(value, list) else [value]:
                self.citations.setdefault(key, {}).setdefault(_frozen(citation), citation)

    def result(self) -> GeminiCandidate:
        fields = dict(self.whole)
        if self.any_content:
            parts: Any = tuple([part.result() if isinstance(part, _Part) else part for part in self.parts])
            fields["content"] = GeminiContent(parts=parts, role=self.role, extra=self.content_rest.value())
        if self.citations:
            fields["citation_metadata"] = {
                key: list(values.values()) for key, values in self.citations.items()
            }
        return GeminiCandidate(**fields, index=self.index, extra=self.rest.value())


def _frozen(value: Any) -> Hashable:
    """What is equal for equal JSON values only, and can be a key. (Text cannot be made of every integer.)"""
    if isinstance(value, dict):
        return dict, frozenset([(key, _frozen(inner)) for key, inner in value.items()])
    if isinstance(value, list):
        return list, tuple([_frozen(inner) for inner in value])
    return type(value), value


class GeminiAssembler(Assembler):
    """Events of a Gemini stream -> `GenerateContentResponse`."""

    def __init__(self, partial_json: bool) -> None:
        super().__init__(partial_json)
        self._candidates: dict[int, _Candidate] = {}
        self._whole: dict[str, Any] = {}
        self._rest = Rest()
        self._any = False

    def push(self, event: GenerateContentResponse) -> bool:
        self._any = True
        for name in ("model_version", "response_id", "create_time"):
            if not self._whole.get(name) and getattr(event, name) is not None:
                self._whole[name] = getattr(event, name)
        if event.prompt_feedback is not None:
            self._whole["prompt_feedback"] = event.prompt_feedback
        self.meter.push(event)
        self._rest.replace(event.extra)
        candidates = event.candidates
        if not isinstance(candidates, tuple):
            return candidates is None
        placed = True
        for position, candidate in enumerate(candidates):
            if not isinstance(candidate, GeminiCandidate):
                placed = False
                continue
            index = number(candidate.index)
            index = position if index is None else index
            state = self._candidates.get(index)
            if state is None:
                state = self._candidates[index] = _Candidate(index)
            placed = state.push(candidate) and placed
        return placed

    def result(self) -> GenerateContentResponse | None:
        if not self._any:
            return None
        candidates = tuple([self._candidates[index].result() for index in sorted(self._candidates)])
        return GenerateContentResponse(
            candidates=candidates or None,
            usage_metadata=self.usage(),
            **self._whole,
            extra=self._rest.value(),
        )

    @property
    def finished(self) -> bool:
        ends = self.finish_reasons()
        return all(ends) if ends else self.finish_reason() is not None

    def _response(self) -> GenerateContentResponse:
        """The first candidate as a response of its own, which answers what is asked of events."""
        first = self._candidates[min(self._candidates)].result() if self._candidates else None
        fields: Any = {"prompt_feedback": self._whole.get("prompt_feedback")}
        return GenerateContentResponse(candidates=(first,) if first else None, **fields)

    def text(self) -> str:
        return self._response().text

    def reasoning(self) -> str:
        return self._response().reasoning

    def calls(self) -> list[Call]:
        calls = Calls(False)
        parts: list[Any] = self._response()._parts()
        for part in parts:
            if isinstance(part.function_call, GeminiFunctionCall):
                call = Call(None)
                call.id, call.input = string(part.function_call.id), part.function_call.args
                call.add_name(string(part.function_call.name))
                calls.all.append(call)
        return calls.all

    def finish_reason(self) -> str | None:
        return self._response().finish_reason

    def finish_reasons(self) -> list[str | None]:
        return [_first(state).finish_reason for state in self._candidates.values()]


def _first(state: _Candidate) -> GenerateContentResponse:
    candidate: Event = GeminiCandidate(finish_reason=state.whole.get("finish_reason"))
    return GenerateContentResponse(candidates=(candidate,))  # type: ignore[arg-type]
