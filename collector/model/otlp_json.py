"""OTLP/JSON to protobuf's classes, and back, by the rules of OTLP's specification.

These are protobuf's own for JSON, but that trace and span ids are hex, and enumerations numbers. Source: "JSON Protobuf
Encoding" in opentelemetry-proto's docs/specification.md.
"""

import base64
import json
import math
from functools import partial

from google.protobuf.descriptor import FieldDescriptor as Kind

IDS = {"trace_id", "span_id", "parent_span_id"}
INTEGERS = {Kind.TYPE_INT32, Kind.TYPE_SINT32, Kind.TYPE_UINT32, Kind.TYPE_FIXED32, Kind.TYPE_ENUM}
LARGE_INTEGERS = {Kind.TYPE_INT64, Kind.TYPE_UINT64, Kind.TYPE_FIXED64, Kind.TYPE_SFIXED64}
WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def read_json(text):
    """A JSON text. `-0`, as Go writes a double, keeps its sign."""
    return json.loads(text, parse_int=lambda digits: -0.0 if digits == "-0" else int(digits))


def fill(message, members, counts):
    """Fills a message from a JSON object, and counts what is not as OTLP has it."""
    fields = {field.json_name: field for field in message.DESCRIPTOR.fields}
    for name, value in members.items():
        field = fields.get(name)
        if field is None:
            # They are to be ignored.
            counts["unknown_members"] += 1
        if field is None or value is None:
            continue
        if field.message_type and field.is_repeated:
            for element in value:
                fill(getattr(message, field.name).add(), element, counts)
        elif field.message_type:
            # It is there even if it is empty.
            getattr(message, field.name).SetInParent()
            fill(getattr(message, field.name), value, counts)
        elif field.is_repeated:
            getattr(message, field.name).extend(scalar(field, element, counts) for element in value)
        else:
            setattr(message, field.name, scalar(field, value, counts))


def scalar(field, value, counts):
    if field.type == Kind.TYPE_ENUM and isinstance(value, str):
        # OTLP has numbers only; protobuf's own JSON has names.
        counts["enum_names"] += 1
        return field.enum_type.values_by_name[value].number
    if field.type in INTEGERS or field.type in LARGE_INTEGERS:
        return int(value)
    if field.type == Kind.TYPE_DOUBLE:
        return WORDS[value] if value in WORDS else float(value)
    if field.type == Kind.TYPE_BYTES:
        return bytes.fromhex(value) if field.name in IDS else base64.b64decode(value)
    return value


def members_of(message, scalar=None):
    """A message as a JSON object."""
    write_scalar = scalar or json_scalar
    members = {}
    for field, value in message.ListFields():
        write = partial(members_of, scalar=scalar) if field.message_type else partial(write_scalar, field)
        members[field.json_name] = [write(element) for element in value] if field.is_repeated else write(value)
    return members


def json_scalar(field, value):
    if field.type in LARGE_INTEGERS:
        return str(value)
    if field.type == Kind.TYPE_DOUBLE and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if field.type == Kind.TYPE_BYTES:
        return value.hex() if field.name in IDS else base64.b64encode(value).decode()
    return value


def free_json(message, random):
    """The same, with all that readers have to take: see OTLP's rules. Members come in any order, some are unknown."""

    def chance(percent):
        return random.randrange(100) < percent

    def scalar(field, value):
        plain = json_scalar(field, value)
        if field.type in (LARGE_INTEGERS | INTEGERS) - {Kind.TYPE_ENUM} and chance(50):
            return value if isinstance(plain, str) else str(value)
        if field.type == Kind.TYPE_DOUBLE and plain == value and value.is_integer() and abs(value) < 1e15 and chance(50):
            # Other languages write whole doubles as integers.
            return int(value) if value or math.copysign(1, value) > 0 else Word("-0")
        if field.type == Kind.TYPE_ENUM and value in field.enum_type.values_by_number and chance(20):
            return field.enum_type.values_by_number[value].name
        return plain.upper() if field.name in IDS and chance(50) else plain

    def text(value):
        if isinstance(value, Word):
            return str(value)
        if isinstance(value, list):
            return "[" + separator().join(map(text, value)) + "]"
        if not isinstance(value, dict):
            return json.dumps(value, ensure_ascii=chance(50))
        members = [*value.items()]
        if chance(5):
            members.append(("unknownMember", random.choice([1, "x", [{"a": [None]}], {"traceId": "no id"}])))
        random.shuffle(members)
        return "{" + separator().join(f"{json.dumps(name)}{random.choice([':', ' : '])}{text(value)}" for name, value in members) + "}"

    def separator():
        return random.choice([",", ", ", " ,\t"])

    return text(members_of(message, scalar))


class Word(str):
    """JSON that is as it stands."""
