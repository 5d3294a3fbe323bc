"""Files of random messages, as other writers than the Collector make them, too."""

import json
import struct
from random import Random

import zstandard

from model.otlp_json import free_json, members_of
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
            path.write_bytes(written(made, name, form, seed))
            yield path, name, signal


def written(messages, name, form, seed):
    """Messages as the bytes of a file."""
    if form.is_document:
        whole = type(messages[0])()
        for message in messages:
            whole.MergeFrom(message)
        return json.dumps(members_of(whole), indent=2, ensure_ascii=False).encode()
    random = Random(seed)
    write = {
        "scrambled": Writer(random).message,
        "json-scrambled": lambda message: free_json(message, random).encode(),
    }.get(name)
    if not write:
        write = plain_json if form.is_json else lambda message: message.SerializeToString()
    compressor = zstandard.ZstdCompressor()
    whole = b""
    for message in messages:
        content = write(message)
        if form.compresses_messages:
            content = compressor.compress(content)
        if form.is_prefixed:
            content = struct.pack(">I", len(content)) + content
        elif form.is_json:
            content += b"\n"
        whole += content
    return compressor.compress(whole) if form.compresses_file else whole


def plain_json(message):
    return json.dumps(members_of(message)).encode()
