// Logs, spans and metrics of the JavaScript SDK, with every kind of value that it takes. Prints how many records it sent.
// OTLP_GRPC and OTLP_HTTP say where to: each signal goes as JSON and as protobuf over HTTP, and over gRPC.

import { ROOT_CONTEXT, SpanStatusCode, ValueType, createTraceState, trace } from '@opentelemetry/api';
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { AggregationTemporalityPreference, OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as GrpcSpans } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonSpans } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoSpans } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const ROUNDS = 40;
const grpc = { url: `http://${process.env.OTLP_GRPC}` };
const http = (signal) => ({ url: `${process.env.OTLP_HTTP}/v1/${signal}` });
const schemaUrl = 'https://opentelemetry.io/schemas/1.30.0';
const resource = resourceFromAttributes(
  {
    'service.name': 'javascript feeder',
    'service.instance.id': 19,
    'host.cpu.load': 0.75,
    'is.test': true,
    'process.command_args': ['node', 'feed.mjs'],
  },
  { schemaUrl: 'https://opentelemetry.io/schemas/1.31.0' },
);

// Every kind of value; some agree from round to round, some do not.
function attributes(round) {
  return {
    'http.request.method': ['GET', 'POST'][round % 2],
    http_request_method: 'the name of another, with other signs',
    'http.response.status_code': 200 + round,
    duration: round / 8,
    'is.cached': round % 3 === 0,
    // Whole numbers are integers to this SDK. (Of 1e21 it makes "intValue": 1e+21, which the Collector refuses.)
    'now.and.then.whole': round / 4,
    huge: [Number.MAX_SAFE_INTEGER, 2 ** 60, 1e-9][round % 3],
    sizes: [1, 2, round],
    ratios: [0.5, 1],
    flags: [true, false],
    names: ['größe', 'quotes " and \\', '\n'],
    'empty.list': [],
    'empty.text': '',
    moment: new Date(1_796_000_000_000 + round * 1_001).toISOString(),
    drifting: [round, 'text', 0.5, true][round % 4],
    // Beyond the limits that are set.
    'left.out': true,
  };
}

const nested = (round) => ({ raw: new Uint8Array([0, 255, round]), map: { a: { b: [1, { c: null }] }, d: round }, nothing: null });

async function feedLogs(exporter) {
  const provider = new LoggerProvider({
    resource,
    logRecordLimits: { attributeCountLimit: 18 },
    processors: [new BatchLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger('javascript.logs', '1.2.3', { schemaUrl, attributes: { 'scope.kind': 'test' } });
  const tracer = new TracerProvider().getTracer('none');
  const bodies = ['plain text', '', 12, 0.5, true, new Uint8Array([0, 255]), ['a', 1, null], { k: { n: [1.5] }, empty: {} }];
  for (let round = 0; round < ROUNDS; round++) {
    const span = tracer.startSpan('around');
    logger.emit({
      timestamp: [1_796_000_000 + round, 123_456_789],
      observedTimestamp: Date.now(),
      severityNumber: round % 25,
      severityText: `severity ${round % 25}`,
      body: bodies[round % bodies.length],
      attributes: { ...nested(round), ...attributes(round) },
      eventName: round % 3 === 0 ? 'test.event' : undefined,
      context: round % 2 === 0 ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT,
    });
    span.end();
  }
  logger.emit({ body: 'nothing else' });
  await provider.shutdown();
  return ROUNDS + 1;
}

async function feedSpans(exporter) {
  const provider = new TracerProvider({
    resource,
    spanLimits: { eventCountLimit: 4, linkCountLimit: 2, attributeCountLimit: 15, attributePerEventCountLimit: 2, attributePerLinkCountLimit: 1 },
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('javascript.spans', '1.2.3', { schemaUrl });
  const traceState = createTraceState('vendor=a:1,other=b');
  const hex = (number, digits) => number.toString(16).padStart(digits, '0');
  for (let round = 0; round < ROUNDS; round++) {
    const remote = { traceId: `ab${hex(round + 1, 30)}`, spanId: `cd${hex(round, 14)}`, traceFlags: 1, isRemote: true, traceState };
    const outer = round % 2 === 1 ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
    const links = Array(round % 4).fill({ context: remote, attributes: { 'link.kind': 'remote', dropped: 1 } });
    const span = tracer.startSpan(`span ${round}`, { kind: round % 5, attributes: attributes(round), links }, outer);
    for (let number = 0; number < round % 6; number++) {
      span.addEvent(`event ${number}`, { number, values: [0.5, 1], dropped: '?' });
    }
    tracer.startSpan('child', {}, trace.setSpan(outer, span)).end();
    const code = [SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR][round % 3];
    span.setStatus({ code, message: 'it failed' });
    span.end();
  }
  await provider.shutdown();
  return 2 * ROUNDS;
}

async function feedMetrics(exporter) {
  const provider = new MeterProvider({
    resource,
    views: [{ instrumentName: 'exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 20 } } }],
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  const meter = provider.getMeter('javascript.metrics', '1.2.3', { schemaUrl });
  const counter = meter.createCounter('requests', { unit: '1', description: 'How many requests came', valueType: ValueType.INT });
  const doubles = meter.createCounter('joules', { unit: 'J' });
  const gauge = meter.createGauge('temperature', { unit: 'Cel' });
  const levels = meter.createUpDownCounter('queue', { unit: '{item}', valueType: ValueType.INT });
  const histogram = meter.createHistogram('explicit', { unit: 's', advice: { explicitBucketBoundaries: [0, 1, 2.5] } });
  const exponential = meter.createHistogram('exponential', { unit: 's' });
  for (let round = 0; round < ROUNDS; round++) {
    const few = { even: round % 2 === 0, 'http.route': `/r/${round % 3}`, codes: [round % 2] };
    counter.add(round, few);
    doubles.add(round / 3, few);
    gauge.record(round / 7, few);
    levels.add(-round, few);
    histogram.record(round / 10, few);
    exponential.record((round - 5) / 7, few);
  }
  await provider.shutdown();
}

const sent = { logs: 0, traces: 0 };
for (const exporter of [new JsonLogs(http('logs')), new ProtoLogs(http('logs')), new GrpcLogs(grpc)]) {
  sent.logs += await feedLogs(exporter);
}
for (const exporter of [new JsonSpans(http('traces')), new ProtoSpans(http('traces')), new GrpcSpans(grpc)]) {
  sent.traces += await feedSpans(exporter);
}
const temporalityPreference = AggregationTemporalityPreference.DELTA;
for (const exporter of [new JsonMetrics(http('metrics')), new ProtoMetrics({ ...http('metrics'), temporalityPreference }), new GrpcMetrics(grpc)]) {
  await feedMetrics(exporter);
}
console.log(JSON.stringify(sent));
