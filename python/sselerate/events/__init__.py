"""The event classes: one file per dialect, `base` and `declare` for what they have in common, `answers` for
what can be asked of all of them.

A class is imported when it is first named: there are many, and a program meets few of them.
"""

import importlib
from typing import TYPE_CHECKING

from .declare import Event as Event
from .declare import event as event

# Type checkers read the modules; at run time the table below stands for them.
if TYPE_CHECKING:
    from .agui import *  # noqa: F403
    from .answers import *  # noqa: F403
    from .assistants import *  # noqa: F403
    from .audio import *  # noqa: F403
    from .bedrock import *  # noqa: F403
    from .chat import *  # noqa: F403
    from .cohere import *  # noqa: F403
    from .completion import *  # noqa: F403
    from .error import *  # noqa: F403
    from .gemini import *  # noqa: F403
    from .generic import *  # noqa: F403
    from .images import *  # noqa: F403
    from .interactions import *  # noqa: F403
    from .llamacpp import *  # noqa: F403
    from .mcp import *  # noqa: F403
    from .messages import *  # noqa: F403
    from .mistral import *  # noqa: F403
    from .ollama import *  # noqa: F403
    from .r9s import *  # noqa: F403
    from .responses import *  # noqa: F403
    from .sglang import *  # noqa: F403
    from .tgi import *  # noqa: F403
    from .usage import *  # noqa: F403
    from .vercel import *  # noqa: F403
    from .watsonx import *  # noqa: F403
    from .writer import *  # noqa: F403

_LAZY: dict[str, str] = {
    "agui": """
        AGUIActivityEvent AGUICustomEvent AGUIEvent AGUIMessagesSnapshotEvent AGUIRawEvent
        AGUIReasoningEvent AGUIRunErrorEvent AGUIRunFinishedEvent AGUIRunStartedEvent
        AGUIStateDeltaEvent AGUIStateSnapshotEvent AGUIStepEvent AGUIStreamEvent AGUISubagentEvent
        AGUITextMessageEvent AGUITokenUsage AGUIToolCallEvent AGUIToolCallResultEvent
        AGUIUnknownEvent
    """,
    "answers": "StreamEvent ToolCallDelta Usage",
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
        LlamaStreamEvent LlamaUsage TitanStreamEvent TitanUsage
    """,
    "chat": """
        ChatCompletionChunk ChatCompletionChunkChoice ChatCompletionDelta
        ChatCompletionFunctionCallDelta ChatCompletionLogprobs ChatCompletionReasoningDetail
        ChatCompletionTokenLogprob ChatCompletionToolCallDelta ChatCompletionTopLogprob
    """,
    "cohere": """
        CohereBilledUnits CohereCitation CohereCitationEndEvent CohereCitationStartEvent
        CohereContent CohereContentDeltaEvent CohereContentEndEvent CohereContentStartEvent
        CohereDebugEvent CohereDelta CohereEndDelta CohereEvent CohereFunction CohereMessage
        CohereMessageEndEvent CohereMessageStartEvent CohereSource CohereStreamEvent CohereTokens
        CohereToolCall CohereToolCallDeltaEvent CohereToolCallEndEvent CohereToolCallStartEvent
        CohereToolPlanDeltaEvent CohereUsage CohereV1EndEvent CohereV1Event CohereV1OtherEvent
        CohereV1Response CohereV1StreamEvent CohereV1TextEvent CohereV1ToolCallDelta
        CohereV1ToolCallsChunkEvent
    """,
    "completion": "CompletionLogprobs CompletionStreamChoice CompletionStreamEvent",
    "error": "ErrorEvent",
    "gemini": """
        GeminiBlob GeminiCandidate GeminiContent GeminiFunctionCall GeminiModalityTokenCount
        GeminiPart GeminiPromptFeedback GeminiUsageMetadata GenerateContentResponse
    """,
    "generic": "GenericEvent",
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
        MistralResponseStartedEvent MistralThinkingPart MistralToolExecutionEvent
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
    "usage": "CompletionTokensDetails CompletionUsage PromptTokensDetails",
    "vercel": """
        UIMessageAbortEvent UIMessageDataEvent UIMessageEvent UIMessageFileEvent UIMessageFinishEvent
        UIMessageMetadataEvent UIMessageReasoningEvent UIMessageSourceEvent UIMessageStartEvent
        UIMessageStepEvent UIMessageStreamEvent UIMessageTextEvent UIMessageToolApprovalEvent
        UIMessageToolInputDeltaEvent UIMessageToolInputEvent UIMessageToolOutputEvent
    """,
    "watsonx": "WatsonxResult WatsonxStreamEvent WatsonxUsage",
    "writer": "WriterCompletionEvent",
}
"""Module -> the names in it, those of its ``__all__``."""

if not TYPE_CHECKING:  # which would take every name for one that exists
    _MODULE_OF = {name: module for module, names in _LAZY.items() for name in names.split()}

    __all__ = ["Event", "event", *_MODULE_OF]

    def __getattr__(name: str) -> object:
        module = _MODULE_OF.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULE_OF})
