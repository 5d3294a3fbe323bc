#!/usr/bin/env bash
# What telemetrygen generates: of logs, traces and each kind of metric some over gRPC, some over HTTP. Prints how many records it
# sent. TELEMETRYGEN is the program, OTLP_GRPC and OTLP_HTTP_HOST say where to.
set -euo pipefail

generate() {
  local signal=$1 over
  shift
  for over in "--otlp-endpoint=$OTLP_GRPC" "--otlp-http --otlp-endpoint=$OTLP_HTTP_HOST"; do
    # shellcheck disable=SC2086
    "$TELEMETRYGEN" "$signal" --otlp-insecure $over --rate=0 "$@" \
      --otlp-attributes='deployment.environment.name="test"' --otlp-attributes='host.cores=2' \
      --otlp-attributes='tags=["a","b"]' --telemetry-attributes='is.generated=true' \
      --telemetry-attributes='http.response.status_code=200' >/dev/null 2>&1
  done
}

trace=0af7651916cd43dd8448eb211c80319c span=b7ad6b7169203331
# More than a settling window has.
generate logs --logs=6000 --body="generated, with \"quotes\"" --severity-number=17 --severity-text=Error \
  --trace-id=$trace --span-id=$span
generate traces --traces=100 --child-spans=2 --span-links=3 --status-code=Error
for kind in Gauge Sum Histogram ExponentialHistogram; do
  generate metrics --metrics=20 --metric-type=$kind --otlp-metric-name="generated.$kind" --trace-id=$trace --span-id=$span
done
generate metrics --metrics=20 --metric-type=Sum --aggregation-temporality=delta --unique-timeseries
echo '{"logs": 12000, "traces": 600, "metrics": 200}'
