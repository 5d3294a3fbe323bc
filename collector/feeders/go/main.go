// Logs, spans and metrics of the Go SDK, with every kind of value that it takes. Prints how many records it sent. OTLP_GRPC
// and OTLP_HTTP say where to: logs go over both, spans and metrics over gRPC.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
)

const rounds = 40

const (
	schema         = "https://opentelemetry.io/schemas/1.30.0"
	resourceSchema = "https://opentelemetry.io/schemas/1.31.0"
)

var scopeAttributes = []attribute.KeyValue{attribute.String("scope.kind", "test"), attribute.Int("scope.number", 3)}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	grpc, http := os.Getenv("OTLP_GRPC"), os.Getenv("OTLP_HTTP_HOST")
	res := resource.NewWithAttributes(resourceSchema,
		attribute.String("service.name", "go feeder"),
		attribute.Int("service.instance.id", 18),
		attribute.Float64("host.cpu.load", 0.5),
		attribute.Bool("is.test", true),
		attribute.StringSlice("process.command_args", []string{"go", "run"}),
		attribute.Map("nested", attribute.Int("a", 1)),
	)
	grpcLogs := must(otlploggrpc.New(ctx, otlploggrpc.WithEndpoint(grpc), otlploggrpc.WithInsecure()))
	httpLogs := must(otlploghttp.New(ctx, otlploghttp.WithEndpoint(http), otlploghttp.WithInsecure()))
	spans := must(otlptracegrpc.New(ctx, otlptracegrpc.WithEndpoint(grpc), otlptracegrpc.WithInsecure()))
	metrics := must(otlpmetricgrpc.New(ctx, otlpmetricgrpc.WithEndpoint(grpc), otlpmetricgrpc.WithInsecure()))
	sent := map[string]int{
		"logs":   feedLogs(ctx, res, grpcLogs) + feedLogs(ctx, res, httpLogs),
		"traces": feedSpans(ctx, res, spans),
	}
	feedMetrics(ctx, res, metrics)
	fmt.Println(string(must(json.Marshal(sent))))
}

// Every kind of value; some agree from round to round, some do not.
func attributes(round int) []attribute.KeyValue {
	drifting := []attribute.Value{
		attribute.IntValue(round), attribute.StringValue("text"), attribute.Float64Value(0.5), attribute.BoolValue(true),
	}
	doubles := []float64{float64(round), 1e-7, 1e21, math.Inf(1), math.Inf(-1), math.NaN(), math.Copysign(0, -1)}
	return []attribute.KeyValue{
		attribute.String("http.request.method", []string{"GET", "POST"}[round%2]),
		attribute.String("http_request_method", "the name of another, with other signs"),
		attribute.Int("http.response.status_code", 200+round),
		attribute.Float64("duration", float64(round)/8),
		attribute.Float64("unusual.double", doubles[round%len(doubles)]),
		attribute.Bool("is.cached", round%3 == 0),
		attribute.Int64Slice("sizes", []int64{1, math.MinInt64, int64(round)}),
		attribute.Float64Slice("ratios", doubles),
		attribute.BoolSlice("flags", []bool{true, false}),
		attribute.StringSlice("names", []string{"größe", "quotes \" and \\", "\n\x01"}),
		attribute.StringSlice("empty.list", nil),
		attribute.String("empty.text", ""),
		attribute.String("moment", fmt.Sprintf("2026-11-28T07:05:%02d.5+01:00", round)),
		attribute.Int64("large", math.MaxInt64-int64(round)),
		{Key: "drifting", Value: drifting[round%4]},
		attribute.ByteSlice("raw", []byte{0, 255, byte(round)}),
		attribute.Slice("mixed", attribute.IntValue(1), attribute.StringValue("b"), attribute.ByteSliceValue([]byte{7}), attribute.Value{}),
		attribute.Map("map", attribute.Map("inner", attribute.Float64("d", 1)), attribute.Int("i", round)),
		// Beyond the limits that are set.
		attribute.Bool("left.out", true),
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
