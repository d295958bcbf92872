"""JSON text near what an event class declares, composed by a seeded random generator.

Text, not dumped values: white space, escapes, key order, duplicate keys, odd numbers and sloppy values are
part of it. Drawing every character through hypothesis would take fifty times as long; a seed shrinks badly,
but payloads are small and streams still shrink block by block.
"""

from __future__ import annotations

import json
from random import Random

from sselerate.events.declare import schema_of, shape_of
from sselerate.events.shape import Kind, Shape
from tests.targets import TARGETS

LETTERS = [*"abc \u00e9\u4f60\U0001f600\u2028\x7f:{}[],", "Hi", " the", "stop", "data: ", "[DONE]", "0"]
ESCAPES = [
    '\\"',
    "\\\\",
    "\\/",
    "\\b",
    "\\f",
    "\\n",
    "\\r",
    "\\t",
    "\\u0041",
    "\\u00e9",
    "\\u4F60",
    "\\u0000",
]
ESCAPES += ["\\ud83d\\ude00", "\\uD83D\\uDE00", "\\ud83d", "\\ude00", "\\ud83d\\u0041"]
NUMBERS = [
    "0",
    "-0",
    "-0.0",
    "1e5",
    "1E+2",
    "1e999",
    "-1e999",
    "0.1e-7",
    "9007199254740993",
    "1e-400",
    "2.50",
    "1.0",
]
NUMBERS += ["18446744073709551616", "-9223372036854775809", "340282366920938463463374607431768211457"]
SCALARS = ["null", "true", "false", "NaN", "Infinity", "-Infinity", "{}", "[]", '""', "0", "1", "-1.5"]
KEYS = ["extra", "error", "type", "object", "x", "a b", "", "_absent", "__class__", "to_dict", "id"]


class Composer:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        # Most payloads are regular, some are loose, few are wild.
        self.sloppy = self.random.choice([0.0, 0.0, 0.03, 0.15])
        self.spaced = self.random.choice([0.0, 0.0, 0.0, 0.1])
        self.budget = 60  # values; keeps self-referring classes finite

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # ---- scalars

    def blank(self) -> str:
        return self.random.choice([" ", "\t", "  "]) if self.chance(self.spaced) else ""

    def string(self) -> str:
        if self.chance(0.3):
            return self.random.choice(['""', '"Hi"', '"stop"', '"text"', '"error"', '"assistant"'])
        pool = LETTERS if self.chance(0.7) else LETTERS + ESCAPES
        return '"' + "".join(self.random.choices(pool, k=self.random.choice([1, 2, 3, 8, 40]))) + '"'

    def number(self) -> str:
        draw = self.random.random()
        if draw < 0.4:
            return str(self.random.randint(-3, 300))
        if draw < 0.6:
            return self.random.choice(NUMBERS)
        if draw < 0.8:
            return json.dumps(self.random.uniform(-10, 10) * 10 ** self.random.randint(-30, 30))
        return str(self.random.randint(-(10**22), 10**22))

    def key(self) -> str:
        return json.dumps(self.random.choice(KEYS)) if self.chance(0.5) else self.string()

    def spelt(self, name: str) -> str:
        """A known key, rarely with an escape in it."""
        if name and self.chance(self.sloppy):
            at = self.random.randrange(len(name))
            return json.dumps(name[:at])[:-1] + f"\\u{ord(name[at]):04x}" + json.dumps(name[at + 1 :])[1:]
        return json.dumps(name)

    # ---- containers

    def array(self, items: list[str]) -> str:
        return "[" + self.blank() + ",".join(item + self.blank() for item in items) + "]"

    def object(self, members: list[tuple[str, str]]) -> str:
        pairs = (f"{self.blank()}{key}{self.blank()}:{self.blank()}{value}" for key, value in members)
        return "{" + ",".join(pairs) + self.blank() + "}"

    def any(self, depth: int = 2) -> str:
        draw = self.random.random()
        if depth and draw < 0.15:
            return self.array([self.any(depth - 1) for _ in range(self.random.randint(0, 3))])
        if depth and draw < 0.3:
            return self.object([(self.key(), self.any(depth - 1)) for _ in range(self.random.randint(0, 3))])
        if draw < 0.6:
            return self.random.choice(SCALARS)
        return self.string() if draw < 0.8 else self.number()

    # ---- near a declaration

    def near(self, shape: Shape) -> str:
        """A value that the shape accepts, mostly."""
        self.budget -= 1
        if self.budget < 0 or self.chance(self.sloppy):
            return self.any()
        if shape.literals and self.chance(0.8):
            return json.dumps(self.random.choice(shape.literals))
        choices = [kind for kind in (1, 2, 4, 8, 16, 32, 64) if shape.kinds & kind]
        kind = self.random.choice(choices)
        if shape.kinds == Kind.ANY:
            return self.any()
        if kind == Kind.NULL:
            return "null"
        if kind == Kind.BOOL:
            return self.random.choice(["true", "false"])
        if kind == Kind.INT:
            return str(self.random.randint(0, 2000))
        if kind == Kind.FLOAT:
            return self.number()
        if kind == Kind.STR:
            return self.string()
        count = self.random.choice([0, 1, 1, 2, 3])
        if kind == Kind.ARRAY:
            return self.array([self.near(shape.items) if shape.items else self.any() for _ in range(count)])
        if shape.classes and self.chance(0.9):
            return self.event(self.random.choice(shape.classes))
        return self.object(
            [(self.key(), self.near(shape.values) if shape.values else self.any()) for _ in range(count)]
        )

    def event(self, cls: type) -> str:
        members = []
        for field in schema_of(cls).fields:
            if field.required or self.chance(0.6):
                if not self.chance(self.sloppy):
                    members.append((self.spelt(field.wire), self.near(field.shape)))
                if self.chance(self.sloppy / 2):
                    members.append((self.spelt(field.wire), self.near(field.shape)))
        while self.chance(0.25):
            members.insert(self.random.randint(0, len(members)), (self.key(), self.any()))
        if self.chance(0.3):
            self.random.shuffle(members)
        return self.object(members)

    def payload(self, target: str) -> str:
        annotation = TARGETS[target]
        if annotation is None:
            annotation = self.random.choice([TARGETS["completion"], TARGETS["chat"], None])
        return self.any(3) if annotation is None else self.near(shape_of(annotation))

    def error(self) -> str:
        kind = self.random.randrange(4)
        message = (self.spelt("message"), self.string() if self.chance(0.8) else self.any())
        if kind == 0:
            inner = self.object([message, ('"code"', self.any())])
            return self.object([('"id"', self.any()), ('"error"', inner), (self.key(), self.any())])
        if kind == 1:
            return self.object([('"error"', self.any()), message])
        if kind == 2:
            value = self.random.choice(
                ['"error"', '"message_stop"', '"response.failed"', '"response.completed"']
            )
            return self.object([('"type"', value), message])
        return self.object([('"object"', '"error"'), message])
