"""Logs, spans and metrics of the Python SDK, with every kind of value that it takes. Prints how many records it sent.

Of each signal some go over gRPC, some over HTTP. OTLP_GRPC and OTLP_HTTP say where to.
"""

import json
import os
import time

from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider, LogRecordLimits
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

ROUNDS = 40
GRPC, HTTP = os.environ["OTLP_GRPC"], os.environ["OTLP_HTTP"]
SCOPE = {"version": "1.2.3", "schema_url": "https://opentelemetry.io/schemas/1.30.0", "attributes": {"scope.kind": "test"}}
RESOURCE = Resource.create(
    {
        "service.name": "python feeder",
        "service.instance.id": 17,
        "host.cpu.load": 0.25,
        "is.test": True,
        "process.command_args": ["python", "feed.py"],
    },
    schema_url="https://opentelemetry.io/schemas/1.31.0",
)


def attributes(round_):
    """Every kind of value; some agree from round to round, some do not."""
    return {
        "http.request.method": ["GET", "POST"][round_ % 2],
        "http_request_method": "the name of another, with other signs",
        "http.response.status_code": 200 + round_,
        "duration": round_ / 8,
        "whole.double": float(round_),
        "is.cached": round_ % 3 == 0,
        "sizes": [1, 2, round_],
        "ratios": [0.5, float(round_)],
        "flags": [True, False],
        "names": ["größe", 'quotes " and \\', "\n"],
        "empty.list": [],
        "empty.text": "",
        "moment": f"2026-11-28T07:05:{round_ % 60:02d}.123456789Z",
        "large": (1 << 63) - 1 - round_,
        "drifting": [round_, "text", 0.5, True][round_ % 4],
        **({"rare": "once"} if round_ == 7 else {}),
    }


def nested(round_):
    """What the SDK takes beyond the API's scalars and lists."""
    return {"raw": bytes([0, 255, round_]), "map": {"a": {"b": [1, {"c": None}]}, "d": b"\x00"}, "nothing": None}


def feed_logs(exporter):
    provider = LoggerProvider(resource=RESOURCE, log_record_limits=LogRecordLimits(max_log_record_attributes=18))
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("python.logs", **SCOPE)
    tracer = TracerProvider().get_tracer("none")
    bodies = ["plain text", "", 12, 0.5, True, b"\x00\xff", ["a", 1, None], {"k": {"n": [1.5]}, "empty": {}}]
    severities = list(SeverityNumber)
    for round_ in range(ROUNDS):
        severity = severities[round_ % len(severities)]
        with tracer.start_as_current_span("around", context=None if round_ % 2 else trace.set_span_in_context(trace.INVALID_SPAN)):
            logger.emit(
                timestamp=time.time_ns() + round_,
                observed_timestamp=time.time_ns(),
                severity_number=severity,
                severity_text=severity.name,
                body=bodies[round_ % len(bodies)],
                attributes={**attributes(round_), **nested(round_)},
                event_name="test.event" if round_ % 3 == 0 else None,
            )
    logger.emit(body="nothing else")
    provider.shutdown()
    return ROUNDS + 1


def feed_spans(exporter):
    limits = SpanLimits(max_events=4, max_links=2, max_span_attributes=15, max_event_attributes=2, max_link_attributes=1)
    provider = TracerProvider(resource=RESOURCE, span_limits=limits)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("python.spans", "1.2.3", schema_url=SCOPE["schema_url"], attributes=SCOPE["attributes"])
    state = TraceState([("vendor", "a:1"), ("other", "b")])
    kinds, codes = list(SpanKind), [StatusCode.UNSET, StatusCode.OK, StatusCode.ERROR]
    for round_ in range(ROUNDS):
        remote = SpanContext(0xAB << 64 | round_ + 1, 0xCD00 | round_, True, TraceFlags(1), state)
        links = [Link(remote, {"link.kind": "remote", "dropped": 1})] * (round_ % 4)
        context = trace.set_span_in_context(trace.NonRecordingSpan(remote)) if round_ % 2 else None
        with tracer.start_as_current_span(f"span {round_}", context, kinds[round_ % len(kinds)], attributes(round_), links) as span:
            for number in range(round_ % 6):
                span.add_event(f"event {number}", {"number": number, "values": [0.5, 1.0], "dropped": "?"}, time.time_ns())
            with tracer.start_as_current_span("child"):
                pass
            code = codes[round_ % 3]
            span.set_status(Status(code, "it failed" if code is StatusCode.ERROR else None))
    provider.shutdown()
    return 2 * ROUNDS


def feed_metrics(exporter):
    provider = MeterProvider(
        [PeriodicExportingMetricReader(exporter, export_interval_millis=3_600_000)],
        RESOURCE,
        views=[View(instrument_name="exponential", aggregation=ExponentialBucketHistogramAggregation(max_size=20))],
    )
    meter = provider.get_meter("python.metrics", **SCOPE)
    counter = meter.create_counter("requests", "1", "How many requests came")
    doubles = meter.create_counter("joules", "J")
    gauge = meter.create_gauge("temperature", "Cel", "Now")
    levels = meter.create_up_down_counter("queue", "{item}")
    histogram = meter.create_histogram("explicit", "s", explicit_bucket_boundaries_advisory=[0.0, 1.0, 2.5])
    exponential = meter.create_histogram("exponential", "s")
    # Exemplars are kept of what is measured within a span.
    tracer = TracerProvider().get_tracer("none")
    for round_ in range(ROUNDS):
        few = {"even": round_ % 2 == 0, "http.route": f"/r/{round_ % 3}", "codes": [round_ % 2]}
        with tracer.start_as_current_span("measured"):
            counter.add(round_, few)
            doubles.add(round_ / 3, few)
            gauge.set([round_, round_ / 7][round_ % 2], {"of": "int" if round_ % 2 == 0 else "double"})
            levels.add(-round_, few)
            histogram.record(round_ / 10, {**few, "seen": round_})
            exponential.record((round_ - 5) / 7 if round_ else 0, few)
        if round_ == ROUNDS // 2:
            provider.force_flush()
    provider.shutdown()


delta = {kind: AggregationTemporality.DELTA for kind in (Counter, Histogram, UpDownCounter)}
sent = {
    "logs": feed_logs(GrpcLogs(GRPC, insecure=True)) + feed_logs(HttpLogs(f"{HTTP}/v1/logs")),
    "traces": feed_spans(GrpcSpans(GRPC, insecure=True)) + feed_spans(HttpSpans(f"{HTTP}/v1/traces")),
}
feed_metrics(GrpcMetrics(GRPC, insecure=True))
feed_metrics(HttpMetrics(f"{HTTP}/v1/metrics", preferred_temporality=delta))
print(json.dumps(sent))
