"""Framing: every rule of the WHATWG event stream format, each with the inputs that tell a wrong reader from a right one."""

from __future__ import annotations

from tests.corpus.case import Case, bad_utf8, comment, parsed, sse, too_large

RULE = "WHATWG HTML, 9.2.6 interpreting an event stream: "
OURS = "sselerate, where WHATWG leaves it to the reader: "

WHOLE = [
    Case("empty-stream", RULE + "no bytes, no events", b"", parsed()),
    Case("one-event", RULE + "a blank line dispatches", b"data: hello\n\n", parsed(sse("hello"))),
    Case(
        "several-events",
        RULE + "one event per block",
        b"data: 1\n\ndata: 2\n\ndata: 3\n\n",
        parsed(sse("1"), sse("2"), sse("3")),
    ),
    Case(
        "blank-lines-only", RULE + "a blank line without data dispatches nothing", b"\n\n\r\n\r\r\n", parsed()
    ),
    Case(
        "extra-blank-lines",
        "Avian (dialects.md 3): more than one blank line between events",
        b"\n\ndata: 1\n\n\n\ndata: 2\n\n\n",
        parsed(sse("1"), sse("2")),
    ),
    Case(
        "all-fields-in-any-order",
        RULE + "the order of fields is free, comments and unknown fields break nothing",
        b"data: a\nfoo: 1\n: c\nid: 3\ndata: b\nretry: 7\nevent: e\n\n",
        parsed(
            sse("a\nb", event="e", id="3", retry=7), last_event_id="3", retry=7, comments=1, unknown_fields=1
        ),
    ),
]

BYTE_ORDER_MARK = [
    Case(
        "bom-before-data", RULE + "one BOM at byte 0 is dropped", b"\xef\xbb\xbfdata: a\n\n", parsed(sse("a"))
    ),
    Case(
        "bom-before-lf",
        RULE + "the BOM is dropped also straight before a line end: the first line is blank",
        b"\xef\xbb\xbf\ndata: a\n\n",
        parsed(sse("a")),
    ),
    Case("bom-before-cr", RULE + "the same with CR", b"\xef\xbb\xbf\rdata: a\r\r", parsed(sse("a"))),
    Case(
        "bom-before-crlf", RULE + "the same with CRLF", b"\xef\xbb\xbf\r\ndata: a\r\n\r\n", parsed(sse("a"))
    ),
    Case(
        "bom-before-comment",
        RULE + "the line after the BOM is a comment",
        b"\xef\xbb\xbf: hi\ndata: a\n\n",
        parsed(sse("a"), comments=1),
    ),
    Case(
        "bom-before-id",
        RULE + "the line after the BOM is an id",
        b"\xef\xbb\xbfid: 1\ndata: a\n\n",
        parsed(sse("a", id="1"), last_event_id="1"),
    ),
    Case(
        "bom-twice",
        RULE + "only one BOM is dropped; the second belongs to a field name",
        b"\xef\xbb\xbf\xef\xbb\xbfdata: a\ndata: b\n\n",
        parsed(sse("b"), unknown_fields=1),
    ),
    Case(
        "bom-later",
        RULE + "a BOM after byte 0 belongs to a field name",
        b"data: a\n\n\xef\xbb\xbfdata: b\n\ndata: c\n\n",
        parsed(sse("a"), sse("c"), unknown_fields=1),
    ),
    Case(
        "bom-after-blank-line",
        RULE + "byte 1 is not byte 0",
        b"\n\xef\xbb\xbfdata: a\n\n",
        parsed(unknown_fields=1),
    ),
    Case(
        "bom-in-value",
        RULE + "a BOM inside a value stays, also as its first character",
        b"data: \xef\xbb\xbfa\ndata:\xef\xbb\xbf\n\n",
        parsed(sse("\ufeffa\n\ufeff")),
    ),
    Case("bom-alone", RULE + "a BOM is not a line", b"\xef\xbb\xbf", parsed(pending=3)),
    Case(
        "bom-cut-short-alone",
        RULE + "two bytes of a BOM are an unfinished line",
        b"\xef\xbb",
        parsed(pending=2),
    ),
    Case(
        "bom-cut-short",
        RULE + "two bytes of a BOM belong to a field name",
        b"\xef\xbbdata: a\n\ndata: b\n\n",
        parsed(sse("b"), unknown_fields=1),
    ),
    Case(
        "bom-cut-short-line",
        RULE + "one byte of a BOM is an unknown field",
        b"\xef\ndata: b\n\n",
        parsed(sse("b"), unknown_fields=1),
    ),
    Case(
        "bom-of-utf16",
        RULE + "streams are always UTF-8: other marks are bytes of a field name",
        b"\xff\xfedata: a\n\xfe\xffdata: a\n\ndata: b\n\n",
        parsed(sse("b"), unknown_fields=2),
    ),
]

LINE_ENDS = [
    Case("line-ends-lf", RULE + "LF", b"data: a\ndata: b\n\ndata: c\n\n", parsed(sse("a\nb"), sse("c"))),
    Case("line-ends-cr", RULE + "CR", b"data: a\rdata: b\r\rdata: c\r\r", parsed(sse("a\nb"), sse("c"))),
    Case(
        "line-ends-crlf",
        RULE + "CRLF is one line end",
        b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n",
        parsed(sse("a\nb"), sse("c")),
    ),
    Case(
        "line-ends-mixed",
        RULE + "all three in one stream",
        b"data: a\r\ndata: b\rdata: c\n\r\ndata: d\n\rdata: e\r\n\ndata: f\r\r\ndata: g\r\n\r",
        parsed(sse("a\nb\nc"), sse("d"), sse("e"), sse("f"), sse("g")),
    ),
    Case(
        "line-end-lf-cr",
        RULE + "LF CR are two line ends, so a blank line",
        b"data: a\n\rdata: b\n\r",
        parsed(sse("a"), sse("b")),
    ),
    Case(
        "line-end-cr-lf-lf",
        RULE + "CRLF, then a blank line",
        b"data: a\r\n\ndata: b\r\n\n",
        parsed(sse("a"), sse("b")),
    ),
    Case(
        "line-end-crlf-does-not-split-data",
        RULE + "a CRLF never counts twice",
        b"data: a\r\ndata: b\r\nid: 1\r\n\r\n",
        parsed(sse("a\nb", id="1"), last_event_id="1"),
    ),
    Case(
        "not-line-ends",
        RULE + "VT FF FS GS RS U+0085 U+2028 U+2029 end no line",
        b"data: a\x0bb\x0cc\x1cd\x1de\x1ef\xc2\x85g\xe2\x80\xa8h\xe2\x80\xa9i\n\n",
        parsed(sse("a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i")),
    ),
    Case(
        "not-line-ends-before-a-field",
        RULE + "nor do they start one",
        b"data: a\xe2\x80\xa8data: b\n\xe2\x80\xa9data: c\n\xc2\x85data: d\n\x0bdata: e\n\x0cdata: f\n\n",
        parsed(sse("a\u2028data: b"), unknown_fields=4),
    ),
    Case(
        "line-end-missing",
        RULE + "an unfinished last line is dropped with its block",
        b"data: a\n\ndata: b",
        parsed(sse("a"), pending=7, flush=[sse("b")]),
    ),
    Case(
        "blank-line-missing",
        RULE + "an unfinished last block is dropped",
        b"data: a\n\nid: 9\nevent: x\ndata: b\n",
        parsed(sse("a"), pending=len(b"id: 9\nevent: x\ndata: b\n"), flush=[sse("b", event="x", id="9")]),
    ),
    Case(
        "blank-line-missing-cr",
        RULE + "a last CR ends its line, not the block",
        b"data: a\r",
        parsed(pending=8, flush=[sse("a")]),
    ),
    Case(
        "blank-line-missing-crlf",
        RULE + "a last CRLF ends its line, not the block",
        b"data: a\r\n\r\ndata: b\r\n",
        parsed(sse("a"), pending=9, flush=[sse("b")]),
    ),
    Case(
        "pending-is-nothing-after-crlf",
        OURS + "the LF of the CRLF that ended the block belongs to the block",
        b"data: a\r\n\r\n",
        parsed(sse("a")),
    ),
    Case(
        "pending-comment",
        OURS + "whatever came after the last block counts as pending",
        b"data: a\n\n: hi\n: ho",
        parsed(sse("a"), pending=9, comments=1),
    ),
    Case("pending-field-name", RULE + "a cut field name is nothing", b"dat", parsed(pending=3)),
    Case(
        "flush-bare-data",
        OURS + "flushed, an unfinished `data` is a line, so an event with empty data",
        b"data",
        parsed(pending=4, flush=[sse("")]),
    ),
    Case(
        "flush-without-data",
        OURS + "flushed, a block without data is no event",
        b"id: 5\nevent: x\nretry: 1",
        parsed(pending=len(b"id: 5\nevent: x\nretry: 1")),
    ),
    Case(
        "flush-cut-character",
        OURS + "flushed, a character cut short becomes U+FFFD",
        b"data: a\xf0\x9f\x98",
        parsed(pending=10, flush=[sse("a\ufffd")]),
    ),
]

DATA = [
    Case("data-without-space", RULE + "the space is optional", b"data:a\n\n", parsed(sse("a"))),
    Case("data-two-spaces", RULE + "only one space is removed", b"data:  a\n\n", parsed(sse(" a"))),
    Case("data-tab", RULE + "only a space is removed, not a tab", b"data:\ta\n\n", parsed(sse("\ta"))),
    Case("data-nbsp", RULE + "nor U+00A0", b"data:\xc2\xa0a\n\n", parsed(sse("\xa0a"))),
    Case("data-trailing-space", RULE + "trailing space stays", b"data: a \t \n\n", parsed(sse("a \t "))),
    Case(
        "data-two-spellings",
        RULE + "with and without the space are the same",
        b"data:test\n\ndata: test\n\n",
        parsed(sse("test"), sse("test")),
    ),
    Case(
        "data-colons",
        RULE + "only the first colon counts",
        b"data: a: b:c\ndata::\ndata: :\n\n",
        parsed(sse("a: b:c\n:\n:")),
    ),
    Case("data-lines", RULE + "joined with LF", b"data: a\ndata: b\ndata: c\n\n", parsed(sse("a\nb\nc"))),
    Case(
        "data-empty-lines-between",
        RULE + "empty data lines count too",
        b"data: a\ndata\ndata:\ndata: \ndata: b\n\n",
        parsed(sse("a\n\n\n\nb")),
    ),
    Case("data-empty-first", RULE + "an empty first line", b"data\ndata: a\n\n", parsed(sse("\na"))),
    Case(
        "data-empty-last",
        RULE + "only the last LF of the buffer goes",
        b"data: a\ndata\n\n",
        parsed(sse("a\n")),
    ),
    Case(
        "data-no-colon",
        RULE + "no colon, empty value: an event with empty data",
        b"data\n\n",
        parsed(sse("")),
    ),
    Case("data-colon-only", RULE + "an empty value", b"data:\n\ndata: \n\n", parsed(sse(""), sse(""))),
    Case("data-one-space", RULE + "one space remains of two", b"data:  \n\n", parsed(sse(" "))),
    Case("data-twice-empty", RULE + "two empty lines make LF", b"data\ndata\n\n", parsed(sse("\n"))),
    Case(
        "data-three-blocks",
        RULE + "an empty event, one of a LF, and an unfinished one",
        b"data\n\ndata\ndata\n\ndata:",
        parsed(sse(""), sse("\n"), pending=5, flush=[sse("")]),
    ),
    Case("data-nul", RULE + "NUL is data", b"data: a\x00b\n\n", parsed(sse("a\x00b"))),
    Case(
        "data-controls",
        RULE + "other controls are data too",
        b"data: \x01\x02\x08\x0e\x1b\x1f\x7f\n\n",
        parsed(sse("\x01\x02\x08\x0e\x1b\x1f\x7f")),
    ),
    Case(
        "data-of-every-width",
        RULE + "UTF-8 of one to four bytes",
        b"data: a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\n\n",
        parsed(sse("a\u00e9\u20ac\U0001f600\U0010ffff")),
    ),
    Case(
        "data-none",
        RULE + "no data line, no event, whatever else there is",
        b"event: a\n\nid: 1\n\nretry: 2\n\n: c\n\nfoo: bar\n\n",
        parsed(last_event_id="1", retry=2, comments=1, unknown_fields=1),
    ),
]

EVENT_TYPE = [
    Case(
        "event-type-is-reset",
        RULE + "the type holds for one event",
        b"event: x\ndata: a\n\ndata: b\n\n",
        parsed(sse("a", event="x"), sse("b")),
    ),
    Case(
        "event-type-is-reset-without-data",
        RULE + "a block without data resets the type too",
        b"event: x\n\ndata: a\n\n",
        parsed(sse("a")),
    ),
    Case(
        "event-type-after-data",
        "Bedrock Mantle (dialects.md quirk 12)",
        b"data: a\nevent: x\n\n",
        parsed(sse("a", event="x")),
    ),
    Case(
        "event-type-twice",
        RULE + "the last wins",
        b"event: x\nevent: y\ndata: a\n\n",
        parsed(sse("a", event="y")),
    ),
    Case(
        "event-type-emptied",
        RULE + "an empty type means message, also after another",
        b"event: x\nevent:\ndata: a\n\nevent\ndata: b\n\nevent: \ndata: c\n\n",
        parsed(sse("a"), sse("b"), sse("c")),
    ),
    Case(
        "event-type-spaces",
        RULE + "one leading space goes, the rest stays",
        b"event:  x y \ndata: a\n\nevent:z\ndata: b\n\n",
        parsed(sse("a", event=" x y "), sse("b", event="z")),
    ),
    Case(
        "event-type-text",
        RULE + "any text is a type",
        b"event: \xe4\xba\x8b\xe4\xbb\xb6: \x00\ndata: a\n\nevent: message\ndata: b\n\n",
        parsed(sse("a", event="\u4e8b\u4ef6: \x00"), sse("b")),
    ),
]

LAST_EVENT_ID = [
    Case(
        "id-stays",
        RULE + "the id holds until it is set again",
        b"id: 1\ndata: a\n\ndata: b\n\nid: 2\ndata: c\n\n",
        parsed(sse("a", id="1"), sse("b", id="1"), sse("c", id="2"), last_event_id="2"),
    ),
    Case(
        "id-emptied",
        RULE + "an empty id resets it",
        b"id: 1\ndata: a\n\nid\ndata: b\n\nid: 2\ndata: c\n\nid:\ndata: d\n\n",
        parsed(sse("a", id="1"), sse("b"), sse("c", id="2"), sse("d")),
    ),
    Case(
        "id-without-data",
        RULE + "a block without data commits its id",
        b"id: 7\n\ndata: a\n\n",
        parsed(sse("a", id="7"), last_event_id="7"),
    ),
    Case(
        "id-after-data",
        RULE + "the order is free",
        b"data: a\nid: 7\n\n",
        parsed(sse("a", id="7"), last_event_id="7"),
    ),
    Case(
        "id-twice",
        RULE + "the last wins",
        b"id: 1\nid: 2\ndata: a\n\n",
        parsed(sse("a", id="2"), last_event_id="2"),
    ),
    Case(
        "id-of-unfinished-block",
        RULE + "an id is committed at the blank line only",
        b"id: 1\ndata: a\n\nid: 2\ndata: b\n",
        parsed(sse("a", id="1"), last_event_id="1", pending=14, flush=[sse("b", id="2")]),
    ),
    Case(
        "id-with-nul",
        RULE + "an id that holds NUL is ignored",
        b"id: 1\n\nid: 2\x003\ndata: a\n\nid:\x00\ndata: b\n\n",
        parsed(sse("a", id="1"), sse("b", id="1"), last_event_id="1"),
    ),
    Case(
        "id-with-nul-in-the-same-block",
        RULE + "an ignored id does not undo an earlier one",
        b"id: 4\nid: \x00\ndata: a\n\n",
        parsed(sse("a", id="4"), last_event_id="4"),
    ),
    Case(
        "id-spaces",
        RULE + "one leading space goes, the rest stays",
        b"id:  5 \ndata: a\n\n",
        parsed(sse("a", id=" 5 "), last_event_id=" 5 "),
    ),
    Case(
        "id-text",
        RULE + "any text is an id",
        b"id: msg:\xc3\xa9/1\ndata: a\n\n",
        parsed(sse("a", id="msg:\u00e9/1"), last_event_id="msg:\u00e9/1"),
    ),
    Case(
        "id-seeded",
        OURS + "a reconnecting reader starts with the id it had",
        b"data: a\n\nid: 42\ndata: b\n\n",
        parsed(sse("a", id="41"), sse("b", id="42"), last_event_id="42", options={"last_event_id": "41"}),
    ),
    Case(
        "id-seed-emptied",
        RULE + "an empty id resets the seed too",
        b"id\ndata: a\n\n",
        parsed(sse("a"), options={"last_event_id": "41"}),
    ),
    Case(
        "id-seed-unchanged",
        OURS + "the seed is there from the start",
        b"",
        parsed(last_event_id="41", options={"last_event_id": "41"}),
    ),
]

RETRY = [
    Case(
        "retry",
        OURS + "an event tells the retry of its own block; the parser keeps it",
        b"retry: 3000\ndata: a\n\ndata: b\n\n",
        parsed(sse("a", retry=3000), sse("b"), retry=3000),
    ),
    Case("retry-without-space", RULE + "the space is optional", b"retry:5\n", parsed(retry=5, pending=8)),
    Case(
        "retry-of-unfinished-block",
        RULE + "it takes effect when its line ends",
        b"retry: 10\ndata: a",
        parsed(retry=10, pending=17, flush=[sse("a", retry=10)]),
    ),
    Case("retry-unfinished", RULE + "not before its line ends", b"retry: 10", parsed(pending=9)),
    Case(
        "retry-refused",
        RULE + "ASCII digits only",
        b"retry\nretry:\nretry: \nretry: 1.5\nretry: -5\nretry: +4\nretry: 1_000\nretry: 0x10\nretry: 1e3\n"
        b"retry:  5\nretry: 5 \nretry: 5\t\nretry: 5\x00\nretry: \xd9\xa3\nretry: \xef\xbc\x95\nretry: \xc2\xb2\n"
        b"retry: \xff\nretry: ten\nretry: 1 2\ndata: a\n\n",
        parsed(sse("a")),
    ),
    Case(
        "retry-twice",
        RULE + "the last valid one wins",
        b"retry: 1\nretry: x\nretry: 2\nretry:\ndata: a\n\nretry: -1\ndata: b\n\n",
        parsed(sse("a", retry=2), sse("b"), retry=2),
    ),
    Case("retry-zero", RULE + "zero is a time", b"retry: 0\ndata: a\n\n", parsed(sse("a", retry=0), retry=0)),
    Case(
        "retry-leading-zeros",
        RULE + "base ten, so leading zeros mean nothing, however many",
        b"retry: 0000000000000000000000000000000000000000000000000042\ndata: a\n\n",
        parsed(sse("a", retry=42), retry=42),
    ),
    Case(
        "retry-largest",
        OURS + "above 64 bits it is ignored; this is the last number below",
        b"retry: 18446744073709551615\ndata: a\n\n",
        parsed(sse("a", retry=18446744073709551615), retry=18446744073709551615),
    ),
    Case(
        "retry-too-large",
        OURS + "above 64 bits it is ignored",
        b"retry: 18446744073709551616\nretry: 99999999999999999999999999\ndata: a\n\n",
        parsed(sse("a")),
    ),
]

FIELD_NAMES = [
    Case(
        "names-are-exact",
        RULE + "names are compared byte for byte, in lower case",
        b"Data: a\nDATA: a\nEvent: x\nID: 1\nId: 1\nRetry: 1\ndata : a\n data: a\n\tdata: a\ndat: a\ndatas: a\ndata\x00: a\n"
        b"event : x\nids: 1\nretry : 1\n\ndata: b\n\n",
        parsed(sse("b"), unknown_fields=15),
    ),
    Case(
        "names-unknown",
        RULE + "unknown fields are ignored, with and without a colon",
        b"foo: bar\nfoo\ndata: a\nerror: oops\n\n",
        parsed(sse("a"), unknown_fields=3),
    ),
    Case(
        "lines-that-look-blank",
        RULE + "only an empty line is blank: a space, NUL, a tab, U+FEFF are unknown fields",
        b"data: a\n \ndata: b\n\x00\ndata: c\n\t\ndata: d\n\xef\xbb\xbf\ndata: e\n\x0c\ndata: f\n\n",
        parsed(sse("a\nb\nc\nd\ne\nf"), unknown_fields=5),
    ),
    Case(
        "names-of-bad-bytes",
        RULE + "a name with a bad byte is another name",
        b"data\xff: a\n\xffdata: a\nd\xc3\xa4ta: a\n\ndata: b\n\n",
        parsed(sse("b"), unknown_fields=3),
    ),
]

COMMENTS = [
    Case(
        "comments",
        RULE + "a line that starts with a colon is ignored",
        b": hi\n\n:\n\n::\n\n:data: a\n\n: data: a\n\ndata: b\n\n",
        parsed(sse("b"), comments=5),
    ),
    Case(
        "comments-inside-a-block",
        RULE + "also inside a block",
        b"data: a\n: keep-alive\ndata: b\n:\nid: 1\n\n",
        parsed(sse("a\nb", id="1"), last_event_id="1", comments=2),
    ),
    Case(
        "comments-delivered",
        OURS + "with comments=True they come in order, each when its line ends, less one leading space",
        b": a\ndata: 1\n:b\n:  c\n:\n: \n\n: d: e\n\n",
        parsed(
            comment("a"),
            comment("b"),
            comment(" c"),
            comment(""),
            comment(""),
            sse("1"),
            comment("d: e"),
            comments=6,
            options={"comments": True},
        ),
    ),
    Case(
        "comments-delivered-unfinished",
        OURS + "an unfinished comment is dropped, or flushed",
        b"data: 1\n\n: a\n: b",
        parsed(
            sse("1"), comment("a"), pending=7, comments=1, flush=[comment("b")], options={"comments": True}
        ),
    ),
    Case(
        "comments-of-bad-bytes",
        OURS + "bad UTF-8 becomes U+FFFD in comments too",
        b": \xe2\x82\n: \xff\xe2\x82\xac\n",
        parsed(
            comment("\ufffd"), comment("\ufffd\u20ac"), pending=12, comments=2, options={"comments": True}
        ),
    ),
]

BAD_UTF8 = [
    Case(
        "utf8-lone-bytes",
        RULE + "UTF-8 decode: every byte that starts nothing becomes U+FFFD",
        b"data: \x80\ndata: \xbf\xbf\ndata: \xff\ndata: \xfe\xff\ndata: a\xc1b\n\n",
        parsed(sse("\ufffd\n\ufffd\ufffd\n\ufffd\n\ufffd\ufffd\na\ufffdb")),
    ),
    Case(
        "utf8-cut-short",
        RULE + "a sequence cut short is one U+FFFD (maximal subpart)",
        b"data: \xc3\ndata: \xe2\ndata: \xe2\x82\ndata: \xf0\ndata: \xf0\x9f\ndata: \xf0\x9f\x98\ndata: \xf0\x9f\x98A\n\n",
        parsed(sse("\ufffd\n\ufffd\n\ufffd\n\ufffd\n\ufffd\n\ufffd\n\ufffdA")),
    ),
    Case(
        "utf8-broken-inside",
        RULE + "what follows a broken sequence is read again",
        b"data: \xe2(\xa1\ndata: \xf0(\x8c\xbc\ndata: \xf0\x90(\xbc\ndata: \xe2\x82\xe2\x82\xac\ndata: \xc3\xc3\xa9\n\n",
        parsed(sse("\ufffd(\ufffd\n\ufffd(\ufffd\ufffd\n\ufffd(\ufffd\n\ufffd\u20ac\n\ufffd\u00e9")),
    ),
    Case(
        "utf8-overlong",
        RULE + "overlong forms: no byte of them is a subpart",
        b"data: \xc0\xaf\ndata: \xc1\xbf\ndata: \xe0\x80\xaf\ndata: \xe0\x9f\xbf\ndata: \xf0\x80\x80\xaf\ndata: \xf0\x8f\xbf\xbf\n\n",
        parsed(
            sse(
                "\ufffd\ufffd\n\ufffd\ufffd\n\ufffd\ufffd\ufffd\n\ufffd\ufffd\ufffd\n"
                "\ufffd\ufffd\ufffd\ufffd\n\ufffd\ufffd\ufffd\ufffd"
            )
        ),
    ),
    Case(
        "utf8-surrogates",
        RULE + "surrogates encoded as UTF-8 (CESU-8) are not characters",
        b"data: \xed\xa0\x80\ndata: \xed\xbf\xbf\ndata: \xed\xa0\xbd\xed\xb8\x80\ndata: \xed\x9f\xbf\n\n",
        parsed(sse("\ufffd\ufffd\ufffd\n\ufffd\ufffd\ufffd\n\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\n\ud7ff")),
    ),
    Case(
        "utf8-above-10ffff",
        RULE + "nor is anything above U+10FFFF",
        b"data: \xf4\x90\x80\x80\ndata: \xf5\x80\x80\x80\ndata: \xf8\x88\x80\x80\x80\n\n",
        parsed(sse("\ufffd\ufffd\ufffd\ufffd\n\ufffd\ufffd\ufffd\ufffd\n\ufffd\ufffd\ufffd\ufffd\ufffd")),
    ),
    Case(
        "utf8-never-across-lines",
        OURS + "decoded per value: a character cannot be split over lines",
        b"data: \xe2\x82\ndata: \xac\n\ndata: \xe2\ndata:\x82\xac\n\n",
        parsed(sse("\ufffd\n\ufffd"), sse("\ufffd\n\ufffd\ufffd")),
    ),
    Case(
        "utf8-before-the-colon-and-the-space",
        OURS + "the line is cut first, then decoded",
        b"data:\xe2 \x82\xac\n\n",
        parsed(sse("\ufffd \ufffd\ufffd")),
    ),
    Case(
        "utf8-in-every-field",
        RULE + "the same in type and id",
        b"event: \xff\nid: \xf0\x9f\ndata: \xc3\xa9\xc3\n\n",
        parsed(sse("\u00e9\ufffd", event="\ufffd", id="\ufffd"), last_event_id="\ufffd"),
    ),
    Case(
        "utf8-noncharacters",
        RULE + "U+FFFE, U+FFFF, U+FDD0 and U+FFFD itself are characters like others",
        b"data: \xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90\xef\xbf\xbd\n\n",
        parsed(sse("\ufffe\uffff\ufdd0\ufffd")),
    ),
    Case(
        "utf8-strict",
        OURS + 'errors="strict" raises, and goes on after the bad event',
        b"data: a\n\ndata: \xff\n\ndata: b\n\n",
        parsed(sse("a"), bad_utf8(1, 9), sse("b"), options={"errors": "strict"}),
    ),
    Case(
        "utf8-strict-good",
        OURS + 'errors="strict" lets good text pass',
        b"event: \xc3\xa9\nid: \xe2\x82\xac\ndata: \xf0\x9f\x98\x80\n\n",
        parsed(
            sse("\U0001f600", event="\u00e9", id="\u20ac"),
            last_event_id="\u20ac",
            options={"errors": "strict"},
        ),
    ),
    Case(
        "utf8-strict-in-type",
        OURS + 'errors="strict" holds for the type',
        b"event: \xe2\x82\ndata: a\n\n",
        parsed(bad_utf8(0, 0), options={"errors": "strict"}),
    ),
    Case(
        "utf8-strict-lines",
        OURS + 'errors="strict": a character split over lines is an error',
        b"data: \xe2\x82\ndata: \xac\n\n",
        parsed(bad_utf8(0, 0), options={"errors": "strict"}),
    ),
    Case(
        "utf8-strict-counts",
        OURS + 'errors="strict": the bad event was an event: it counts, and its id holds',
        b"data: \xff\nid: 4\n\ndata: x\n\ndata: \xff\n\n",
        parsed(
            bad_utf8(0, 0), sse("x", id="4"), bad_utf8(2, 24), last_event_id="4", options={"errors": "strict"}
        ),
    ),
    Case(
        "utf8-strict-without-data",
        OURS
        + 'errors="strict" is about events: a block without data raises nothing, nor does a later event for it',
        b"event: \xff\n\nid: \xff\n\ndata: x\n\n",
        parsed(sse("x", id="\ufffd"), last_event_id="\ufffd", options={"errors": "strict"}),
    ),
    Case(
        "utf8-strict-elsewhere",
        OURS + 'errors="strict" is about what an event holds: not about comments and unknown fields',
        b": \xff\n\xff: x\nretry: \xff\ndata: x\n\n",
        parsed(
            comment("\ufffd"),
            sse("x"),
            comments=1,
            unknown_fields=1,
            options={"errors": "strict", "comments": True},
        ),
    ),
]

LIMIT = [
    Case(
        "limit-reached",
        OURS + "max_event_bytes counts the bytes of the kept lines, without their ends",
        b"data: abcd\n\ndata: ab\r\nid\r\n\r\nid: 1\ndata\n\n",
        parsed(sse("abcd"), sse("ab"), sse("", id="1"), last_event_id="1", options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-crossed-by-a-line",
        OURS + "one byte more is an error, and the next block is read as usual",
        b"data: abcde\n\ndata: b\n\n",
        parsed(too_large(10, 0, 0), sse("b"), options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-crossed-by-lines",
        OURS + "lines add up; what follows in the block is skipped",
        b"data: x\n\ndata: ab\ndata: cd\ndata: e\nid: 3\n\ndata: b\n\n",
        parsed(sse("x"), too_large(15, 1, 9), sse("b"), options={"max_event_bytes": 15}),
    ),
    Case(
        "limit-crossed-unfinished",
        OURS + "raised as soon as it is seen, without waiting for the line to end",
        b"data: x\n\ndata: 0123456789",
        parsed(sse("x"), too_large(10, 1, 9), pending=16, options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-crossed-twice",
        OURS + "every block that crosses it raises; event_index counts the events that came through",
        b"data: 01234\n\ndata: a\n\ndata: 56789\n\n",
        parsed(too_large(10, 0, 0), sse("a"), too_large(10, 1, 22), options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-keeps-no-id",
        OURS + "nothing is kept of a block that is too large",
        b"id: 5\nevent: x\ndata: 0123456789\n\ndata: b\n\n",
        parsed(too_large(20, 0, 0), sse("b"), options={"max_event_bytes": 20}),
    ),
    Case(
        "limit-ignores-finished-comments",
        OURS + "comments and unknown fields are not kept, so they do not add up",
        b": 1234567\n: 1234567\njunk: 12\njunk: 12\ndata: abcd\n: 123\n: 123\n\n",
        parsed(sse("abcd"), comments=4, unknown_fields=2, options={"max_event_bytes": 15}),
    ),
    Case(
        "limit-crossed-by-a-comment",
        OURS + "the current line counts whatever it is: memory is bounded for comments too",
        b"data: a\n\n: 0123456789\ndata: b\n\ndata: c\n\n",
        parsed(sse("a"), too_large(10, 1, 9), sse("c"), options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-crossed-by-an-unknown-field",
        OURS + "the same for unknown fields",
        b"junk: 01234\ndata: b\n\ndata: c\n\n",
        parsed(too_large(10, 0, 0), sse("c"), options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-counts-every-kept-line",
        OURS + "a line replaced by a later one, or ignored for its value, was kept all the same",
        b"event: abc\nevent: d\n\nretry: abc\ndata: de\n\nid: \x00abc\ndata: efgh\n\n",
        parsed(
            too_large(17, 0, 0), too_large(17, 0, 21), too_large(17, 0, 42), options={"max_event_bytes": 17}
        ),
    ),
    Case(
        "limit-keeps-retry",
        OURS
        + "a retry line that had ended before the limit was crossed has taken effect; later ones are skipped",
        b"retry: 5\ndata: 0123456789\nretry: 6\n: c\nfoo\n\n",
        parsed(too_large(12, 0, 0), retry=5, options={"max_event_bytes": 12}),
    ),
    Case(
        "limit-counts-no-bom",
        OURS + "the BOM belongs to no line",
        b"\xef\xbb\xbfdata: abcd\n\n",
        parsed(sse("abcd"), options={"max_event_bytes": 10}),
    ),
    Case(
        "limit-and-line-ends",
        OURS
        + "line ends are not counted, and a skipped block ends at its blank line whatever ends the lines",
        b"data: 0123456789\r\nid: 1\r\rdata: a\r\n\r\ndata: 0123456789\n\r\ndata: b\r\r",
        parsed(
            too_large(10, 0, 0), sse("a"), too_large(10, 1, 36), sse("b"), options={"max_event_bytes": 10}
        ),
    ),
]

CASES = [
    *WHOLE, *BYTE_ORDER_MARK, *LINE_ENDS, *DATA, *EVENT_TYPE, *LAST_EVENT_ID, *RETRY, *FIELD_NAMES, *COMMENTS,
    *BAD_UTF8, *LIMIT,
]  # fmt: skip
