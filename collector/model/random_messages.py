"""Messages with random values in every field that the definition has, from a seed."""

import math
import struct

from google.protobuf.descriptor import FieldDescriptor as Kind
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from model.sources import SIGNALS

IDS = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
TEXTS = ["", "a", "ok", "GET /", "größe 日本 \U0001f600", 'quotes " and \\', "lines\r\n\ttabs", "\x00\x01\x1e\x1f\x7f", "null", "1", "x" * 300]
MOMENTS = ["2026-11-28T07:05:09Z", "2026-11-28T07:05:09.123456789+02:00", "1999-12-31t23:59:59.5z"]
DOUBLES = [0.0, -0.0, 1.0, 0.1, -2.5, 1e16, 1e-5, 5e-324, 1.7976931348623157e308, 3e15, math.inf, -math.inf, math.nan]
INTEGERS = [0, 1, -1, 200, 1 << 31, 1 << 53, (1 << 53) + 1, (1 << 63) - 1, -(1 << 63)]
LARGE = [0, 1, 7, 1 << 53, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
# What most values of a key are: only so do columns settle on all types.
KEYS = {
    "string": "string_value",
    "bool": "bool_value",
    "int": "int_value",
    "double": "double_value",
    "bytes": "bytes_value",
    "list": "array_value",
    "map": "kvlist_value",
    "moment": "moment",
    "number": "number",
    "service.name": "string_value",
    # Names that meet, need plain signs, or are those of core columns.
    "a.b": "int_value",
    "a_b": "string_value",
    "A.B": "bool_value",
    "schema.url": "string_value",
    "name": "string_value",
    "größe/日": "int_value",
    "0": "int_value",
    "mixed": None,
    "": "string_value",
}
VALUE_KINDS = ["string_value", "bool_value", "int_value", "double_value", "bytes_value", "array_value", "kvlist_value"]
ALIEN_PERCENT = 3
# What no span and no metric is without: so bytes are known by themselves.
REQUIRED = {"Span.trace_id", "Span.start_time_unix_nano", "Metric.name"}
MAX_DEPTH = 3


class Source:
    def __init__(self, random):
        self.random = random

    def message(self, signal, records=40):
        """A message of some resources, whose scopes have so many records, about."""
        message = SIGNALS[signal]()
        while records > 0:
            of_resource = self.filled(message.DESCRIPTOR.fields[0].message_type, depth=0)
            records -= 1 + of_resource.ByteSize() // 2_000
            getattr(message, message.DESCRIPTOR.fields[0].name).append(of_resource)
        return message

    def filled(self, descriptor, depth):
        if descriptor is KeyValue.DESCRIPTOR:
            return self.attribute(depth)
        if descriptor is AnyValue.DESCRIPTOR:
            return self.any_value(self.random.choice(VALUE_KINDS), depth)
        message = descriptor._concrete_class()
        chosen = {oneof.name: self.random.choice(oneof.fields) for oneof in descriptor.oneofs if len(oneof.fields) > 1}
        for field in descriptor.fields:
            if f"{descriptor.name}.{field.name}" in REQUIRED:
                while not getattr(message, field.name):
                    self.fill(message, field, depth)
                continue
            oneof = field.containing_oneof
            if oneof and len(oneof.fields) > 1 and chosen[oneof.name] is not field:
                continue
            # Data and records are what the rest is about.
            if self.random.random() < 0.25 and not field.is_repeated and field.name != "scope":
                continue
            self.fill(message, field, depth)
        return message

    def fill(self, message, field, depth):
        if field.is_repeated:
            values = [self.value(field, depth) for _ in range(self.random.choice([0, 1, 1, 2, 3, 6]))]
            getattr(message, field.name).extend(values)
        elif field.message_type:
            getattr(message, field.name).CopyFrom(self.value(field, depth))
        else:
            setattr(message, field.name, self.value(field, depth))

    def value(self, field, depth):
        choice = self.random.choice
        if field.message_type:
            return self.filled(field.message_type, depth)
        if field.type == Kind.TYPE_BYTES:
            return choice([b"", *[self.random.randbytes(IDS[field.name])] * 4])
        if field.type == Kind.TYPE_STRING:
            return choice(TEXTS)
        if field.type == Kind.TYPE_BOOL:
            return choice([False, True])
        if field.type == Kind.TYPE_DOUBLE:
            return self.double()
        if field.type in (Kind.TYPE_FIXED64, Kind.TYPE_UINT64):
            return self.time() if "time" in field.name else choice(LARGE)
        if field.type == Kind.TYPE_SFIXED64:
            return choice(INTEGERS)
        if field.type in (Kind.TYPE_UINT32, Kind.TYPE_FIXED32):
            return choice([0, 1, 257, (1 << 32) - 1])
        if field.type == Kind.TYPE_ENUM:
            return choice(field.enum_type.values).number
        if field.type in (Kind.TYPE_INT32, Kind.TYPE_SINT32):
            return choice([0, 1, -1, 20, (1 << 31) - 1, -(1 << 31)])
        raise AssertionError(f"{field.full_name} is of a type that no field had")

    def time(self):
        now = 1_796_000_000_000_000_000 + self.random.randrange(10**15)
        return self.random.choice([0, 1, now, now, now, now // 1_000 * 1_000, (1 << 63) - 1])

    def double(self):
        bits = struct.pack(">Q", self.random.getrandbits(64))
        return self.random.choice([*DOUBLES, *struct.unpack(">d", bits), self.random.random()])

    def attribute(self, depth):
        key = self.random.choice(list(KEYS))
        kind = KEYS[key]
        if kind is None or self.random.randrange(100) < ALIEN_PERCENT:
            kind = self.random.choice([*VALUE_KINDS, "none"])
        return KeyValue(key=key, value=None if kind == "none" else self.any_value(kind, depth + 1))

    def any_value(self, kind, depth):
        choice = self.random.choice
        if kind == "moment":
            return AnyValue(string_value=choice(MOMENTS))
        if kind == "number":
            return choice([AnyValue(int_value=choice([0, 3, -(1 << 53)])), AnyValue(double_value=self.double())])
        if kind in ("array_value", "kvlist_value") and depth >= MAX_DEPTH:
            kind = "string_value"
        value = AnyValue()
        if kind == "array_value":
            value.array_value.SetInParent()
            for _ in range(self.random.randrange(4)):
                inner = self.any_value(choice(VALUE_KINDS), depth + 1)
                value.array_value.values.append(choice([AnyValue(), inner, inner, inner]))
        elif kind == "kvlist_value":
            value.kvlist_value.SetInParent()
            value.kvlist_value.values.extend(self.attribute(depth + 1) for _ in range(self.random.randrange(4)))
        else:
            pools = {
                "string_value": TEXTS,
                "bool_value": [False, True],
                "int_value": INTEGERS,
                "double_value": [self.double()],
                "bytes_value": [b"", b"\x00\xff", "größe".encode(), self.random.randbytes(20)],
            }
            setattr(value, kind, choice(pools[kind]))
        return value
