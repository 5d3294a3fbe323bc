//! Rows in memory to Parquet: Bucksaw beside arrow's builders and `ArrowWriter`, interleaved, in one
//! process, on one thread.
//!
//! ```text
//! cargo bench -p bucksaw --bench in_memory -- [ROWS] [ROUNDS] [synth40|realistic] [PART OF A NAME]
//! ```
//!
//! Prints for each way of writing the rows per second of CPU time (median), the ratio to the first
//! way, the spread of the wall time, the file's size and the heap's peak.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use bucksaw::{BackendKind, Block, ColumnId, Options, Profile, StreamSink, Value, Writer};
use bucksaw_workloads::{self as workloads, Type, Workload};
use bumpalo::Bump;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Rows of one record batch, and of one block.
const BATCH_ROWS: usize = 10_000;
const BLOCK_ROWS: usize = 512;

/// A row whose every text is a heap object of its own, as a program's rows have them; so are its keys,
/// where they are names.
type OwnedRow<K> = Vec<(K, workloads::Value)>;

/// The rows in the form that each way likes best.
struct Rows<'a> {
    columns: Vec<(&'static str, Type)>,
    by_place: Vec<Vec<(u16, Value<'a>)>>,
    by_name: Vec<Vec<(&'a str, Value<'a>)>>,
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let count = arguments.next().map_or(400_000, |rows| rows.parse().unwrap());
    let rounds: usize = arguments.next().map_or(5, |rounds| rounds.parse().unwrap());
    let workload = arguments.next().unwrap_or_else(|| "synth40".to_owned());
    let workload = Workload::from_name(&workload).unwrap();
    let columns = workload.columns().unwrap();
    let place = |name: &str| columns.iter().position(|column| column.0 == name).unwrap() as u16;
    let by_place = make(workload, count, place);
    let by_name = make(workload, count, Box::<str>::from);
    let rows = Rows {
        columns: columns.clone(),
        by_place: borrow(&by_place, |place| *place),
        by_name: borrow(&by_name, |name| &**name),
    };

    let part = arguments.next().unwrap_or_default();
    let batches = record_batches(&rows);
    let keyed: Vec<RecordBatch> = batches.iter().map(with_keys).collect();
    let arrow = || Options::new().backend(BackendKind::Arrow);
    let modern = || Options::new().profile(Profile::Modern);
    let ways: [(&str, &dyn Fn() -> u64); 14] = [
        ("arrow builders, ArrowWriter, zstd 1", &|| arrow_writer(&rows)),
        ("bucksaw arrow, slices by name", &|| slices(&rows, arrow())),
        ("portable, blocks by id", &|| blocks(&rows, Options::new())),
        ("portable, slices of rows by name", &|| slices(&rows, Options::new())),
        ("portable, single rows by id", &|| rows_by_id(&rows, Options::new())),
        ("portable, single rows by name", &|| rows_by_name(&rows, Options::new())),
        ("modern, blocks by id", &|| blocks(&rows, modern())),
        ("modern, slices of rows by name", &|| slices(&rows, modern())),
        ("modern, single rows by id", &|| rows_by_id(&rows, modern())),
        ("modern, single rows by name", &|| rows_by_name(&rows, modern())),
        ("ArrowWriter, ready record batches", &|| arrow_writer_of_batches(&batches)),
        ("portable, ready record batches", &|| ready_batches(&batches)),
        ("ArrowWriter, ready batches with keys", &|| arrow_writer_of_batches(&keyed)),
        ("portable, ready batches with keys", &|| ready_batches(&keyed)),
    ];
    let ways: Vec<_> = ways.into_iter().filter(|(name, _)| name.contains(&part)).collect();
    let mut runs: Vec<Vec<Run>> = ways.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (runs, (_, way)) in runs.iter_mut().zip(&ways) {
            let run = Run::of(way);
            // The first round warms up.
            if round > 0 {
                runs.push(run);
            }
        }
    }
    println!("{}, {count} rows, medians of {rounds}", workload.name());
    let base = median(&runs[0]);
    for ((name, _), runs) in ways.iter().zip(&runs) {
        let cpu = median(runs);
        let wall = |pick: fn(f64, f64) -> f64| {
            runs.iter().map(|run| run.wall.as_secs_f64()).reduce(pick).unwrap_or_default()
        };
        println!(
            "{name:36} {:>9.0} rows/CPU s {:5.2} x  wall {:.3}-{:.3} s  {:7.3} MB  heap {:6.1} MB",
            count as f64 / cpu,
            base / cpu,
            wall(f64::min),
            wall(f64::max),
            runs[0].bytes as f64 / 1e6,
            runs[0].heap as f64 / 1e6,
        );
    }
}

fn make<K>(workload: Workload, count: usize, key: impl Fn(&'static str) -> K) -> Vec<OwnedRow<K>> {
    let own = |value| match value {
        workloads::Value::Text(text) => workloads::Value::Text(text.into_owned().into()),
        value => value,
    };
    let rows: Box<dyn Iterator<Item = workloads::Row>> = match workload {
        Workload::Synth40 => Box::new(workloads::synth40(workloads::DEFAULT_SEED)),
        Workload::Realistic => Box::new(workloads::realistic(workloads::DEFAULT_SEED)),
        _ => panic!("synth40 or realistic"),
    };
    rows.take(count)
        .map(|row| row.into_iter().map(|(name, value)| (key(name), own(value))).collect())
        .collect()
}

/// The rows as the library takes them.
fn borrow<'a, K, B>(rows: &'a [OwnedRow<K>], key: impl Fn(&'a K) -> B) -> Vec<Vec<(B, Value<'a>)>> {
    let borrowed = |value: &'a workloads::Value| match value {
        &workloads::Value::Bool(value) => Value::Bool(value),
        &workloads::Value::I64(value) => Value::I64(value),
        &workloads::Value::F64(value) => Value::F64(value),
        workloads::Value::Text(text) => Value::Text(text),
    };
    rows.iter()
        .map(|row| row.iter().map(|(name, value)| (key(name), borrowed(value))).collect())
        .collect()
}

struct Run {
    cpu: f64,
    wall: Duration,
    bytes: u64,
    heap: usize,
}

impl Run {
    fn of(way: &dyn Fn() -> u64) -> Self {
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let (cpu, wall) = (cpu_seconds(), Instant::now());
        let bytes = way();
        let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed());
        Self { cpu, wall, bytes, heap: HEAP.peak_usage() - before }
    }
}

fn median(runs: &[Run]) -> f64 {
    let mut times: Vec<f64> = runs.iter().map(|run| run.cpu).collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Counts bytes and lets them go.
#[derive(Default)]
struct Count(u64);

impl std::io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

enum Builder {
    Bool(BooleanBuilder),
    I64(Int64Builder),
    F64(Float64Builder),
    Text(StringBuilder),
}

impl Builder {
    fn of(ty: Type) -> Self {
        match ty {
            Type::Bool => Self::Bool(BooleanBuilder::with_capacity(BATCH_ROWS)),
            Type::I64 => Self::I64(Int64Builder::with_capacity(BATCH_ROWS)),
            Type::F64 => Self::F64(Float64Builder::with_capacity(BATCH_ROWS)),
            Type::Text => Self::Text(StringBuilder::with_capacity(BATCH_ROWS, BATCH_ROWS * 8)),
        }
    }

    fn append(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Bool(builder), Value::Bool(value)) => builder.append_value(*value),
            (Self::I64(builder), Value::I64(value)) => builder.append_value(*value),
            (Self::F64(builder), Value::F64(value)) => builder.append_value(*value),
            (Self::Text(builder), Value::Text(value)) => builder.append_value(value),
            _ => unreachable!("workloads keep their columns' types"),
        }
    }

    fn append_nulls(&mut self, count: usize) {
        match self {
            Self::Bool(builder) => builder.append_nulls(count),
            Self::I64(builder) => builder.append_nulls(count),
            Self::F64(builder) => builder.append_nulls(count),
            Self::Text(builder) => (0..count).for_each(|_| builder.append_null()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::I64(builder) => Arc::new(builder.finish()),
            Self::F64(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}

fn arrow_schema(columns: &[(&'static str, Type)]) -> SchemaRef {
    let data_type = |ty| match ty {
        Type::Bool => DataType::Boolean,
        Type::I64 => DataType::Int64,
        Type::F64 => DataType::Float64,
        Type::Text => DataType::Utf8,
    };
    let fields: Vec<Field> =
        columns.iter().map(|(name, ty)| Field::new(*name, data_type(*ty), true)).collect();
    Arc::new(Schema::new(fields))
}

fn arrow_writer(rows: &Rows<'_>) -> u64 {
    let mut writer = new_arrow_writer(&arrow_schema(&rows.columns));
    each_record_batch(rows, |batch| writer.write(&batch).unwrap());
    writer.into_inner().unwrap().0
}

fn new_arrow_writer(schema: &SchemaRef) -> ArrowWriter<Count> {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1).unwrap());
    let properties = WriterProperties::builder().set_compression(zstd).build();
    ArrowWriter::try_new(Count::default(), Arc::clone(schema), Some(properties)).unwrap()
}

fn each_record_batch(rows: &Rows<'_>, mut take: impl FnMut(RecordBatch)) {
    let schema = arrow_schema(&rows.columns);
    let mut builders: Vec<(Builder, usize)> =
        rows.columns.iter().map(|(_, ty)| (Builder::of(*ty), 0)).collect();
    for batch in rows.by_place.chunks(BATCH_ROWS) {
        for (number, row) in batch.iter().enumerate() {
            for (place, value) in row {
                let (builder, rows) = &mut builders[usize::from(*place)];
                if *rows < number {
                    builder.append_nulls(number - *rows);
                }
                *rows = number + 1;
                builder.append(value);
            }
        }
        let arrays = builders.iter_mut().map(|(builder, rows)| {
            builder.append_nulls(batch.len() - std::mem::take(rows));
            builder.finish()
        });
        let arrays: Vec<ArrayRef> = arrays.collect();
        take(RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap());
    }
}

fn record_batches(rows: &Rows<'_>) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    each_record_batch(rows, |batch| batches.push(batch));
    batches
}

/// The batch with its text as keys of dictionaries.
fn with_keys(batch: &RecordBatch) -> RecordBatch {
    let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, array)| match array.data_type() {
        DataType::Utf8 => (field.name(), cast(array, &keyed).unwrap(), true),
        _ => (field.name(), Arc::clone(array), true),
    });
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

fn arrow_writer_of_batches(batches: &[RecordBatch]) -> u64 {
    let mut writer = new_arrow_writer(batches[0].schema_ref());
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.into_inner().unwrap().0
}

fn ready_batches(batches: &[RecordBatch]) -> u64 {
    let mut writer = writer(Options::new());
    batches.iter().for_each(|batch| writer.write_record_batch(batch).unwrap());
    finish(writer)
}

fn writer(options: Options) -> Writer {
    options.write_to(Box::new(StreamSink::new(Count::default()))).unwrap()
}

/// A writer and the ids of its columns.
fn writer_and_ids(rows: &Rows<'_>, options: Options) -> (Writer, Vec<ColumnId>) {
    let mut writer = writer(options);
    let ids = rows.columns.iter().map(|(name, _)| writer.column(name).unwrap()).collect();
    (writer, ids)
}

fn finish(writer: Writer) -> u64 {
    writer.finish().unwrap().files[0].bytes
}

fn blocks(rows: &Rows<'_>, options: Options) -> u64 {
    let (mut writer, ids) = writer_and_ids(rows, options);
    let mut arena = Bump::new();
    let mut spare = Block::new();
    for part in rows.by_place.chunks(BLOCK_ROWS) {
        let mut block = spare.emptied();
        let mut builder = writer.builder(&mut block, &arena).unwrap();
        for row in part {
            for (place, value) in row {
                builder.push(ids[usize::from(*place)], *value).unwrap();
            }
            builder.end_row();
        }
        writer.write_block(&block).unwrap();
        spare = block.emptied();
        arena.reset();
    }
    finish(writer)
}

fn slices(rows: &Rows<'_>, options: Options) -> u64 {
    let mut writer = writer(options);
    writer.write_slice(&rows.by_name).unwrap();
    finish(writer)
}

fn rows_by_id(rows: &Rows<'_>, options: Options) -> u64 {
    let (mut writer, ids) = writer_and_ids(rows, options);
    for row in &rows.by_place {
        let row = row.iter().map(|(place, value)| (ids[usize::from(*place)], *value));
        writer.write_row(row).unwrap();
    }
    finish(writer)
}

fn rows_by_name(rows: &Rows<'_>, options: Options) -> u64 {
    let mut writer = writer(options);
    for row in &rows.by_name {
        writer.write_row(row.iter().copied()).unwrap();
    }
    finish(writer)
}
