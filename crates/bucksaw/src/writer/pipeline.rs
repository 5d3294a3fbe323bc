//! An input's chunks on their way through decoder and backend, with several threads.
//!
//! Each thread takes a chunk through all of it, so that its bytes stay in the processor's caches: it
//! reads the chunk, decodes it with a copy of the schema, waits for the chunk's turn, in which it
//! settles what came of it and has the backend take the rows, and encodes their columns, each after
//! the thread that has the chunk before. A chunk that had to change its copy of the schema (a new
//! column, a first type) is decoded again in its turn with the schema itself; no other can have come
//! out differently. So what is written never depends on the number of threads.
//!
//! A run of the pipeline ends with the input, where the row group has to end, or when it has read
//! enough; chunks that had no turn by then go back to their source.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::ordered_file::OrderedFile;
use crate::encode::backend::SideWork;
use crate::error::{Error, ErrorKind, Result};
use crate::input::decoding::{DecodedChunk, Decoder, Spare};
use crate::input::framing::{CHUNK_BYTES, Chunk, Limits};
use crate::input::{Ahead, Input, Records, Source};
use crate::route::limits::input_bytes;
use crate::runtime::workers::{Workers, help, locked};
use crate::schema::Schema;
use crate::table::Table;

/// A run reads one part in so many of the memory limit.
const RUN_SHARE: usize = 2;

/// Why a run ended without an error.
pub(super) enum Ended {
    /// Nothing is read any more, for now.
    Read,
    /// The row group is full.
    RowGroupFull,
    /// The row group has no room for all rows of this chunk, which is settled.
    NoRoom(Box<DecodedChunk>),
}

/// What chunks change in their turn.
pub(super) struct Target<'t> {
    pub(super) table: &'t mut Table,
    pub(super) file: &'t mut OrderedFile,
}

/// What is kept from run to run.
#[derive(Default)]
pub(super) struct Kept {
    of_threads: Vec<OfThread>,
    long: LongSpares,
    /// Whether the last chunk changed the schema: so may the next.
    is_schema_new: bool,
}

/// Memory for long chunks, which threads have in turn: what each of them had for itself, and gave back,
/// allocators would keep for that thread.
#[derive(Default)]
struct LongSpares {
    spares: Vec<Spare>,
    /// Whether this run needed any.
    is_used: bool,
}

/// What a thread has for itself.
#[derive(Default)]
struct OfThread {
    spare: Spare,
    /// The same, while it has a long chunk's.
    of_short: Option<Spare>,
    /// A copy of the schema as it was when a chunk was last decoded with it.
    schema: Option<Schema>,
}

/// Takes chunks of the input through, until a part of the memory limit, which is in bytes, is read.
///
/// # Errors
/// That of the first chunk that has one.
pub(super) fn run(
    input: &mut Input<'_>,
    target: Target<'_>,
    kept: &mut Kept,
    memory_limit: usize,
    threads: usize,
    workers: &Workers,
) -> Result<Ended> {
    let pipeline = Pipeline {
        decoder: &*input.decoder,
        side_work: target.file.side_work(),
        stops_at_rejected: input.records.stops_at_rejected(),
        changes: AtomicU64::new(target.table.schema.changes()),
        is_schema_new: AtomicBool::new(kept.is_schema_new),
        reading: Mutex::new(Reading {
            source: &mut input.source,
            next: 0,
            left: memory_limit / RUN_SHARE,
            held: 0,
            long: std::mem::take(&mut kept.long),
        }),
        has_room: Condvar::new(),
        input_bytes: input_bytes(memory_limit),
        limits: Limits::of(memory_limit),
        turns: Mutex::new(Turns {
            records: &mut input.records,
            target,
            next: 0,
            encoding: 0,
            is_batch_full: false,
            ended: None,
            failed: None,
            returned: Vec::new(),
        }),
        turned: Condvar::new(),
    };
    let of_threads = Mutex::new(std::mem::take(&mut kept.of_threads));
    workers.on_threads(threads, || {
        let known = locked(&of_threads).pop();
        let mut own = known.unwrap_or_default();
        pipeline.take_through_all(&mut own, threads > 1);
        locked(&of_threads).push(own);
    });
    kept.of_threads = of_threads.into_inner().unwrap_or_else(PoisonError::into_inner);
    kept.is_schema_new = pipeline.is_schema_new.into_inner();
    let Turns { mut returned, mut ended, failed, is_batch_full, target, .. } =
        pipeline.turns.into_inner().unwrap_or_else(PoisonError::into_inner);
    if is_batch_full && failed.is_none() && target.file.end_batch()? {
        ended = Some(Ended::RowGroupFull);
    }
    let Reading { source, long, .. } =
        pipeline.reading.into_inner().unwrap_or_else(PoisonError::into_inner);
    if long.is_used {
        kept.long = LongSpares { is_used: false, ..long };
    }
    returned.sort_by_key(|(number, _)| *number);
    source.give_back(returned.into_iter().map(|(_, chunk)| chunk));
    match failed {
        Some((_, error)) => Err(error),
        None => Ok(ended.unwrap_or(Ended::Read)),
    }
}

struct Pipeline<'p, 'r> {
    decoder: &'p dyn Decoder,
    side_work: Arc<dyn SideWork>,
    stops_at_rejected: bool,
    /// How often the schema has changed.
    changes: AtomicU64,
    is_schema_new: AtomicBool,
    reading: Mutex<Reading<'p, 'r>>,
    /// A chunk's memory is free.
    has_room: Condvar,
    /// Bytes of chunks that may be in memory at one time.
    input_bytes: usize,
    limits: Limits,
    turns: Mutex<Turns<'p, 'r>>,
    /// A turn, or a chunk's encoding, has ended.
    turned: Condvar,
}

struct Reading<'p, 'r> {
    source: &'p mut Source<'r>,
    /// The next chunk's number in this run.
    next: u64,
    /// Bytes to read in this run.
    left: usize,
    /// Bytes of chunks that are in memory.
    held: usize,
    long: LongSpares,
}

struct Turns<'p, 'r> {
    records: &'p mut Records<'r>,
    target: Target<'p>,
    /// The chunk whose turn it is.
    next: u64,
    /// How many chunks are being encoded.
    encoding: usize,
    is_batch_full: bool,
    ended: Option<Ended>,
    /// The first chunk's error.
    failed: Option<(u64, Error)>,
    /// Chunks that had no turn, with their numbers.
    returned: Vec<(u64, Ahead)>,
}

impl Turns<'_, '_> {
    fn is_over(&self) -> bool {
        self.ended.is_some() || self.failed.is_some()
    }

    fn fail(&mut self, number: u64, error: Error) {
        let is_first = self.failed.as_ref().is_none_or(|(first, _)| number < *first);
        if is_first {
            self.failed = Some((number, error));
        }
    }
}

impl<'p, 'r> Pipeline<'p, 'r> {
    /// What each thread does: takes chunks through, one after the other.
    fn take_through_all(&self, own: &mut OfThread, is_ahead: bool) {
        // Others must not wait for a thread that panics.
        let guard = PanicGuard(self);
        while let Some((number, chunk)) = self.read(own) {
            let bytes = chunk.bytes();
            let chunk = if is_ahead { self.decode_ahead(chunk, own) } else { chunk };
            let done = self.take_through(number, chunk, &mut own.spare);
            let has_failed = done.is_err();
            if let Err(error) = done {
                locked(&self.turns).fail(number, error);
                self.turned.notify_all();
            }
            self.give_room(bytes, own);
            self.has_room.notify_all();
            if has_failed {
                break;
            }
            while self.side_work.do_some() {}
        }
        drop(guard);
    }

    fn read(&self, own: &mut OfThread) -> Option<(u64, Ahead)> {
        let mut reading = self.wait_for_room()?;
        let buffer = std::mem::take(&mut own.spare.buffer);
        let mut long = reading.long.spares.pop().unwrap_or_default();
        let chunk = reading.source.next(buffer, &mut long.buffer, self.limits)?;
        if chunk.is_long() {
            own.of_short = Some(std::mem::replace(&mut own.spare, long));
            reading.long.is_used = true;
        } else {
            reading.long.spares.push(long);
        }
        reading.held += chunk.bytes();
        if let Ahead::Read(chunk) = &chunk {
            reading.left = reading.left.saturating_sub(chunk.size());
        }
        let number = reading.next;
        reading.next += 1;
        Some((number, chunk))
    }

    /// A chunk of so many bytes is no longer in memory.
    fn give_room(&self, bytes: usize, own: &mut OfThread) {
        let mut reading = locked(&self.reading);
        reading.held -= bytes;
        if let Some(of_short) = own.of_short.take() {
            reading.long.spares.push(std::mem::replace(&mut own.spare, of_short));
        }
    }

    /// Waits until there is room for another chunk; none where nothing is read any more.
    fn wait_for_room(&self) -> Option<MutexGuard<'_, Reading<'p, 'r>>> {
        let is_over =
            |reading: &Reading<'_, '_>| reading.left == 0 || locked(&self.turns).is_over();
        let reading = self.wait_until(&self.reading, &self.has_room, |reading| {
            let has_room = reading.held == 0 || reading.held + CHUNK_BYTES <= self.input_bytes;
            has_room || is_over(reading)
        });
        (!is_over(&reading)).then_some(reading)
    }

    /// Decodes a chunk before its turn, unless it is likely to change the schema.
    fn decode_ahead(&self, chunk: Ahead, own: &mut OfThread) -> Ahead {
        let Ahead::Read(chunk) = chunk else { return chunk };
        if self.is_schema_new.load(Ordering::Relaxed) {
            return Ahead::Read(chunk);
        }
        let changes = self.changes.load(Ordering::Acquire);
        let mut schema = match own.schema.take() {
            Some(copy) if copy.changes() == changes => copy,
            _ => locked(&self.turns).target.table.schema.clone(),
        };
        let changes = schema.changes();
        let decoded = self.decode(chunk, &mut own.spare, &mut schema);
        if schema.changes() != changes {
            // The copy went its own way, and must not be taken for the schema again.
            return Ahead::Read(decoded.taken_apart(&mut own.spare));
        }
        own.schema = Some(schema);
        Ahead::Decoded(decoded, changes)
    }

    fn decode(&self, chunk: Chunk, spare: &mut Spare, schema: &mut Schema) -> DecodedChunk {
        DecodedChunk::decode(self.decoder, chunk, spare, schema, self.stops_at_rejected)
    }

    /// Takes a chunk through its turn, and encodes it.
    fn take_through(&self, number: u64, chunk: Ahead, spare: &mut Spare) -> Result<()> {
        let Some(mut turns) = self.wait_for_turn(number) else {
            locked(&self.turns).returned.push((number, chunk));
            return Ok(());
        };
        if std::mem::take(&mut turns.is_batch_full) && turns.target.file.end_batch()? {
            turns.ended = Some(Ended::RowGroupFull);
            turns.returned.push((number, chunk));
            drop(turns);
            self.turned.notify_all();
            return Ok(());
        }
        let decoded = self.settled(&mut turns, chunk, spare)?;
        let rows = decoded.block().all();
        if !turns.target.file.has_room(rows.rows()) {
            turns.ended = Some(Ended::NoRoom(Box::new(decoded)));
            self.end_turn(turns);
            return Ok(());
        }
        let Target { file, table } = &mut turns.target;
        let first = file.rows();
        let left = file.take(rows, table)?;
        // Types may have settled.
        self.changes.store(table.schema.changes(), Ordering::Release);
        turns.is_batch_full = file.add_chunk_to_batch(&decoded);
        turns.encoding += 1;
        self.end_turn(turns);
        left.encode().map_err(|error| error.at_row(first))?;
        self.encoded();
        let chunk = decoded.taken_apart(spare);
        spare.keep(chunk);
        Ok(())
    }

    /// The chunk decoded as if it had been in its turn, which it is now, and accounted for.
    fn settled(
        &self,
        turns: &mut Turns<'_, '_>,
        chunk: Ahead,
        spare: &mut Spare,
    ) -> Result<DecodedChunk> {
        let Turns { records, target: Target { table, file }, .. } = turns;
        let before = table.schema.changes();
        let mut decoded = match chunk {
            // A chunk that was given back may have been decoded with another table's schema.
            Ahead::Decoded(decoded, changes)
                if changes == before && table.check_block(decoded.block()).is_ok() =>
            {
                decoded
            }
            Ahead::Decoded(decoded, _) => {
                let chunk = decoded.taken_apart(spare);
                self.decode(chunk, spare, &mut table.schema)
            }
            Ahead::Read(chunk) => self.decode(chunk, spare, &mut table.schema),
        };
        self.changes.store(table.schema.changes(), Ordering::Release);
        self.is_schema_new.store(table.schema.changes() > before, Ordering::Relaxed);
        file.are_of(decoded.chunk().table(), &table.options);
        let source_line = records.settle(&mut decoded)?;
        if let Some(columns) = table.schema.source_columns {
            let first_line = source_line.as_ref().map(|first| first.line);
            decoded.add_source(columns, records.name(), first_line);
        }
        match source_line {
            Some(first) => decoded.decoded().runs.iter().for_each(|(row, line)| {
                file.come_from(*row, Some(first.lines_on(*line)));
            }),
            None => file.come_from(0, None),
        }
        table.counts.add(decoded.block());
        Ok(decoded)
    }

    /// Waits for the chunk's turn; none where the run is over before.
    fn wait_for_turn(&self, number: u64) -> Option<MutexGuard<'_, Turns<'p, 'r>>> {
        let turns = self.wait_until(&self.turns, &self.turned, |turns| {
            // Whether the row group is full is only known once everything before is encoded.
            let is_turn = turns.next == number && !(turns.is_batch_full && turns.encoding > 0);
            is_turn || turns.is_over()
        });
        (!turns.is_over()).then_some(turns)
    }

    /// Waits until it is time. Meanwhile the thread does what others need done, and sleeps when there
    /// is nothing, until something has `changed`.
    fn wait_until<'m, T>(
        &self,
        shared: &'m Mutex<T>,
        changed: &Condvar,
        is_time: impl Fn(&T) -> bool,
    ) -> MutexGuard<'m, T> {
        let mut is_idle = false;
        let mut state = locked(shared);
        while !is_time(&state) {
            if is_idle {
                state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                is_idle = false;
            } else {
                drop(state);
                is_idle = !help() && !self.side_work.do_some();
                state = locked(shared);
            }
        }
        state
    }

    fn end_turn(&self, mut turns: MutexGuard<'_, Turns<'_, '_>>) {
        turns.next += 1;
        drop(turns);
        self.turned.notify_all();
    }

    fn encoded(&self) {
        let mut turns = locked(&self.turns);
        turns.encoding -= 1;
        let is_waited_for = turns.is_batch_full && turns.encoding == 0;
        drop(turns);
        if is_waited_for {
            self.turned.notify_all();
        }
    }
}

/// Ends the run if its thread panics; the panic itself goes on where the threads are waited for.
struct PanicGuard<'g, 'p, 'r>(&'g Pipeline<'p, 'r>);

impl Drop for PanicGuard<'_, '_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = Error::new(ErrorKind::WriterEnded, "a thread panicked");
            locked(&self.0.turns).fail(0, error);
            self.0.turned.notify_all();
            drop(locked(&self.0.reading));
            self.0.has_room.notify_all();
        }
    }
}
