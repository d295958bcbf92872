"""What nobody should send: broken and oversized input, and JSON at the edges of what json.loads accepts."""

from __future__ import annotations

from typing import Any

from tests.corpus.case import (
    Case,
    bad_json,
    failure,
    got,
    parsed,
    run,
    seen,
    server_error,
    sse,
    too_large,
    truncated,
)

JSON_RULE = "the JSON dialect is that of json.loads: "
END = "unexpected end of data"
VALUE = "expected a value"
KEY = "expected a string key"
COLON = "expected ':'"
OBJECT_COMMA = "expected ',' or '}'"
ARRAY_COMMA = "expected ',' or ']'"
CONTROL = "control character in string"
ESCAPE = "invalid escape"
UNICODE = "invalid \\u escape"
TRAILING = "trailing data after the value"
DEEP = "nested deeper than 128"


def bad_payloads(name: str, source: str, *rows: tuple[bytes, int, str]) -> Case:
    """One event per row (payload in UTF-8, position of the error, cause), and after them all a good one."""
    body = b""
    events, outcomes = [], []
    for index, (payload, position, cause) in enumerate(rows):
        outcomes.append(bad_json(position, cause, index, len(body)))
        events.append(sse(payload.decode("utf-8")))
        body += b"data: " + payload + b"\n\n"
    body += b'data: {"good":1}\n\n'
    events.append(sse('{"good":1}'))
    outcomes.append(got({"good": 1}))
    # What is wrong is found before anything is built, so neither the target nor strict mode matters.
    runs = [
        run("auto", *outcomes, event_index=len(rows) + 1),
        run("completion", *outcomes),
        run("auto", *outcomes, options={"strict": True}),
    ]
    return Case(name, source, body, parsed(*events), runs)


def values(name: str, source: str, *rows: tuple[str, Any]) -> Case:
    """One event per row (payload, value as Python or, as bytes, JSON text), wrapped as {"v": payload}."""
    body, events, outcomes = b"", [], []
    for payload, value in rows:
        text = f'{{"v":{payload}}}'
        events.append(sse(text))
        outcomes.append(got(f'{{"v":{value.decode()}}}') if isinstance(value, bytes) else got({"v": value}))
        body += b"data: " + text.encode() + b"\n\n"
    return Case(
        name,
        source,
        body,
        parsed(*events),
        [run("auto", *outcomes), run("chat", *outcomes, options={"strict": False})],
    )


SYNTAX = [
    bad_payloads(
        "json-ends-early",
        JSON_RULE + "the end inside any value is an unexpected end, at the end",
        (b"{", 1, END),
        (b"{ ", 2, END),
        (b"[", 1, END),
        (b"[ \t", 3, END),
        (b'"', 1, END),
        (b'{"a', 3, END),
        (b'{"a"', 4, END),
        (b'{"a" ', 5, END),
        (b'{"a":', 5, END),
        (b'{"a":1', 6, END),
        (b'{"a":1 ', 7, END),
        (b'{"a":1,', 7, END),
        (b'{"a":1, ', 8, END),
        (b'{"a":{"b":[', 11, END),
        (b'{"a":"b', 7, END),
        (b"[1", 2, END),
        (b"[1,", 3, END),
        (b"[[]", 3, END),
        (b'["a', 3, END),
        (b"t", 1, END),
        (b"tru", 3, END),
        (b"fals", 4, END),
        (b"nul", 3, END),
        (b"[nul", 4, END),
        (b"N", 1, END),
        (b"Na", 2, END),
        (b"Infinit", 7, END),
        (b"-Infinit", 8, END),
        (b"-", 1, END),
        (b"[-", 2, END),
        (b'{"a":-', 6, END),
        (b'"abc', 4, END),
        (b'"a\\', 3, END),
        (b'"a\\u', 4, END),
        (b'"a\\u1', 5, END),
        (b'"a\\u12', 6, END),
        (b'"a\\u12f', 7, END),
        (b'"a\\u12fF', 8, END),
        (b'"\\ud83d\\', 8, END),
        (b'"\\ud83d\\u', 9, END),
        (b'"\\ud83d\\ude0', 12, END),
        (b'"\xc3\xa9', 3, END),
        (b'"\xf0\x9f\x98\x80', 5, END),
    ),
    bad_payloads(
        "json-structure",
        JSON_RULE + "punctuation out of place",
        (b"{a:1}", 1, KEY),
        (b"{1:1}", 1, KEY),
        (b"{,}", 1, KEY),
        (b"{]", 1, KEY),
        (b"{:1}", 1, KEY),
        (b"{null:1}", 1, KEY),
        (b"{'a':1}", 1, KEY),
        (b'{"a":1,}', 7, KEY),
        (b'{"a":1, }', 8, KEY),
        (b'{"a":1,,"b":2}', 7, KEY),
        (b'{"a":1,b:2}', 7, KEY),
        (b'{"a" 1}', 5, COLON),
        (b'{"a"1}', 4, COLON),
        (b'{"a",1}', 4, COLON),
        (b'{"a"}', 4, COLON),
        (b'{"a"=1}', 4, COLON),
        (b'{"a":1 "b":2}', 7, OBJECT_COMMA),
        (b'{"a":1]', 6, OBJECT_COMMA),
        (b'{"a":1;"b":2}', 6, OBJECT_COMMA),
        (b'{"a":1:2}', 6, OBJECT_COMMA),
        (b'{"a":"b"c"}', 8, OBJECT_COMMA),
        (b'{"a":tru}', 5, VALUE),
        (b'{"a":}', 5, VALUE),
        (b'{"a":,}', 5, VALUE),
        (b'{"a"::1}', 5, VALUE),
        (b"[,1]", 1, VALUE),
        (b"[1,]", 3, VALUE),
        (b"[1,,2]", 3, VALUE),
        (b"[}", 1, VALUE),
        (b"[1 2]", 3, ARRAY_COMMA),
        (b"[1}", 2, ARRAY_COMMA),
        (b"[1:2]", 2, ARRAY_COMMA),
        (b'["a" "b"]', 5, ARRAY_COMMA),
        (b'[{"a":1}{"b":2}]', 8, ARRAY_COMMA),
        (b"]", 0, VALUE),
        (b"}", 0, VALUE),
        (b",", 0, VALUE),
        (b":", 0, VALUE),
        (b" ]", 1, VALUE),
        (b"[]]", 2, TRAILING),
        (b"{}}", 2, TRAILING),
        (b"{} {}", 3, TRAILING),
        (b"{}{}", 2, TRAILING),
        (b"{},", 2, TRAILING),
        (b"{}x", 2, TRAILING),
        (b'{"a":1} // no', 8, TRAILING),
        (b"1 2", 2, TRAILING),
        (b'"a""b"', 3, TRAILING),
        (b'"a"b', 3, TRAILING),
        (b"// no\t{}", 0, VALUE),
        (b"/* no */{}", 0, VALUE),
        (b"#{}", 0, VALUE),
        (b"<html></html>", 0, VALUE),
    ),
    bad_payloads(
        "json-literals",
        JSON_RULE + "only null, true, false, NaN, Infinity and -Infinity, spelled so",
        (b"True", 0, VALUE),
        (b"None", 0, VALUE),
        (b"nan", 0, VALUE),
        (b"NAN", 0, VALUE),
        (b"inf", 0, VALUE),
        (b"Infinite", 0, VALUE),
        (b"undefined", 0, VALUE),
        (b"nil", 0, VALUE),
        (b"nulx", 0, VALUE),
        (b"trux", 0, VALUE),
        (b"truE", 0, VALUE),
        (b"tRue", 0, VALUE),
        (b"[tru]", 1, VALUE),
        (b"[fals ]", 1, VALUE),
        (b"-Infx", 0, VALUE),
        (b"-NaN", 0, VALUE),
        (b"-true", 0, VALUE),
        (b"--1", 0, VALUE),
        (b"- 1", 0, VALUE),
        (b"[-]", 1, VALUE),
        (b'{"a":-}', 5, VALUE),
        (b"+Infinity", 0, VALUE),
        (b"truetrue", 4, TRAILING),
        (b"true1", 4, TRAILING),
        (b"nullx", 4, TRAILING),
        (b"NaNa", 3, TRAILING),
        (b"Infinityx", 8, TRAILING),
        (b"-Infinityx", 9, TRAILING),
        (b"'a'", 0, VALUE),
        (b"`a`", 0, VALUE),
    ),
    bad_payloads(
        "json-numbers-bad",
        JSON_RULE + "a number ends where its grammar ends, and what follows is out of place",
        (b"+1", 0, VALUE),
        (b".5", 0, VALUE),
        (b"-.5", 0, VALUE),
        (b"-a", 0, VALUE),
        (b"01", 1, TRAILING),
        (b"-01", 2, TRAILING),
        (b"00", 1, TRAILING),
        (b"0x10", 1, TRAILING),
        (b"1_000", 1, TRAILING),
        (b"1,5", 1, TRAILING),
        (b"1.", 1, TRAILING),
        (b"1.e5", 1, TRAILING),
        (b"1.x", 1, TRAILING),
        (b"1e", 1, TRAILING),
        (b"1e+", 1, TRAILING),
        (b"1e-", 1, TRAILING),
        (b"1E+x", 1, TRAILING),
        (b"1.5e", 3, TRAILING),
        (b"1.5.5", 3, TRAILING),
        (b"1e5.5", 3, TRAILING),
        (b"1e5e5", 3, TRAILING),
        (b"1-2", 1, TRAILING),
        (b"1n", 1, TRAILING),
        (b"1f", 1, TRAILING),
        (b"[1.]", 2, ARRAY_COMMA),
        (b"[1e]", 2, ARRAY_COMMA),
        (b"[01]", 2, ARRAY_COMMA),
        (b'{"a":1.}', 6, OBJECT_COMMA),
        (b'{"a":1e+}', 6, OBJECT_COMMA),
        (b'{"a":-0.}', 7, OBJECT_COMMA),
        # Digits of other scripts are not digits.
        (b"\xef\xbc\x91", 0, VALUE),
        (b"1\xd9\xa2", 1, TRAILING),
        (b"1.\xef\xbc\x95", 1, TRAILING),
        (b"1.5\xef\xbc\x95", 3, TRAILING),
        (b"1e\xd9\xa2", 1, TRAILING),
    ),
    bad_payloads(
        "json-strings-bad",
        JSON_RULE + "raw control characters and odd escapes are errors, at the character or the backslash",
        (b'"a\tb"', 2, CONTROL),
        (b'"\x00"', 1, CONTROL),
        (b'"\x01"', 1, CONTROL),
        (b'"\x1f"', 1, CONTROL),
        (b'"\x0b"', 1, CONTROL),
        (b'"\xc3\xa9\x1b"', 3, CONTROL),
        (b'{"a\t":1}', 3, CONTROL),
        (b'["abcdefghijklmnopqrstuvwxyz0123456789\x02"]', 38, CONTROL),
        (b'"\\\t"', 1, ESCAPE),
        (b'"\\x41"', 1, ESCAPE),
        (b'"\\a"', 1, ESCAPE),
        (b'"\\0"', 1, ESCAPE),
        (b'"\\\'"', 1, ESCAPE),
        (b'"\\U0041"', 1, ESCAPE),
        (b'"\\ "', 1, ESCAPE),
        (b'"\\\xc3\xa9"', 1, ESCAPE),
        (b'"ab\\N"', 3, ESCAPE),
        (b'{"\\q":1}', 2, ESCAPE),
        (b'"\\u"', 1, UNICODE),
        (b'"\\u12"', 1, UNICODE),
        (b'"\\u12G4"', 1, UNICODE),
        (b'"\\uG123"', 1, UNICODE),
        (b'"\\u123G"', 1, UNICODE),
        (b'"\\u+123"', 1, UNICODE),
        (b'"\\u-123"', 1, UNICODE),
        (b'"\\u 123"', 1, UNICODE),
        (b'"\\u1_23"', 1, UNICODE),
        (b'"\\u0x1"', 1, UNICODE),
        (b'"\\u\\u0041"', 1, UNICODE),
        (b'"\\u00\xd9\xa21"', 1, UNICODE),
        (b'"\\ud83d\\uZZZZ"', 7, UNICODE),
        (b'"\\ud83d\\x"', 7, ESCAPE),
        (b'"\\ud83d\t"', 7, CONTROL),
        (b'"\xf0\x9f\x98\x80\\q"', 5, ESCAPE),
    ),
    bad_payloads(
        "json-blanks-bad",
        JSON_RULE + "only space, tab, LF and CR are white space; a BOM, NUL, U+00A0 are not",
        (b"\xef\xbb\xbf{}", 0, VALUE),
        (b"{}\xef\xbb\xbf", 2, TRAILING),
        (b"\xc2\xa0{}", 0, VALUE),
        (b"\xe2\x80\xa8{}", 0, VALUE),
        (b"\x0b{}", 0, VALUE),
        (b"\x0c{}", 0, VALUE),
        (b"\x00", 0, VALUE),
        (b"\x00{}", 0, VALUE),
        (b"{}\x00", 2, TRAILING),
        (b"{}\x0c", 2, TRAILING),
        (b"{\xc2\xa0}", 1, KEY),
        (b'{"a":\xe2\x80\xa81}', 5, VALUE),
        (b'{"a"\x00:1}', 4, COLON),
        (b"[1\xc2\x85]", 2, ARRAY_COMMA),
        (b"\x1c{}", 0, VALUE),
        (b"\xe3\x80\x80", 0, VALUE),
    ),
    Case(
        "json-errors-over-lines",
        JSON_RULE
        + "a line feed joins data lines: white space between tokens, a control character in a string",
        b'data: {"a":"b\ndata: c"}\n\ndata: {"a":\ndata\ndata:}\n\ndata: {"a":1}\ndata: x\n\n',
        parsed(sse('{"a":"b\nc"}'), sse('{"a":\n\n}'), sse('{"a":1}\nx')),
        [
            run(
                "auto",
                bad_json(7, CONTROL, 0, 0),
                bad_json(7, VALUE, 1, 25),
                bad_json(8, TRAILING, 2, 50),
            )
        ],
    ),
    Case(
        "json-positions-after-replacement",
        "positions count the payload after bad bytes became U+FFFD (three bytes each)",
        b'data: {"a":"\xff"\n\ndata: \xff{}\n\ndata: {}\xe2\x82\n\ndata: {"\xf0\x9f\x98":x}\n\ndata: {"a\xc0\xaf" 1}\n\n',
        parsed(
            sse('{"a":"\ufffd"'),
            sse("\ufffd{}"),
            sse("{}\ufffd"),
            sse('{"\ufffd":x}'),
            sse('{"a\ufffd\ufffd" 1}'),
        ),
        [
            run(
                "auto",
                bad_json(10, END, 0, 0),
                bad_json(0, VALUE, 1, 16),
                bad_json(2, TRAILING, 2, 27),
                bad_json(7, VALUE, 3, 39),
                bad_json(11, COLON, 4, 56),
            )
        ],
    ),
    Case(
        "json-error-payload-is-cut",
        "DecodeError.data is the payload, cut to 200 characters; the position is not cut",
        b"data: [" + b"1," * 150 + b"]\n\n",
        parsed(sse("[" + "1," * 150 + "]")),
        [
            run(
                "auto",
                failure(
                    "DecodeError",
                    0,
                    0,
                    "invalid JSON at byte 301 of event 0 (stream offset 0): expected a value",
                    data="[" + "1," * 99 + "1\u2026",
                ),
            )
        ],
    ),
]

VALUES = [
    values(
        "json-numbers",
        JSON_RULE + "floats are correctly rounded, too large ones are infinite, integers exact",
        ("0", 0),
        ("-0", 0),
        ("-0.0", b"-0.0"),
        ("0.0", b"0.0"),
        ("0e0", b"0.0"),
        ("1E5", b"100000.0"),
        ("1e+5", b"100000.0"),
        ("1.0", b"1.0"),
        ("-1e-5", b"-1e-05"),
        ("0.1", b"0.1"),
        ("0.30000000000000004", b"0.30000000000000004"),
        ("1e22", b"1e22"),
        ("1e23", b"1e23"),
        ("9007199254740993.0", b"9007199254740992.0"),
        ("9007199254740993", 9007199254740993),
        ("-9223372036854775808", -9223372036854775808),
        ("9223372036854775808", 9223372036854775808),
        ("18446744073709551616", 18446744073709551616),
        ("100000000000000000000000000000000000001", 100000000000000000000000000000000000001),
        ("1.7976931348623157e308", b"1.7976931348623157e308"),
        ("1.7976931348623159e308", b"Infinity"),
        ("1e999", b"Infinity"),
        ("-1e999", b"-Infinity"),
        ("1e99999999999999999999", b"Infinity"),
        ("0e99999999999999999999", b"0.0"),
        ("1e-99999999999999999999", b"0.0"),
        ("-1e-999", b"-0.0"),
        ("5e-324", b"5e-324"),
        ("2e-324", b"0.0"),
        ("2.2250738585072011e-308", b"2.225073858507201e-308"),
        ("2.2250738585072012e-308", b"2.2250738585072014e-308"),
        ("0.000000000000000000000000000000000000000000000000000000000000000000000000000001", b"1e-78"),
        ("123456789012345678901234567890.5", b"1.2345678901234568e+29"),
        ("1.00000000000000011102230246251565404236316680908203125", b"1.0"),
        ("1.00000000000000011102230246251565404236316680908203126", b"1.0000000000000002"),
        ("NaN", b"NaN"),
        ("[NaN,Infinity,-Infinity]", b"[NaN,Infinity,-Infinity]"),
    ),
    values(
        "json-values",
        JSON_RULE + "odd but good",
        ('""', ""),
        ("[]", []),
        ("{}", {}),
        (" [ ] ", []),
        ("\t{ \t}\t", {}),
        ("[null,true,false,[],{}]", [None, True, False, [], {}]),
        ('{"":{"":""}}', {"": {"": ""}}),
        ('{"a":1,"a":{"b":2,"b":3},"c":4,"a":[5]}', {"a": [5], "c": 4}),
        ('{"b":1,"a":2,"b":3}', {"b": 3, "a": 2}),
        ('"\\/\\u002F\\u0000\\u007f"', "//\x00\x7f"),
        ('"\\ud800"', b'"\\ud800"'),
        ('"\\udc00\\ud800"', b'"\\udc00\\ud800"'),
        ('"\\ud800\\ud800\\udc00"', b'"\\ud800\\ud800\\udc00"'),
        ('"\\ud800\\n"', b'"\\ud800\\n"'),
        ('{"\\ud800":1,"\\ud800":2}', b'{"\\ud800":2}'),
        ('"\x7f\x80\ufeff\uffff\U0010ffff"', "\x7f\x80\ufeff\uffff\U0010ffff"),
        ('"' + "a" * 63 + "\u00e9" + "b" * 64 + '\\n"', "a" * 63 + "\u00e9" + "b" * 64 + "\n"),
        ('"data: x"', "data: x"),
    ),
    Case(
        "json-awkward-keys",
        "keys that could collide with the event object are kept as data",
        b'data: {"extra":{"extra":1},"_absent":2,"__class__":"x","__dict__":{},"to_dict":3,"choices":[],"":4,'
        b'"__schema__":null}\n\n',
        parsed(
            sse(
                '{"extra":{"extra":1},"_absent":2,"__class__":"x","__dict__":{},"to_dict":3,"choices":[],"":4,'
                '"__schema__":null}'
            )
        ),
        [
            run(
                "chat",
                got(
                    {
                        "choices": [],
                        "extra": {"extra": 1},
                        "_absent": 2,
                        "__class__": "x",
                        "__dict__": {},
                        "to_dict": 3,
                        "": 4,
                        "__schema__": None,
                    },
                    "ChatCompletionChunk",
                    extra={
                        "extra": {"extra": 1},
                        "_absent": 2,
                        "__class__": "x",
                        "__dict__": {},
                        "to_dict": 3,
                        "": 4,
                        "__schema__": None,
                    },
                ),
            )
        ],
    ),
]

NESTING = [
    Case(
        "nesting-at-the-limit",
        "128 arrays or objects inside each other are fine",
        b"data: "
        + b"[" * 128
        + b"]" * 128
        + b'\n\ndata: {"a":'
        + b"[" * 127
        + b"]" * 127
        + b"}\n\ndata: "
        + b'{"a":' * 128
        + b"1"
        + b"}" * 128
        + b"\n\ndata: ["
        + b"[]," * 300
        + b"[]]\n\n",
        parsed(
            sse("[" * 128 + "]" * 128),
            sse('{"a":' + "[" * 127 + "]" * 127 + "}"),
            sse('{"a":' * 128 + "1" + "}" * 128),
            sse("[" + "[]," * 300 + "[]]"),
        ),
        [run("auto", *[seen("GenericEvent", type=None)] * 4)],
    ),
    bad_payloads(
        "nesting-too-deep",
        "the 129th is an error at its bracket, closed or not, also where no field would keep it",
        (b"[" * 129 + b"]" * 129, 128, DEEP),
        (b"[" * 129, 128, DEEP),
        (b"[" * 4000, 128, DEEP),
        (b'{"a":' * 129 + b"1" + b"}" * 129, 640, DEEP),
        (b'{"a":' * 4000, 640, DEEP),
        (b'{"id":"a","junk":' + b"[" * 128 + b"]" * 128 + b"}", 144, DEEP),
        (b'{"choices":[{"text":' + b'{"a":' * 126 + b"0" + b"}" * 126 + b"}]}", 645, DEEP),
        (b"[" * 128 + b'{"a":1}' + b"]" * 128, 128, DEEP),
        (b"[" * 128 + b"1," + b"[]" + b"]" * 128, 130, DEEP),
        # Errors come in the order of the text.
        (b"[" * 128 + b"x" + b"[" * 9, 128, VALUE),
        (b"[" * 128, 128, END),
        (b"[" * 100 + b"}" + b"[" * 100, 100, VALUE),
    ),
    Case(
        "nesting-in-a-bare-value",
        "the same limit for JSON that is no event, and brackets in strings are no nesting",
        b"[" * 129 + b"]" * 129 + b'\n\n{"a":"' + b"[" * 500 + b'"}\n\n',
        parsed(unknown_fields=2),
        [run("auto", bad_json(128, DEEP, 0, 0), got({"a": "[" * 500}))],
    ),
]

BYTES = [
    Case(
        "zeros",
        "NUL bytes everywhere",
        b"\x00\n\x00\x00: a\nda\x00ta: b\ndata\x00: c\n\x00data: d\ndata:\x00\ndata: \x00e\n\n\x00",
        parsed(sse("\x00\n\x00e"), unknown_fields=5, pending=1),
        [run("auto", bad_json(0, VALUE, 0, 0))],
    ),
    Case(
        "all-bytes",
        "every byte but LF and CR as data",
        b"data:" + bytes(byte for byte in range(256) if byte not in (10, 13)) + b"\n\n",
        parsed(sse("".join(chr(c) for c in range(128) if c not in (10, 13)) + "\ufffd" * 128)),
        [run("auto", bad_json(0, VALUE, 0, 0))],
    ),
    Case(
        "not-an-event-stream",
        "an HTML page of a proxy",
        b"<html>\r\n<head><title>502</title></head>\r\n\r\n<body>Bad: gateway</body>\r\n</html>\r\n",
        parsed(unknown_fields=4, pending=36),
        [run("auto", done=False, event_index=0)],
    ),
    Case(
        "gzip-by-mistake",
        "compressed bytes nobody decompressed",
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03KI,I\xb4RHT\xe0\xe2\x02\x00\x8d\xba\x0c\xb9\x08\x00\x00\x00",
        parsed(pending=30),
        [run("auto")],
    ),
    Case(
        "http-chunk-sizes",
        "chunked transfer coding nobody removed: sizes are unknown fields",
        b'c\r\ndata: {"a":\r\n6\r\n1}\r\n\r\n\r\n0\r\n\r\n',
        parsed(sse('{"a":'), unknown_fields=4),
        [run("auto", bad_json(5, END, 0, 0))],
    ),
    Case(
        "many-empty-blocks",
        "ten thousand blank lines, then an event",
        b"\n" * 10000 + b"data: x\n\n",
        parsed(sse("x")),
        [run("auto", bad_json(0, VALUE, 0, 10000))],
    ),
    Case(
        "many-data-lines",
        "one event of two thousand empty data lines",
        b"data\n" * 2000 + b"\ndata:x\n\n",
        parsed(sse("\n" * 1999), sse("x")),
        [run("auto", bad_json(0, VALUE, 1, 10001), event_index=2)],
    ),
    Case(
        "done-lookalikes-of-bytes",
        "[DONE] with bad bytes, with a BOM, with NUL: not the terminator",
        b"data: [DONE]\xff\n\ndata: \xef\xbb\xbf[DONE]\n\ndata: [DONE]\x00\n\n",
        parsed(sse("[DONE]\ufffd"), sse("\ufeff[DONE]"), sse("[DONE]\x00")),
        [
            run(
                "auto",
                bad_json(1, VALUE, 0, 0),
                bad_json(0, VALUE, 1, 15),
                bad_json(1, VALUE, 2, 32),
            )
        ],
    ),
]

LIMITS = [
    Case(
        "limit-typed",
        "a typed decoder: the event that is too large is lost, the others are not",
        b'data: {"a":1}\n\ndata: {"a":"0123456789"}\n\ndata: {"a":2}\n\n',
        parsed(sse('{"a":1}'), too_large(20, 1, 15), sse('{"a":2}'), options={"max_event_bytes": 20}),
        [
            run(
                "auto",
                got({"a": 1}),
                too_large(20, 1, 15),
                got({"a": 2}),
                options={"max_event_bytes": 20},
                event_index=2,
            ),
            run(
                "auto",
                got({"a": 1}),
                seen(
                    "ErrorEvent",
                    kind="too_large",
                    offset=15,
                    event_index=1,
                    message="event 1 at stream offset 15 is larger than max_event_bytes=20",
                ),
                got({"a": 2}),
                options={"max_event_bytes": 20, "on_error": "yield"},
            ),
            run(
                "auto",
                got({"a": 1}),
                got({"a": 2}),
                options={"max_event_bytes": 20, "on_error": "skip"},
                error_count=1,
            ),
        ],
    ),
    Case(
        "limit-typed-at-the-end",
        "a stream that ends inside an event that is too large: said once, not again as truncated",
        b'data: {"a":1}\n\ndata: {"a":"0123456789',
        parsed(sse('{"a":1}'), too_large(20, 1, 15), pending=22, options={"max_event_bytes": 20}),
        [run("auto", got({"a": 1}), too_large(20, 1, 15), options={"max_event_bytes": 20})],
    ),
    Case(
        "limit-bare",
        "a bare value is bounded too; several small ones are not one large one",
        b'{"a":1}\n{"a":2}\n{"a":3}\n\n{\n"a":\n"0123456789"}\n\ndata: {"a":4}\n\n',
        parsed(sse('{"a":4}'), unknown_fields=6),
        [
            run(
                "auto",
                got({"a": 1}),
                got({"a": 2}),
                got({"a": 3}),
                too_large(16, 3, 25),
                got({"a": 4}),
                options={"max_event_bytes": 16},
            )
        ],
    ),
    Case(
        "limit-bare-reached",
        "a bare value counts as its text, the line feeds that join its lines included: else blank lines were free",
        b'{\n"a":\n1}\n\n',
        parsed(unknown_fields=3),
        [
            run("auto", got({"a": 1}), options={"max_event_bytes": 9}),
            run("auto", too_large(8, 0, 0), options={"max_event_bytes": 8}),
        ],
    ),
    Case(
        "limit-bare-blank-lines",
        "an opened bracket and then nothing but blank lines is bounded too",
        b"{" + b"\n" * 50,
        parsed(unknown_fields=1),
        [run("auto", too_large(20, 0, 0), options={"max_event_bytes": 20})],
    ),
    Case(
        "limit-error-lines",
        "the line of a field error is not kept beside the next one",
        b"error: 0123456789\nerror: 0123456789\n\n",
        parsed(unknown_fields=2),
        [
            run("auto", server_error("0123456789", "0123456789", 0, 0), options={"max_event_bytes": 17}),
            run("auto", too_large(16, 0, 0), options={"max_event_bytes": 16}),
        ],
    ),
]

MIXED = [
    Case(
        "errors-of-every-kind",
        "one bad thing after the other, and good events between them are not lost",
        b'data: {"n":1}\n\ndata: {"n":\n\ndata: {"n":2}\n\nevent: error\ndata: {"message":"m"}\n\ndata: [1,2\n\n'
        b'error: e\n\ndata: {"n":3}\n\n{"error":"bare"}\ndata: {"n":4}\n\ndata: {"n":"\xff"}\n\ndata: {"n":5',
        parsed(
            sse('{"n":1}'),
            sse('{"n":'),
            sse('{"n":2}'),
            sse('{"message":"m"}', event="error"),
            sse("[1,2"),
            sse('{"n":3}'),
            sse('{"n":4}'),
            sse('{"n":"\ufffd"}'),
            unknown_fields=2,
            pending=12,
            flush=[sse('{"n":5')],
        ),
        [
            run(
                "auto",
                got({"n": 1}),
                bad_json(5, END, 1, 15),
                got({"n": 2}),
                server_error("m", {"message": "m"}, 3, 43),
                bad_json(4, END, 4, 79),
                server_error("e", "e", 5, 91),
                got({"n": 3}),
                server_error("bare", "bare", 6, 116),
                got({"n": 4}),
                got({"n": "\ufffd"}),
                truncated(END, 9, 165),
            ),
            run(
                "auto",
                got({"n": 1}),
                seen("ErrorEvent", kind="decode", event_index=1),
                got({"n": 2}),
                seen("ErrorEvent", kind="server", event_index=3, error={"message": "m"}),
                seen("ErrorEvent", kind="decode", event_index=4),
                seen("ErrorEvent", kind="server", event_index=5, error="e"),
                got({"n": 3}),
                seen("ErrorEvent", kind="server", event_index=6, error="bare"),
                got({"n": 4}),
                got({"n": "\ufffd"}),
                seen("ErrorEvent", kind="truncated", event_index=9),
                options={"on_error": "yield"},
            ),
            run(
                "auto",
                *[got({"n": n}) for n in (1, 2, 3, 4, "\ufffd")],
                options={"on_error": "skip"},
                error_count=6,
            ),
        ],
    ),
]

CASES = [*SYNTAX, *VALUES, *NESTING, *BYTES, *LIMITS, *MIXED]
