"""Files of random messages, as other writers than the Collector make them, too."""

import json
import struct
from random import Random

import zstandard

from model.otlp_json import members_of
from model.random_messages import Source
from model.sources import FORMS, SIGNALS
from model.wire import Writer


def make_files(folder, seed, messages=12):
    """Writes a file for each signal in each form; yields its path, form and signal."""
    folder.mkdir(parents=True, exist_ok=True)
    for signal in SIGNALS:
        source = Source(Random(f"{seed} {signal}"))
        made = [source.message(signal) for _ in range(messages)]
        for name, form in FORMS.items():
            path = folder / f"{signal}-{name}"
            path.write_bytes(scrambled(made, seed) if name == "scrambled" else written(made, form))
            yield path, name, signal


def scrambled(messages, seed):
    writer = Writer(Random(seed))
    return b"".join(writer.message(message) for message in messages)


def written(messages, form):
    """Messages as the bytes of a file."""
    if not form.is_prefixed and not form.is_json:
        return b"".join(message.SerializeToString() for message in messages)
    compressor = zstandard.ZstdCompressor()
    whole = b""
    for message in messages:
        content = json.dumps(members_of(message)).encode() if form.is_json else message.SerializeToString()
        if form.compresses_messages:
            content = compressor.compress(content)
        whole += struct.pack(">I", len(content)) + content if form.is_prefixed else content + b"\n"
    return compressor.compress(whole) if form.compresses_file else whole
