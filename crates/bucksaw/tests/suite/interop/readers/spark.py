"""Spark, with its vectorized reader and with the other one.

Starting and asking Spark is slow, so all files with the same columns are read at once, cut into splits
that are small enough for most row groups to lie across several.
"""

import collections
import decimal
import pathlib
import urllib.parse

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession, functions
from pyspark.sql import types as st

import versions
from arrow_values import cells_of
from model import COMPARISONS, DECIMALS, FIXED, IS_NAN, MAP, MICROS, NAN_ABOVE, STRUCT, converted, known_type, probe_value

# Splits of all files that are read at once, and the least bytes of one.
SPLITS = 60
LEAST_SPLIT = 1_500

# Names for which no case has a column.
PATH = "\x01path"
# What the rows of a file are sorted by, to be in the file's order: where their split begins, and their order in it.
ROW = {"\x01split": "input_file_block_start()", "\x01row": "monotonically_increasing_id()"}

TYPES = {
    "Boolean": st.BooleanType(),
    "Int8": st.ByteType(),
    # Wide enough, in want of unsigned integers, as below.
    "UInt16": st.IntegerType(),
    "UInt32": st.LongType(),
    "Int32": st.IntegerType(),
    "Int64": st.LongType(),
    # Wide enough, in want of unsigned integers.
    "UInt64": st.DecimalType(20, 0),
    "Float32": st.FloatType(),
    "Float64": st.DoubleType(),
    "Utf8": st.StringType(),
    "Binary": st.BinaryType(),
    "Date32": st.DateType(),
    **{name: st.DecimalType(*decimal) for name, decimal in DECIMALS.items()},
    FIXED: st.BinaryType(),
    MICROS: st.TimestampType(),
    MAP: st.MapType(st.StringType(), st.StringType()),
    STRUCT: st.StructType([st.StructField("a", st.LongType()), st.StructField("b", st.StringType())]),
}


def session(is_vectorized):
    """The one session, set to one of the readers."""
    spark = (
        SparkSession.builder.master("local[2]")
        # Nothing runs long enough for the compiler that takes its time.
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.host", "localhost")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.log.level", "ERROR")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.files.openCostInBytes", "0")
        # Spark before 4 refuses moments before 1900 of files that it did not write, unless it is told this.
        .config("spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED")
        .getOrCreate()
    )
    spark.conf.set("spark.sql.parquet.enableVectorizedReader", str(is_vectorized).lower())
    spark.conf.set("spark.sql.parquet.enableNestedColumnVectorizedReader", str(is_vectorized).lower())
    return spark


class Spark:
    version = versions.of_package("pyspark")
    order = NAN_ABOVE
    # Each filter takes half a second.
    FILTERED_COLUMNS = 1
    PROBES = 1
    OPERATORS = ["="]

    @classmethod
    def prepare(cls, files):
        """Reads all files; what was found is kept, for each file its table or the error."""
        cls.schemas, cls.tables = {}, {}
        same = collections.defaultdict(list)
        for file in files:
            if file.sound_columns:
                same[tuple(file.sound_columns), file.has_gaps].append(file.path)
        for (columns, has_gaps), paths in same.items():
            try:
                cls.read(columns, has_gaps, paths)
            except Exception:  # of one of the files
                for path in paths:
                    cls.read_alone(columns, has_gaps, path)

    @classmethod
    def read_alone(cls, columns, has_gaps, path):
        try:
            cls.read(columns, has_gaps, [path])
        except Exception as error:  # found again when the file is looked at
            cls.tables[path] = error

    @classmethod
    def read(cls, columns, has_gaps, paths):
        spark = session(cls.is_vectorized)
        size = sum(pathlib.Path(path).stat().st_size for path in paths)
        spark.conf.set("spark.sql.files.maxPartitionBytes", str(max(LEAST_SPLIT, size // SPLITS)))
        if has_gaps:
            # No file has to be asked for its columns then.
            fields = [st.StructField(name, cls.type_of(model_type)) for name, model_type in columns]
            frame = spark.read.schema(st.StructType(fields)).parquet(*paths)
        else:
            # Columns that any file has more or otherwise would be among these.
            frame = spark.read.option("mergeSchema", "true").parquet(*paths)
        own = [functions.col("_metadata.file_path").alias(PATH)]
        own += [functions.expr(row).alias(name) for name, row in ROW.items()]
        table = arrow_table(frame.select("*", *own))
        paths_found = [urllib.parse.urlparse(path.as_py()).path for path in table.column(PATH).unique()]
        by_path = dict(zip(paths_found, table.column(PATH).unique()))
        for path in paths:
            rows = table.slice(0, 0)
            if path in by_path:
                rows = table.filter(pc.equal(table.column(PATH), by_path[path]))
                rows = rows.sort_by([(name, "ascending") for name in ROW])
            cls.tables[path] = rows
            cls.schemas[path] = [(field.name, field.dataType) for field in frame.schema]

    def __init__(self, path):
        self.path = path
        self.table = self.tables.get(path)
        if isinstance(self.table, Exception):
            raise self.table

    def columns(self):
        if self.path not in self.schemas:
            schema = session(self.is_vectorized).read.parquet(self.path).schema
            self.schemas[self.path] = [(field.name, field.dataType) for field in schema]
        return self.schemas[self.path]

    @staticmethod
    def type_of(model_type):
        return known_type(TYPES, model_type, st.ArrayType)

    def cells(self, columns):
        names = [] if self.table is None else self.table.schema.names
        if all(name in names for name, _ in columns):
            return self.of_table(self.table, columns)
        frame = session(self.is_vectorized).read.parquet(self.path)
        return self.of_table(arrow_table(frame.select(*(column(name) for name, _ in columns))), columns)

    @staticmethod
    def of_table(table, columns):
        def cells(name, model_type):
            found = cells_of(table.column(table.schema.get_field_index(name)), model_type)
            return converted(found, model_type, {"UInt64": int})

        return [cells(name, model_type) for name, model_type in columns]

    def look_up(self, name, operator, probe, columns, types):
        if operator == IS_NAN:
            wanted = functions.isnan(column(name))
        else:
            value = probe_value(probe, types[name])
            if types[name] == "UInt64":
                value = decimal.Decimal(value)
            wanted = COMPARISONS[operator](column(name), functions.lit(value).cast(TYPES[types[name]]))
        schema = st.StructType([st.StructField(*field) for field in self.columns()])
        frame = session(self.is_vectorized).read.schema(schema).parquet(self.path).filter(wanted)
        return self.of_table(arrow_table(frame.select(*(column(name) for name, _ in columns))), columns)


def arrow_table(frame):
    """The frame's rows in an Arrow table, which versions before 4.0 don't offer."""
    if hasattr(frame, "toArrow"):
        return frame.toArrow()
    batches = frame._collect_as_arrow()
    if batches:
        return pa.Table.from_batches(batches)
    return pa.table({name: [] for name in frame.columns})


def column(name):
    return functions.col("`" + name.replace("`", "``") + "`")


class SparkVectorized(Spark):
    name = "spark"
    is_vectorized = True


class SparkRows(Spark):
    name = "spark-rows"
    is_vectorized = False
    FILTERED_COLUMNS = 0
