"""How DuckDB reads OTLP logs in JSON, a request on each line, as the Collector's file exporter writes them too.

A row for each record. Attributes become maps of text, as in the Collector's ClickHouse tables: columns of their own would have
to be looked up in each record's list once for every name.
"""

VALUE = '"stringValue" VARCHAR, "intValue" VARCHAR, "doubleValue" VARCHAR, "boolValue" VARCHAR'
ATTRIBUTES = f'STRUCT("key" VARCHAR, "value" STRUCT({VALUE}))[]'
RECORDS = (
    'STRUCT("timeUnixNano" BIGINT, "observedTimeUnixNano" BIGINT, "severityNumber" INTEGER, "severityText" VARCHAR, '
    f'"body" STRUCT("stringValue" VARCHAR), "traceId" VARCHAR, "spanId" VARCHAR, "attributes" {ATTRIBUTES})[]'
)
SCOPES = f'STRUCT("scope" STRUCT("name" VARCHAR, "version" VARCHAR), "logRecords" {RECORDS})[]'
RESOURCES = f'STRUCT("resource" STRUCT("attributes" {ATTRIBUTES}), "scopeLogs" {SCOPES})[]'


def as_map(attributes):
    """A list of attributes as a map, which is a little faster than `map_from_entries`."""
    value = "coalesce(a.value.stringValue, a.value.intValue, a.value.doubleValue, a.value.boolValue)"
    return f"map(list_transform({attributes}, lambda a: a.key), list_transform({attributes}, lambda a: {value}))"


def records(path):
    """The query: told the fields, DuckDB reads the file once and guesses nothing."""
    return f"""
        SELECT
            make_timestamp_ns(r.timeUnixNano) AS time,
            make_timestamp_ns(r.observedTimeUnixNano) AS observed_time,
            r.severityNumber AS severity_number,
            r.severityText AS severity_text,
            r.body.stringValue AS body,
            nullif(r.traceId, '') AS trace_id,
            nullif(r.spanId, '') AS span_id,
            service_name, resource_attributes, scope_name, scope_version,
            {as_map("r.attributes")} AS attributes
        FROM (
            SELECT
                resource_attributes,
                resource_attributes['service.name'] AS service_name,
                s.scope.name AS scope_name,
                s.scope.version AS scope_version,
                unnest(s.logRecords) AS r
            FROM (
                SELECT {as_map("l.resource.attributes")} AS resource_attributes, unnest(l.scopeLogs) AS s
                FROM (
                    SELECT unnest(resourceLogs) AS l
                    FROM read_ndjson('{path}', columns = {{'resourceLogs': '{RESOURCES}'}})
                )
            )
        )
    """
