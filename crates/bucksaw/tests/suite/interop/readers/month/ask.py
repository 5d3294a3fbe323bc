"""The five questions, put to other people's readers as their users put them. `folder` is a dataset in folders day=DAY/service=SERVICE."""

import datetime

import plain

# What is otherwise in the SQL of each.
SQL = {
    "errors": "SELECT {service}, count(*) FROM {table} WHERE day = '{ERRORS_DAY}' AND level = 'error' GROUP BY 1",
    "latency": """
        SELECT hour(time), count(ms), avg(ms), max(ms)
        FROM (SELECT time, coalesce({latency_ms}, {latency_ms__text}) AS ms FROM {table}
              WHERE day = '{LATENCY_DAY}' AND {service} = '{LATENCY_SERVICE}') AS t
        WHERE ms IS NOT NULL GROUP BY 1""",
    "trace": "SELECT time, {service}, level, message FROM {table} WHERE trace_id = '{trace}'",
    "window": """
        SELECT region, message, count(*) AS rows FROM {table}
        WHERE day >= '{start_day}' AND day <= '{end_day}' AND time >= {start} AND time < {end}
        GROUP BY region, message ORDER BY rows DESC, message, region NULLS FIRST LIMIT {TOP}""",
    "users": """
        SELECT count(DISTINCT coalesce(CAST(user_id AS {text}), user_id__text)) FROM {table}
        WHERE day >= '{USERS_SINCE}' AND {service} = '{USERS_SERVICE}'""",
}


def sql(question, trace, moment, **words):
    start, end = plain.WINDOW
    known = {name: value for name, value in vars(plain).items() if name.isupper()}
    times = {"start": moment(start), "end": moment(end), "start_day": start.date(), "end_day": end.date()}
    return SQL[question].format(**known, **times, trace=trace, **words)


class DuckDb:
    def __init__(self, folder):
        import duckdb

        self.table = f"read_parquet('{folder}/*/*/*.parquet', union_by_name = true)"
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")

    def ask(self, question, trace):
        query = sql(
            question,
            trace,
            moment=lambda time: f"TIMESTAMPTZ '{time.isoformat()}'",
            table=self.table,
            service="service",
            latency_ms="CAST(latency_ms AS DOUBLE)",
            latency_ms__text="TRY_CAST(latency_ms__text AS DOUBLE)",
            text="VARCHAR",
        )
        return self.connection.sql(query).to_arrow_table()


class Spark:
    # The columns, once they have been looked for.
    schema = None

    def __init__(self, folder):
        from spark import session

        self.spark = session(True)
        # So few rows want no more tasks, and the folders no job to be listed.
        self.spark.conf.set("spark.sql.shuffle.partitions", "2")
        self.spark.conf.set("spark.sql.sources.parallelPartitionDiscovery.threshold", "10000")
        read = self.spark.read
        # Every footer is read for that.
        read = read.option("mergeSchema", "true") if Spark.schema is None else read.schema(Spark.schema)
        frame = read.parquet(str(folder))
        Spark.schema = frame.schema
        frame.createOrReplaceTempView("logs")

    def ask(self, question, trace):
        query = sql(
            question,
            trace,
            moment=lambda time: f"TIMESTAMP '{time.isoformat()}'",
            table="logs",
            service="service",
            latency_ms="CAST(latency_ms AS DOUBLE)",
            latency_ms__text="try_cast(latency_ms__text AS DOUBLE)",
            text="STRING",
        )
        return self.spark.sql(query).toArrow()


class ClickHouse:
    """It decodes nothing in folders' names, and has the name of the folder of rows without a value for one."""

    def __init__(self, folder):
        self.table = f"file('{folder}/*/*/*.parquet', Parquet)"

    def ask(self, question, trace):
        import chdb

        query = sql(
            question,
            trace,
            moment=lambda time: f"toDateTime64('{time:%Y-%m-%d %H:%M:%S}', 6, 'UTC')",
            table=self.table,
            service="nullIf(decodeURLComponent(service), '__HIVE_DEFAULT_PARTITION__')",
            latency_ms="toFloat64(latency_ms)",
            latency_ms__text="toFloat64OrNull(latency_ms__text)",
            text="Nullable(String)",
        )
        settings = "schema_inference_mode = 'union', output_format_arrow_string_as_string = 1"
        return chdb.query(f"{query} SETTINGS {settings}", "ArrowTable")


class PyArrow:
    def __init__(self, folder):
        self.dataset = arrow_dataset(folder)

    def ask(self, question, trace):
        return getattr(self, question)(arrow_filter(question, trace))

    def errors(self, wanted):
        return self.dataset.filter(wanted).to_table().group_by("service").aggregate([([], "count_all")])

    def latency(self, wanted):
        import pyarrow.compute as pc

        rows = self.dataset.filter(wanted).to_table()
        text = rows["latency_ms__text"]
        # There is no cast that gives null for what is no number.
        is_number = pc.match_substring_regex(text, r"^-?[0-9.]+$")
        ms = pc.coalesce(rows["latency_ms"].cast("double"), pc.if_else(is_number, text, None).cast("double"))
        rows = rows.append_column("hour", pc.hour(rows["time"])).append_column("ms", ms).filter(pc.is_valid(ms))
        return rows.group_by("hour").aggregate([("ms", "count"), ("ms", "mean"), ("ms", "max")])

    def trace(self, wanted):
        return self.dataset.to_table(["time", "service", "level", "message"], filter=wanted)

    def window(self, wanted):
        rows = self.dataset.to_table(["region", "message"], filter=wanted)
        counts = rows.group_by(["region", "message"]).aggregate([([], "count_all")])
        keys = [("count_all", "descending"), ("message", "ascending"), ("region", "ascending", "at_start")]
        return counts.sort_by(keys).slice(0, plain.TOP)

    def users(self, wanted):
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self.dataset.to_table(["user_id", "user_id__text"], filter=wanted)
        users = pc.coalesce(rows["user_id"].cast("string"), rows["user_id__text"])
        return pa.table({"users": [pc.count_distinct(users).as_py()]})


def newest(folder):
    """The file that was written last, by the number in its name: it has all columns that any has."""
    return max(folder.rglob("*.parquet"), key=lambda path: int(path.name.split("-")[-2]))


def arrow_dataset(folder):
    """pyarrow has to be told all columns, and finds out those of the folders."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    found = ds.dataset(folder, partitioning="hive").schema
    schema = pa.unify_schemas([pq.read_schema(newest(folder)), found])
    return ds.dataset(folder, schema=schema, partitioning="hive")


def arrow_filter(question, trace, has_folders=True):
    """What rows a question is about. Without folders, by the columns that these are made of."""
    from pyarrow.dataset import field

    def days(first, last=None):
        if has_folders:
            wanted = field("day") >= str(first)
            return wanted if last is None else wanted & (field("day") <= str(last))
        wanted = field("time") >= midnight(first)
        return wanted if last is None else wanted & (field("time") < midnight(last) + datetime.timedelta(days=1))

    start, end = plain.WINDOW
    if question == "errors":
        return days(plain.ERRORS_DAY, plain.ERRORS_DAY) & (field("level") == "error")
    if question == "latency":
        return days(plain.LATENCY_DAY, plain.LATENCY_DAY) & (field("service") == plain.LATENCY_SERVICE)
    if question == "trace":
        return field("trace_id") == trace
    if question == "window":
        return days(start.date(), end.date()) & (field("time") >= start) & (field("time") < end)
    return days(plain.USERS_SINCE) & (field("service") == plain.USERS_SERVICE)


def midnight(day):
    return datetime.datetime.combine(day, datetime.time(), plain.UTC)


class Polars:
    def __init__(self, folder):
        self.rows = polars_scan(folder)

    def ask(self, question, trace):
        import polars as pl

        start, end = plain.WINDOW
        day, service, time = pl.col("day"), pl.col("service"), pl.col("time")
        if question == "errors":
            found = self.rows.filter(day == plain.ERRORS_DAY, pl.col("level") == "error").group_by("service").len()
        elif question == "latency":
            ms = pl.coalesce(
                pl.col("latency_ms").cast(pl.Float64), pl.col("latency_ms__text").cast(pl.Float64, strict=False)
            )
            rows = self.rows.filter(day == plain.LATENCY_DAY, service == plain.LATENCY_SERVICE)
            rows = rows.select(time.dt.hour().alias("hour"), ms.alias("ms")).drop_nulls("ms")
            ms = pl.col("ms")
            found = rows.group_by("hour").agg(pl.len(), ms.mean().alias("mean"), ms.max().alias("max"))
        elif question == "trace":
            found = self.rows.filter(pl.col("trace_id") == trace).select("time", "service", "level", "message")
        elif question == "window":
            rows = self.rows.filter(day.is_between(start.date(), end.date()), time >= start, time < end)
            counts = rows.group_by("region", "message").len()
            keys = {"by": ["len", "message", "region"], "descending": [True, False, False], "nulls_last": False}
            found = counts.sort(**keys).head(plain.TOP)
        else:
            rows = self.rows.filter(day >= plain.USERS_SINCE, service == plain.USERS_SERVICE)
            users = pl.coalesce(pl.col("user_id").cast(pl.String), pl.col("user_id__text"))
            found = rows.select(users.n_unique())
        return found.collect().to_arrow()


def polars_scan(folder):
    import polars as pl

    schema = pl.read_parquet_schema(newest(folder))
    options = {"schema": schema, "missing_columns": "insert", "hive_partitioning": True}
    # Of a folder it would read _bucksaw too.
    return pl.scan_parquet(f"{folder}/*/*/*.parquet", **options)


READERS = {"duckdb": DuckDb, "spark": Spark, "pyarrow": PyArrow, "polars": Polars, "clickhouse": ClickHouse}


def answer(reader, question, trace):
    """A reader's answer as `plain` has it."""
    rows = [tuple(map(cell, row.values())) for row in reader.ask(question, trace).to_pylist()]
    return rows if question == "window" else plain.in_order(rows)


def cell(value):
    """Moments are in UTC, whether or not a reader says so, and some give text as bytes."""
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=plain.UTC)
    return value.decode() if isinstance(value, bytes) else value
