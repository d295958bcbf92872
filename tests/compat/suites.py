"""The upstream suites, how each is run against our modules, and where the results are to differ."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Suite:
    """One run of upstream tests with one of our modules swapped in."""

    name: str
    """What the run is called."""
    sdist: str
    """The distribution that holds the tests."""
    swap: str
    """The pytest plugin in swaps/ that puts our module in place."""
    tests: tuple[str, ...]
    """The files and folders to run, in the distribution."""
    needs: tuple[str, ...]
    """The modules which the tests import; the run is skipped where one is missing."""
    passed: int
    """How many tests pass: those that a version of the target adds or drops show here."""
    ini: tuple[str, ...] = ()
    """Lines of pytest.ini."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables for the run."""
    differences: tuple[tuple[str, str], ...] = ()
    """(test, why it fails with our module). Without a parameter in brackets it stands for all of them."""
    left_out: tuple[tuple[str, str], ...] = ()
    """(test or file, why it cannot be run)."""
    skipped: tuple[str, ...] = ()
    """What upstream says where it skips a test itself."""


NO_ASYNCIO = ("addopts = -p no:asyncio",)
ASYNCIO = ("asyncio_mode = auto", "asyncio_default_fixture_loop_scope = session")

NO_DATA = "events without data are left out: the loop of the SDK fails on them (openai-python issue 2722)"
PRIVATE = "looks into the private buffer of the decoder in the middle of an event"
RECORDED = "its recorded answers are not in the source distribution"

OPENAI = Suite(
    name="openai, light",
    sdist="openai",
    swap="swap_openai",
    tests=(
        "tests/test_streaming.py",
        "tests/test_sse_framing.py",
        "tests/test_stream_mode.py",
        "tests/lib/chat",
        "tests/lib/test_streaming_deltas.py",
        "tests/lib/responses/test_commentary_parsing.py",
        "tests/lib/responses/test_compaction_progress.py",
        "tests/lib/responses/test_deferred_tools.py",
        "tests/lib/responses/test_error_diagnostics.py",
        "tests/lib/responses/test_lifecycle_replacements.py",
        "tests/lib/responses/test_null_content.py",
        "tests/lib/responses/test_null_output.py",
        "tests/lib/responses/test_null_output_items.py",
        "tests/lib/responses/test_parsed_output_replay_profile.py",
        "tests/lib/responses/test_refusal_normal_lifecycle.py",
        "tests/lib/responses/test_responses.py",
    ),
    needs=("openai", "httpx2", "aiohttp", "anyio", "inline_snapshot", "pytest_asyncio", "rich"),
    passed=664,
    ini=ASYNCIO,
    environment=(("SSELERATE_MODELS", "light"),),
    differences=(
        ("tests/test_streaming::test_event_missing_data", NO_DATA),
        ("tests/test_streaming::test_multiple_events", NO_DATA),
        ("tests/test_sse_framing::test_cancellation_clears_partial_event_and_closes_response", PRIVATE),
        ("tests/test_sse_framing::test_ignored_lines_are_discarded_incrementally", PRIVATE),
    ),
    left_out=tuple(
        (f"tests/lib/chat/test_completions_streaming.py::{test}", RECORDED)
        for test in (
            "test_parse_nothing",
            "test_parse_pydantic_model",
            "test_parse_pydantic_model_multiple_choices",
            "test_parse_max_tokens_reached",
            "test_parse_pydantic_model_refusal",
            "test_content_logprobs_events",
            "test_refusal_logprobs_events",
            "test_parse_pydantic_tool",
            "test_parse_multiple_pydantic_tools",
            "test_parse_strict_tools",
            "test_non_pydantic_response_format",
            "test_allows_non_strict_tools_but_no_parsing",
            "test_chat_completion_state_helper",
        )
    ),
    skipped=("requires the legacy HTTPX compatibility lane", "aiohttp uses HTTPX2"),
)

ANTHROPIC = Suite(
    name="anthropic, light",
    sdist="anthropic",
    swap="swap_anthropic",
    tests=(
        "tests/test_streaming.py",
        "tests/lib/streaming",
        "tests/lib/test_refusal_fallback_streaming.py",
    ),
    needs=("anthropic", "httpx2", "http_snapshot", "inline_snapshot", "pytest_asyncio", "respx", "rich"),
    passed=193,
    ini=(*ASYNCIO, "addopts = -p tests._alias_httpx"),
    environment=(("SSELERATE_MODELS", "light"),),
)

MCP = Suite(
    name="mcp",
    sdist="mcp",
    swap="swap_httpx2",
    tests=(
        "tests/client/test_http_unicode.py",
        "tests/client/test_streamable_http.py",
        "tests/client/test_transport_stream_cleanup.py",
        "tests/interaction/transports/test_bridge.py",
        "tests/interaction/transports/test_client_transport_http.py",
        "tests/interaction/transports/test_flows.py",
        "tests/interaction/transports/test_hosting_http.py",
        "tests/interaction/transports/test_hosting_http_modern.py",
        "tests/interaction/transports/test_hosting_resume.py",
        "tests/interaction/transports/test_hosting_session.py",
        "tests/interaction/transports/test_legacy_wire.py",
        "tests/interaction/transports/test_sse.py",
        "tests/interaction/transports/test_streamable_http.py",
        "tests/shared/test_httpx_utils.py",
        "tests/shared/test_sse.py",
        "tests/shared/test_streamable_http.py",
    ),
    needs=("mcp", "httpx2", "blockbuster", "inline_snapshot", "uvicorn"),
    passed=267,
    ini=(*NO_ASYNCIO, "markers = requirement(id): of upstream"),
)

MISTRALAI = Suite(
    name="mistralai, light",
    sdist="mistralai",
    swap="swap_mistralai",
    tests=(
        "src/mistralai/extra/tests/test_streaming.py",
        "src/mistralai/extra/tests/test_stream_error_hook.py",
    ),
    needs=("mistralai", "pytest_asyncio"),
    passed=24,
    ini=ASYNCIO,
    environment=(("SSELERATE_MODELS", "light"),),
)

SUITES = (
    Suite(
        name="httpx-sse",
        sdist="httpx-sse",
        swap="swap_httpx_sse",
        tests=("tests",),
        needs=("httpx", "pytest_asyncio", "sse_starlette", "starlette"),
        ini=("asyncio_mode = strict",),
        passed=59,
    ),
    Suite(
        name="sseclient-py",
        sdist="sseclient-py",
        swap="swap_sseclient",
        tests=("tests/test_sseclient.py",),
        needs=(),
        ini=NO_ASYNCIO,
        passed=23,
    ),
    Suite(
        name="httpx2",
        sdist="httpx2",
        swap="swap_httpx2",
        tests=("tests/httpx2/test_sse.py",),
        needs=("httpx2", "anyio", "trio"),
        ini=("addopts = -p no:asyncio --noconftest",),  # its fixtures are for other tests
        passed=49,
    ),
    MCP,
    OPENAI,
    replace(OPENAI, name="openai, sdk", environment=(("SSELERATE_MODELS", "sdk"),)),
    ANTHROPIC,
    replace(ANTHROPIC, name="anthropic, sdk", environment=(("SSELERATE_MODELS", "sdk"),)),
    MISTRALAI,
    replace(MISTRALAI, name="mistralai, sdk", environment=(("SSELERATE_MODELS", "sdk"),)),
)
