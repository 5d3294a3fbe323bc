"""Random messages, over HTTP, as protobuf: every field that the definition has. Prints how many records it sent."""

import json
import os
import sys
import urllib.request
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model.random_messages import Source
from model.rows import rows_of
from model.sources import SIGNALS

MESSAGES = 12

sent = {}
for signal in SIGNALS:
    source = Source(Random(f"{os.environ['SEED']} {signal}"))
    sent[signal] = 0
    for _ in range(MESSAGES):
        message = source.message(signal)
        request = urllib.request.Request(
            f"{os.environ['OTLP_HTTP']}/v1/{signal}", message.SerializeToString(), {"Content-Type": "application/x-protobuf"}
        )
        urllib.request.urlopen(request, timeout=30).close()
        sent[signal] += sum(1 for _ in rows_of(message, signal))
print(json.dumps(sent))
