"""The event classes: one file per dialect, `declare` for what they have in common, `answers` for what can be
asked of all of them.

The classes of completions and chat completions are imported with the package, those of the other dialects
when they are first named: there are many, and a program meets few of them.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .answers import StreamEvent, ToolCallDelta, Usage
from .chat import (
    ChatCompletionChunk,
    ChatCompletionChunkChoice,
    ChatCompletionDelta,
    ChatCompletionFunctionCallDelta,
    ChatCompletionLogprobs,
    ChatCompletionReasoningDetail,
    ChatCompletionTokenLogprob,
    ChatCompletionToolCallDelta,
    ChatCompletionTopLogprob,
)
from .completion import CompletionLogprobs, CompletionStreamChoice, CompletionStreamEvent
from .declare import Event, event
from .error import ErrorEvent
from .generic import GenericEvent
from .usage import CompletionTokensDetails, CompletionUsage, PromptTokensDetails

__all__ = [
    "ChatCompletionChunk",
    "ChatCompletionChunkChoice",
    "ChatCompletionDelta",
    "ChatCompletionFunctionCallDelta",
    "ChatCompletionLogprobs",
    "ChatCompletionReasoningDetail",
    "ChatCompletionTokenLogprob",
    "ChatCompletionToolCallDelta",
    "ChatCompletionTopLogprob",
    "CompletionLogprobs",
    "CompletionStreamChoice",
    "CompletionStreamEvent",
    "CompletionTokensDetails",
    "CompletionUsage",
    "ErrorEvent",
    "Event",
    "GenericEvent",
    "PromptTokensDetails",
    "StreamEvent",
    "ToolCallDelta",
    "Usage",
    "event",
]

# Type checkers read the modules; at run time the table below stands for them.
# ruff: noqa: F403
if TYPE_CHECKING:
    from . import (
        agui,
        assistants,
        audio,
        bedrock,
        cohere,
        gemini,
        images,
        interactions,
        llamacpp,
        mcp,
        messages,
        mistral,
        ollama,
        r9s,
        responses,
        sglang,
        tgi,
        vercel,
        watsonx,
        writer,
    )
    from .agui import *
    from .assistants import *
    from .audio import *
    from .bedrock import *
    from .cohere import *
    from .gemini import *
    from .images import *
    from .interactions import *
    from .llamacpp import *
    from .mcp import *
    from .messages import *
    from .mistral import *
    from .ollama import *
    from .r9s import *
    from .responses import *
    from .sglang import *
    from .tgi import *
    from .vercel import *
    from .watsonx import *
    from .writer import *

    __all__ += agui.__all__
    __all__ += assistants.__all__
    __all__ += audio.__all__
    __all__ += bedrock.__all__
    __all__ += cohere.__all__
    __all__ += gemini.__all__
    __all__ += images.__all__
    __all__ += interactions.__all__
    __all__ += llamacpp.__all__
    __all__ += mcp.__all__
    __all__ += messages.__all__
    __all__ += mistral.__all__
    __all__ += ollama.__all__
    __all__ += r9s.__all__
    __all__ += responses.__all__
    __all__ += sglang.__all__
    __all__ += tgi.__all__
    __all__ += vercel.__all__
    __all__ += watsonx.__all__
    __all__ += writer.__all__

_LAZY: dict[str, str] = {
    "agui": """
        AGUIActivityEvent AGUICustomEvent AGUIEvent AGUIMessagesSnapshotEvent AGUIRawEvent
        AGUIReasoningEvent AGUIRunErrorEvent AGUIRunFinishedEvent AGUIRunStartedEvent
        AGUIStateDeltaEvent AGUIStateSnapshotEvent AGUIStepEvent AGUIStreamEvent AGUISubagentEvent
        AGUITextMessageEvent AGUITokenUsage AGUIToolCallEvent AGUIToolCallResultEvent
        AGUIUnknownEvent
    """,
    "assistants": """
        AssistantContentDelta AssistantEvent AssistantFunctionDelta AssistantMessage
        AssistantMessageDelta AssistantMessageDeltaEvent AssistantRun AssistantRunStep
        AssistantRunStepDelta AssistantRunStepDeltaEvent AssistantStepDetailsDelta
        AssistantStreamEvent AssistantTextDelta AssistantThread AssistantToolCallDelta
        AssistantUnknownEvent
    """,
    "audio": """
        AudioInputTokenDetails AudioStreamEvent AudioUsage SpeechAudioDeltaEvent
        SpeechAudioDoneEvent TranscriptTextDeltaEvent TranscriptTextDoneEvent
        TranscriptTextSegmentEvent TranscriptTokenLogprob
    """,
    "bedrock": """
        ConverseContentBlockDelta ConverseContentBlockDeltaEvent ConverseContentBlockStart
        ConverseContentBlockStartEvent ConverseContentBlockStopEvent ConverseMessageStartEvent
        ConverseMessageStopEvent ConverseMetadataEvent ConverseReasoningContentDelta
        ConverseStreamEvent ConverseTokenUsage ConverseToolUseDelta ConverseToolUseStart
        LlamaStreamEvent TitanStreamEvent
    """,
    "cohere": """
        CohereBilledUnits CohereCitation CohereCitationEndEvent CohereCitationStartEvent
        CohereContent CohereContentDeltaEvent CohereContentEndEvent CohereContentStartEvent
        CohereDebugEvent CohereDelta CohereEndDelta CohereEvent CohereFunction CohereMessage
        CohereMessageEndEvent CohereMessageStartEvent CohereSource CohereStreamEvent CohereTokens
        CohereToolCall CohereToolCallDeltaEvent CohereToolCallEndEvent CohereToolCallStartEvent
        CohereToolPlanDeltaEvent CohereUsage CohereV1EndEvent CohereV1Event CohereV1OtherEvent
        CohereV1StreamEvent CohereV1TextEvent CohereV1ToolCallDelta CohereV1ToolCallsChunkEvent
    """,
    "gemini": """
        GeminiBlob GeminiCandidate GeminiContent GeminiFunctionCall GeminiModalityTokenCount
        GeminiPart GeminiPromptFeedback GeminiUsageMetadata GenerateContentResponse
    """,
    "images": """
        ImageCompletedEvent ImageEvent ImagePartialImageEvent ImageStreamEvent ImageTokensDetails
        ImageUsage
    """,
    "interactions": """
        Interaction InteractionCompletedEvent InteractionContent InteractionCreatedEvent
        InteractionDelta InteractionEvent InteractionStatusUpdateEvent InteractionStep
        InteractionStepDeltaEvent InteractionStepStartEvent InteractionStepStopEvent
        InteractionStreamEvent InteractionUnknownEvent InteractionUsage
    """,
    "llamacpp": "LlamaCppStreamEvent LlamaCppUsage",
    "mcp": "JSONRPCMessage",
    "messages": """
        CacheCreation Citation CitationsDelta CompactionDelta ContentBlock ContentBlockDelta
        ContentBlockDeltaEvent ContentBlockStartEvent ContentBlockStopEvent InputJSONDelta Message
        MessageDelta MessageDeltaEvent MessageEvent MessageOutputTokensDetails MessageStartEvent
        MessageStopEvent MessageStreamEvent MessageUsage OtherContentBlock OtherContentBlockDelta
        PingEvent RedactedThinkingBlock ServerToolUsage ServerToolUseBlock SignatureDelta
        TextBlock TextCompletionEvent TextDelta ThinkingBlock ThinkingDelta ToolResultBlock
        ToolUseBlock
    """,
    "mistral": """
        MistralAgentHandoffEvent MistralContentChunk MistralConversationEvent
        MistralConversationStreamEvent MistralConversationUsage MistralFunctionCallEvent
        MistralMessageOutputEvent MistralResponseDoneEvent MistralResponseErrorEvent
        MistralResponseStartedEvent MistralToolExecutionEvent
    """,
    "ollama": """
        OllamaChatResponse OllamaFunctionCall OllamaGenerateResponse OllamaMessage OllamaResponse
        OllamaToolCall OllamaUsage
    """,
    "r9s": """
        AnthropicStreamEvent ChatCompletionStreamEvent FlatResponseStreamEvent
        ImageEditStreamEvent ImageGenerationStreamData ImageGenerationStreamEvent ResponseDelta
    """,
    "responses": """
        Response ResponseAnnotation ResponseApplyPatchDiffDeltaEvent
        ResponseApplyPatchDiffDoneEvent ResponseAudioDeltaEvent ResponseAudioDoneEvent
        ResponseAudioTranscriptDeltaEvent ResponseAudioTranscriptDoneEvent
        ResponseCodeInterpreterCallCodeDeltaEvent ResponseCodeInterpreterCallCodeDoneEvent
        ResponseCompletedEvent ResponseContentPart ResponseContentPartAddedEvent
        ResponseContentPartDoneEvent ResponseCreatedEvent ResponseCustomToolCall
        ResponseCustomToolCallInputDeltaEvent ResponseCustomToolCallInputDoneEvent ResponseEvent
        ResponseFailedEvent ResponseFunctionCallArgumentsDeltaEvent
        ResponseFunctionCallArgumentsDoneEvent ResponseFunctionToolCall
        ResponseImageGenCallPartialImageEvent ResponseInProgressEvent ResponseIncompleteEvent
        ResponseInputTokensDetails ResponseItemEvent ResponseMcpCallArgumentsDeltaEvent
        ResponseMcpCallArgumentsDoneEvent ResponseOtherItem ResponseOutputItem
        ResponseOutputItemAddedEvent ResponseOutputItemDoneEvent ResponseOutputMessage
        ResponseOutputTextAnnotationAddedEvent ResponseOutputTokensDetails ResponseQueuedEvent
        ResponseReasoningItem ResponseReasoningPartAddedEvent ResponseReasoningPartDoneEvent
        ResponseReasoningSummaryPartAddedEvent ResponseReasoningSummaryPartDoneEvent
        ResponseReasoningSummaryTextDeltaEvent ResponseReasoningSummaryTextDoneEvent
        ResponseReasoningTextDeltaEvent ResponseReasoningTextDoneEvent ResponseRefusalDeltaEvent
        ResponseRefusalDoneEvent ResponseShellCallCommandAddedEvent
        ResponseShellCallCommandDeltaEvent ResponseShellCallCommandDoneEvent
        ResponseShellCallOutputContentDeltaEvent ResponseShellCallOutputContentDoneEvent
        ResponseShellOutputDelta ResponseStatusEvent ResponseStreamEvent ResponseTextDeltaEvent
        ResponseTextDoneEvent ResponseTokenLogprob ResponseToolStatusEvent ResponseTopLogprob
        ResponseUnknownEvent ResponseUsage
    """,
    "sglang": "SGLangMetaInfo SGLangStreamEvent",
    "tgi": "TGIDetails TGIStreamEvent TGIToken",
    "vercel": """
        UIMessageDataEvent UIMessageEvent UIMessageFileEvent UIMessageFinishEvent
        UIMessageMetadataEvent UIMessageReasoningEvent UIMessageSourceEvent UIMessageStartEvent
        UIMessageStepEvent UIMessageStreamEvent UIMessageTextEvent UIMessageToolApprovalEvent
        UIMessageToolInputDeltaEvent UIMessageToolInputEvent UIMessageToolOutputEvent
    """,
    "watsonx": "WatsonxResult WatsonxStreamEvent",
    "writer": "WriterCompletionEvent",
}
"""Module -> the names in it, those of its ``__all__``."""

_MODULE_OF = {name: module for module, names in _LAZY.items() for name in names.split()}

if not TYPE_CHECKING:
    __all__ += _MODULE_OF


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})
