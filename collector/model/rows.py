"""The row that each log record, span and data point becomes in the flat layout."""

from model.values import Json, any_value, json_of, json_of_attributes, text_of

INTEGER, NUMBER, TEXT, TIME, DOUBLE, BOOL = "int64", "int32", "text", "time", "double", "bool"
INTEGERS, TEXTS, DOUBLES = "list<int64>", "list<text>", "list<double>"

COMMON = {
    "service_name": TEXT,
    "resource_dropped_attributes_count": INTEGER,
    "resource_schema_url": TEXT,
    "scope_name": TEXT,
    "scope_version": TEXT,
    "scope_dropped_attributes_count": INTEGER,
    "scope_schema_url": TEXT,
}
LOGS = {
    "time": TIME,
    "observed_time": TIME,
    "severity_number": NUMBER,
    "severity_text": TEXT,
    "body": TEXT,
    "body_type": TEXT,
    "trace_id": TEXT,
    "span_id": TEXT,
    "flags": INTEGER,
    "event_name": TEXT,
    "dropped_attributes_count": INTEGER,
}
TRACES = {
    "trace_id": TEXT,
    "span_id": TEXT,
    "parent_span_id": TEXT,
    "trace_state": TEXT,
    "name": TEXT,
    "kind": NUMBER,
    "start_time": TIME,
    "end_time": TIME,
    "status_code": NUMBER,
    "status_message": TEXT,
    "flags": INTEGER,
    "dropped_attributes_count": INTEGER,
    "events_time_unix_nano": INTEGERS,
    "events_name": TEXTS,
    "events_attributes": TEXTS,
    "events_dropped_attributes_count": INTEGERS,
    "dropped_events_count": INTEGER,
    "links_trace_id": TEXTS,
    "links_span_id": TEXTS,
    "links_trace_state": TEXTS,
    "links_attributes": TEXTS,
    "links_dropped_attributes_count": INTEGERS,
    "links_flags": INTEGERS,
    "dropped_links_count": INTEGER,
}
METRICS = {
    "name": TEXT,
    "description": TEXT,
    "unit": TEXT,
    "metadata": TEXT,
    "type": TEXT,
    "aggregation_temporality": NUMBER,
    "is_monotonic": BOOL,
    "start_time": TIME,
    "time": TIME,
    "value_int": INTEGER,
    "value_double": DOUBLE,
    "count": INTEGER,
    "sum": DOUBLE,
    "min": DOUBLE,
    "max": DOUBLE,
    "bucket_counts": INTEGERS,
    "explicit_bounds": DOUBLES,
    "scale": NUMBER,
    "zero_count": INTEGER,
    "zero_threshold": DOUBLE,
    "positive_offset": NUMBER,
    "positive_bucket_counts": INTEGERS,
    "negative_offset": NUMBER,
    "negative_bucket_counts": INTEGERS,
    "quantile_values_quantile": DOUBLES,
    "quantile_values_value": DOUBLES,
    "flags": INTEGER,
    "exemplars_time_unix_nano": INTEGERS,
    "exemplars_value_int": INTEGERS,
    "exemplars_value_double": DOUBLES,
    "exemplars_trace_id": TEXTS,
    "exemplars_span_id": TEXTS,
    "exemplars_filtered_attributes": TEXTS,
}
# The columns that every table of a signal has.
CORE = {signal: {**COMMON, **own} for signal, own in (("logs", LOGS), ("traces", TRACES), ("metrics", METRICS))}


class Row:
    """Values of the core columns by name, and those of attributes by path, in the order in which they come."""

    def __init__(self):
        self.core = {}
        self.found = []

    def put(self, name, value):
        """Where the definition has no other word for nothing, 0 and empty text are null."""
        if value:
            self.core[name] = value

    def put_always(self, name, value):
        self.core[name] = value

    def put_optional(self, name, message, field):
        if message.HasField(field):
            self.core[name] = getattr(message, field)

    def put_attributes(self, below, attributes):
        for attribute in attributes:
            self.found.append(((below, attribute.key), any_value(attribute.value)))

    def put_lists(self, below, elements, columns):
        """Messages as lists side by side; `columns` says how each is read of a message."""
        for name, read in columns.items():
            self.put(below + "_" + name, [read(element) for element in elements])


def rows_of(message, signal):
    """All rows of a message."""
    return {"logs": log_rows, "traces": span_rows, "metrics": metric_rows}[signal](message)


def common(row, of_resource, of_scope):
    resource, scope = of_resource.resource, of_scope.scope
    services = (attribute.value for attribute in resource.attributes if attribute.key == "service.name")
    texts = (value.string_value for value in services if value.WhichOneof("value") == "string_value")
    service = next(texts, None)
    if service is not None:
        row.put_always("service_name", service)
    row.put_attributes("resource", resource.attributes)
    row.put("resource_dropped_attributes_count", resource.dropped_attributes_count)
    if resource.entity_refs:
        entities = ",".join(entity_json(entity) for entity in resource.entity_refs)
        row.found.append((("resource_entity_refs",), Json(f"[{entities}]")))
    row.put("resource_schema_url", of_resource.schema_url)
    row.put("scope_name", scope.name)
    row.put("scope_version", scope.version)
    row.put_attributes("scope", scope.attributes)
    row.put("scope_dropped_attributes_count", scope.dropped_attributes_count)
    row.put("scope_schema_url", of_scope.schema_url)
    return row


def entity_json(entity):
    def texts(values):
        return "[" + ",".join(json_of(value) for value in values) + "]"

    members = {
        "schema_url": json_of(entity.schema_url),
        "type": json_of(entity.type),
        "id_keys": texts(entity.id_keys),
        "description_keys": texts(entity.description_keys),
    }
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"


BODY_TYPES = {
    "bool_value": "bool",
    "int_value": "int",
    "string_value_strindex": "int",
    "double_value": "double",
    "bytes_value": "bytes",
    "array_value": "array",
    "kvlist_value": "kvlist",
}


def log_rows(message):
    for of_resource in message.resource_logs:
        for of_scope in of_resource.scope_logs:
            for record in of_scope.log_records:
                row = common(Row(), of_resource, of_scope)
                row.put_attributes("attr", record.attributes)
                row.put("time", record.time_unix_nano)
                row.put("observed_time", record.observed_time_unix_nano)
                row.put("severity_number", record.severity_number)
                row.put("severity_text", record.severity_text)
                body = any_value(record.body)
                if body is not None:
                    row.put_always("body", body if isinstance(body, Json) else text_of(body))
                row.put("body_type", BODY_TYPES.get(record.body.WhichOneof("value")))
                row.put("trace_id", record.trace_id.hex())
                row.put("span_id", record.span_id.hex())
                row.put("flags", record.flags)
                row.put("event_name", record.event_name)
                row.put("dropped_attributes_count", record.dropped_attributes_count)
                yield row


EVENTS = {
    "time_unix_nano": lambda event: event.time_unix_nano,
    "name": lambda event: event.name,
    "attributes": lambda event: json_of_attributes(event.attributes),
    "dropped_attributes_count": lambda event: event.dropped_attributes_count,
}
LINKS = {
    "trace_id": lambda link: link.trace_id.hex(),
    "span_id": lambda link: link.span_id.hex(),
    "trace_state": lambda link: link.trace_state,
    "attributes": lambda link: json_of_attributes(link.attributes),
    "dropped_attributes_count": lambda link: link.dropped_attributes_count,
    "flags": lambda link: link.flags,
}


def span_rows(message):
    for of_resource in message.resource_spans:
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                row = common(Row(), of_resource, of_scope)
                row.put_attributes("attr", span.attributes)
                for name in ("trace_id", "span_id", "parent_span_id"):
                    row.put(name, getattr(span, name).hex())
                for name in ("trace_state", "name", "kind", "flags", "dropped_attributes_count"):
                    row.put(name, getattr(span, name))
                row.put("start_time", span.start_time_unix_nano)
                row.put("end_time", span.end_time_unix_nano)
                row.put("status_code", span.status.code)
                row.put("status_message", span.status.message)
                row.put_lists("events", span.events, EVENTS)
                row.put("dropped_events_count", span.dropped_events_count)
                row.put_lists("links", span.links, LINKS)
                row.put("dropped_links_count", span.dropped_links_count)
                yield row


def value_of(message, kind):
    return getattr(message, kind) if message.WhichOneof("value") == kind else None


EXEMPLARS = {
    "time_unix_nano": lambda exemplar: exemplar.time_unix_nano,
    "value_int": lambda exemplar: value_of(exemplar, "as_int"),
    "value_double": lambda exemplar: value_of(exemplar, "as_double"),
    "trace_id": lambda exemplar: exemplar.trace_id.hex(),
    "span_id": lambda exemplar: exemplar.span_id.hex(),
    "filtered_attributes": lambda exemplar: json_of_attributes(exemplar.filtered_attributes),
}
QUANTILES = {"quantile": lambda quantile: quantile.quantile, "value": lambda quantile: quantile.value}


def metric_rows(message):
    for of_resource in message.resource_metrics:
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                kind = metric.WhichOneof("data")
                # One without data has no points.
                for point in getattr(metric, kind).data_points if kind else []:
                    row = common(Row(), of_resource, of_scope)
                    put_metric(row, metric, kind)
                    put_point(row, point, kind)
                    yield row


def put_metric(row, metric, kind):
    for name in ("name", "description", "unit"):
        row.put(name, getattr(metric, name))
    if metric.metadata:
        row.put("metadata", json_of_attributes(metric.metadata))
    row.put("type", kind)
    if kind in ("sum", "histogram", "exponential_histogram"):
        row.put("aggregation_temporality", getattr(metric, kind).aggregation_temporality)
    if kind == "sum":
        row.put_always("is_monotonic", metric.sum.is_monotonic)


def put_point(row, point, kind):
    row.put_attributes("attr", point.attributes)
    row.put("start_time", point.start_time_unix_nano)
    row.put("time", point.time_unix_nano)
    row.put("flags", point.flags)
    if kind in ("gauge", "sum"):
        row.put_optional("value_int", point, "as_int")
        row.put_optional("value_double", point, "as_double")
    else:
        row.put_always("count", point.count)
    if kind == "summary":
        row.put_always("sum", point.sum)
        row.put_lists("quantile_values", point.quantile_values, QUANTILES)
        return
    row.put_lists("exemplars", point.exemplars, EXEMPLARS)
    if kind in ("histogram", "exponential_histogram"):
        for name in ("sum", "min", "max"):
            row.put_optional(name, point, name)
    if kind == "histogram":
        row.put("bucket_counts", list(point.bucket_counts))
        row.put("explicit_bounds", list(point.explicit_bounds))
    if kind == "exponential_histogram":
        for name in ("scale", "zero_count", "zero_threshold"):
            row.put_always(name, getattr(point, name))
        for name in ("positive", "negative"):
            if point.HasField(name):
                row.put_always(f"{name}_offset", getattr(point, name).offset)
                row.put(f"{name}_bucket_counts", list(getattr(point, name).bucket_counts))
