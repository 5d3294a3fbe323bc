package main

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	otellog "go.opentelemetry.io/otel/log"
	"go.opentelemetry.io/otel/metric"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func feedLogs(ctx context.Context, res *resource.Resource, exporter sdklog.Exporter) int {
	provider := sdklog.NewLoggerProvider(sdklog.WithResource(res), sdklog.WithAttributeCountLimit(18),
		sdklog.WithProcessor(sdklog.NewBatchProcessor(exporter)))
	logger := provider.Logger("go.logs", otellog.WithInstrumentationVersion("1.2.3"), otellog.WithSchemaURL(schema),
		otellog.WithInstrumentationAttributes(scopeAttributes...))
	tracer := sdktrace.NewTracerProvider().Tracer("none")
	bodies := []attribute.Value{
		attribute.StringValue("plain text"), attribute.StringValue(""), attribute.IntValue(12), attribute.Float64Value(0.5),
		attribute.BoolValue(true), attribute.ByteSliceValue([]byte{0, 255}),
		attribute.SliceValue(attribute.StringValue("a"), attribute.IntValue(1)),
		attribute.MapValue(attribute.Map("k", attribute.Slice("n", attribute.Float64Value(1.5)))),
	}
	for round := range rounds {
		var record otellog.Record
		record.SetTimestamp(time.Now())
		record.SetObservedTimestamp(time.Now())
		record.SetSeverity(otellog.Severity(round % 25))
		record.SetSeverityText(otellog.Severity(round % 25).String())
		record.SetBody(bodies[round%len(bodies)])
		record.AddAttributes(attributes(round)...)
		if round%3 == 0 {
			record.SetEventName("test.event")
		}
		inner, span := ctx, trace.SpanFromContext(ctx)
		if round%2 == 0 {
			inner, span = tracer.Start(ctx, "around")
		}
		logger.Emit(inner, record)
		span.End()
	}
	logger.Emit(ctx, otellog.Record{})
	check(provider.Shutdown(ctx))
	return rounds + 1
}

func feedSpans(ctx context.Context, res *resource.Resource, exporter sdktrace.SpanExporter) int {
	limits := sdktrace.NewSpanLimits()
	limits.EventCountLimit, limits.LinkCountLimit, limits.AttributeCountLimit = 4, 2, 18
	limits.AttributePerEventCountLimit, limits.AttributePerLinkCountLimit = 2, 1
	provider := sdktrace.NewTracerProvider(sdktrace.WithResource(res), sdktrace.WithRawSpanLimits(limits),
		sdktrace.WithBatcher(exporter))
	tracer := provider.Tracer("go.spans", trace.WithInstrumentationVersion("1.2.3"), trace.WithSchemaURL(schema),
		trace.WithInstrumentationAttributes(scopeAttributes...))
	state := must(trace.ParseTraceState("vendor=a:1,other=b"))
	status := []codes.Code{codes.Unset, codes.Ok, codes.Error}
	for round := range rounds {
		remote := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{0xab, 15: byte(round + 1)},
			SpanID: trace.SpanID{0xcd, 7: byte(round)}, TraceFlags: trace.FlagsSampled, TraceState: state, Remote: true})
		outer := ctx
		if round%2 == 1 {
			outer = trace.ContextWithRemoteSpanContext(ctx, remote)
		}
		link := trace.Link{SpanContext: remote, Attributes: []attribute.KeyValue{attribute.String("link.kind", "remote"), attribute.Int("dropped", 1)}}
		links := []trace.Link{link, link, link}[:round%4]
		inner, span := tracer.Start(outer, fmt.Sprintf("span %d", round), trace.WithSpanKind(trace.SpanKind(round%6)),
			trace.WithLinks(links...), trace.WithAttributes(attributes(round)...))
		for number := range round % 6 {
			span.AddEvent(fmt.Sprintf("event %d", number), trace.WithAttributes(attribute.Int("number", number),
				attribute.Float64Slice("values", []float64{0.5, 1}), attribute.String("dropped", "?")))
		}
		_, child := tracer.Start(inner, "child")
		child.End()
		span.SetStatus(status[round%3], "it failed")
		span.End()
	}
	check(provider.Shutdown(ctx))
	return 2 * rounds
}

func feedMetrics(ctx context.Context, res *resource.Resource, exporter sdkmetric.Exporter) {
	exponential := sdkmetric.NewView(sdkmetric.Instrument{Name: "exponential"},
		sdkmetric.Stream{Aggregation: sdkmetric.AggregationBase2ExponentialHistogram{MaxSize: 20, MaxScale: 20}})
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithResource(res), sdkmetric.WithView(exponential),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithInterval(time.Hour))))
	meter := provider.Meter("go.metrics", metric.WithInstrumentationVersion("1.2.3"), metric.WithSchemaURL(schema),
		metric.WithInstrumentationAttributes(scopeAttributes...))
	counter := must(meter.Int64Counter("requests", metric.WithUnit("1"), metric.WithDescription("How many requests came")))
	doubles := must(meter.Float64Counter("joules", metric.WithUnit("J")))
	gauge := must(meter.Float64Gauge("temperature", metric.WithUnit("Cel")))
	whole := must(meter.Int64Gauge("level"))
	levels := must(meter.Int64UpDownCounter("queue", metric.WithUnit("{item}")))
	histogram := must(meter.Float64Histogram("explicit", metric.WithUnit("s"), metric.WithExplicitBucketBoundaries(0, 1, 2.5)))
	wholes := must(meter.Int64Histogram("explicit.int", metric.WithUnit("By")))
	exponentials := must(meter.Float64Histogram("exponential", metric.WithUnit("s")))
	// Exemplars are kept of what is measured within a span.
	tracer := sdktrace.NewTracerProvider().Tracer("none")
	for round := range rounds {
		few := metric.WithAttributes(attribute.Bool("even", round%2 == 0), attribute.String("http.route", fmt.Sprint("/r/", round%3)),
			attribute.Int64Slice("codes", []int64{int64(round % 2)}))
		inner, span := tracer.Start(ctx, "measured")
		counter.Add(inner, int64(round), few)
		doubles.Add(inner, float64(round)/3, few)
		gauge.Record(inner, float64(round)/7, few)
		whole.Record(inner, int64(-round), few)
		levels.Add(inner, int64(-round), few)
		histogram.Record(inner, float64(round)/10, few)
		wholes.Record(inner, int64(round)*100, few)
		exponentials.Record(inner, float64(round-5)/7, few)
		span.End()
		if round == rounds/2 {
			check(provider.ForceFlush(ctx))
		}
	}
	check(provider.Shutdown(ctx))
}
