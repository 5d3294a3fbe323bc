"""Files of OTLP, as the messages that they hold: by protobuf's own classes, never by Bucksaw's code."""

import struct
from dataclasses import dataclass

import zstandard
from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from model.otlp_json import fill, read_json

SIGNALS = {"logs": LogsData, "traces": TracesData, "metrics": MetricsData}


@dataclass(frozen=True)
class Form:
    """How the file exporter writes a file."""

    is_json: bool
    # Each message behind its length: of all but JSON by lines.
    is_prefixed: bool
    # Each message is a zstd frame of its own.
    compresses_messages: bool = False
    # The whole file is one zstd stream.
    compresses_file: bool = False
    # One message over several lines.
    is_document: bool = False


FORMS = {
    "proto": Form(is_json=False, is_prefixed=True),
    "json": Form(is_json=True, is_prefixed=False),
    "proto-zstd": Form(is_json=False, is_prefixed=True, compresses_messages=True),
    "json-zstd": Form(is_json=True, is_prefixed=True, compresses_messages=True),
    "proto-zstd-native": Form(is_json=False, is_prefixed=True, compresses_file=True),
    "json-zstd-native": Form(is_json=True, is_prefixed=False, compresses_file=True),
    # What other writers make, one message a file.
    "binpb": Form(is_json=False, is_prefixed=False),
    "document": Form(is_json=True, is_prefixed=False, is_document=True),
    # What nobody writes, and the definition allows.
    "scrambled": Form(is_json=False, is_prefixed=False),
    "json-scrambled": Form(is_json=True, is_prefixed=False),
}


def decompressed(data):
    return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()


def contents(data, form):
    """The bytes of each message."""
    if form.compresses_file:
        data = decompressed(data)
    if not form.is_prefixed:
        yield from data.splitlines() if form.is_json and not form.is_document else [data]
        return
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        message = data[at + 4 : at + 4 + length]
        assert len(message) == length, "the file ends inside a message"
        yield decompressed(message) if form.compresses_messages else message
        at += 4 + length


def parsed(content, form, signal, counts):
    """A message; counts what is not as OTLP has it: of JSON everywhere, of protobuf beside the resources alone."""
    message = SIGNALS[signal]()
    if form.is_json:
        fill(message, read_json(content), counts)
    else:
        message.ParseFromString(content)
        for _ in UnknownFieldSet(message):
            counts["unknown_members"] += 1
    return message


def messages(data, form, signal, counts):
    """The messages of a file."""
    return (parsed(content, form, signal, counts) for content in contents(data, form))
