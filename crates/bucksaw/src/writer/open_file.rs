//! One open file: what blocks go through on their way out.

#[cfg(feature = "arrow")]
use std::io::Read;
use std::sync::Arc;

use twox_hash::xxhash3_128::Hasher;

use super::arriving::Arriving;
use super::read_back;
use crate::block::BlockSlice;
use crate::block::counts::Alterations;
use crate::coerce::counting::Counting;
use crate::coerce::settling::Due;
use crate::encode;
use crate::encode::backend::{Backend, Encode, FileSummary, Pieces, SideWork};
#[cfg(feature = "arrow")]
use crate::encode::copied::CopiedRowGroup;
use crate::encode::discard::Discard;
use crate::encode::origins::{self, InPath, KnownOrigins};
#[cfg(feature = "arrow")]
use crate::error::Error;
use crate::error::Result;
use crate::input::InputTable;
use crate::input::decoding::DecodedChunk;
use crate::options::Options;
use crate::report::signal_stats::SignalStats;
use crate::report::{FileReport, OrderReport, TimeRange, column_reports};
use crate::route;
use crate::route::limits::{Batch, RowGroupLimits};
use crate::route::signal_stats::{SignalTally, key_value};
use crate::route::sortedness::Sortedness;
use crate::route::tally::Tally;
use crate::row_lines::SourceLine;
use crate::runtime::workers::Workers;
use crate::schema::Schema;
use crate::sink::{Published, Sink};
use crate::table::Table;

/// Bytes of a row group of another file that are taken at a time.
#[cfg(feature = "arrow")]
const COPIED_AT_A_TIME: usize = 256 << 10;

/// See the module. After an error it is only dropped.
pub(super) struct OpenFile {
    backend: Box<dyn Backend>,
    sink: Box<dyn Sink>,
    limits: RowGroupLimits,
    arriving: Arriving,
    /// What its rows are as a signal, where that is asked for or known.
    signal_tally: Option<SignalTally>,
    /// What [`TableCounts::spelled`](crate::table::TableCounts::spelled) was before the file.
    spelled_before: Vec<u64>,
    /// What [`TableCounts::columns`](crate::table::TableCounts::columns) was.
    columns_before: Vec<Alterations>,
    sortedness: Sortedness,
    batch: Batch,
    finished: Pieces,
    /// Those that are with the sink.
    bytes: u64,
    /// Of them, where they are to be verified.
    hasher: Option<Hasher>,
}

impl OpenFile {
    pub(super) fn new(table: &Table, sink: Box<dyn Sink>, workers: &Arc<Workers>) -> Self {
        let options = &table.options;
        Self {
            backend: route::ordered(options, encode::of(options, workers)),
            sink,
            limits: RowGroupLimits::new(options),
            arriving: Arriving::new(options),
            signal_tally: options
                .signal_stats
                .map(|signal| SignalTally::new(signal, None, options)),
            spelled_before: table.counts.spelled.clone(),
            columns_before: table.counts.columns.clone(),
            sortedness: Sortedness::new(options),
            batch: Batch::of_files(options),
            finished: Pieces::default(),
            bytes: 0,
            hasher: options.verify.then(Hasher::new),
        }
    }

    /// Memory is limited as these options say from now on.
    pub(super) fn limit_memory(&mut self, options: &Options) {
        self.limits = RowGroupLimits::new(options);
        self.batch.limit_memory(options.memory_limit);
        self.arriving.limit_memory(options);
    }

    /// The same, which writes nothing and counts values.
    pub(super) fn counting(self) -> Self {
        let (backend, arriving) = (Box::new(Discard), self.arriving.counting());
        Self { backend, arriving, signal_tally: None, ..self }
    }

    /// What was counted; nothing is from now on.
    pub(super) fn end_counting(&mut self) -> Option<Counting> {
        self.arriving.end_counting()
    }

    /// Rows that it has taken.
    pub(super) fn rows(&self) -> u64 {
        self.arriving.rows()
    }

    /// Whether the open row group has room for so many rows.
    pub(super) fn has_room(&self, rows: usize) -> bool {
        rows <= self.limits.rows_left(self.arriving.open_rows())
    }

    /// Rows from row `row` of those that come next are of this line and those behind it, or of none.
    pub(super) fn come_from(&mut self, row: u64, source_line: Option<SourceLine>) {
        self.arriving.come_from(row, source_line);
    }

    /// The rows are of this signal, all of them: a table has none of another.
    pub(super) fn are_of(&mut self, table: InputTable, options: &Options) {
        let Some(signal) = table.signal else { return };
        if self.rows() == 0 && !self.arriving.is_counting() {
            self.signal_tally = Some(SignalTally::new(signal, table.metrics, options));
        }
    }

    /// Takes rows that there is room for; returns what is left to do with them.
    pub(super) fn take<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        table: &mut Table,
    ) -> Result<Box<dyn Encode + 's>> {
        let first = self.rows();
        self.try_take(rows, table).map_err(|error| error.at_row(first))
    }

    fn try_take<'s>(
        &mut self,
        rows: BlockSlice<'s, '_>,
        table: &mut Table,
    ) -> Result<Box<dyn Encode + 's>> {
        if self.arriving.open_rows() == 0 {
            self.limits.check_finished(self.backend.buffered())?;
        }
        self.sortedness.add(&rows, self.arriving.row_lines(), &table.schema);
        if let Some(tally) = &mut self.signal_tally {
            tally.add(&rows, &table.schema);
        }
        self.arriving.add(&rows, &table.schema)?;
        let left = self.backend.write(rows, &table.schema, &mut self.finished)?;
        while let Some(due) = self.arriving.next_due() {
            self.take_settled(due, table)?;
        }
        self.arriving.forget_lines();
        self.pass_on()?;
        Ok(left)
    }

    /// Settles the types of all columns whose values wait for theirs.
    pub(super) fn settle(&mut self, table: &mut Table) -> Result<()> {
        while let Some(due) = self.arriving.next_waiting() {
            self.take_settled(due, table)?;
        }
        Ok(())
    }

    /// Takes the values of columns that have waited for their types.
    fn take_settled(&mut self, due: Due, table: &mut Table) -> Result<()> {
        self.arriving.settle(due, table, |late| {
            let (rows, schema) = (late.block.all(), late.schema);
            self.sortedness.add_late(&rows, late.row, late.row_lines, schema);
            self.backend.write_late(rows, late.first, schema, &mut self.finished)?.encode()
        })
    }

    /// Takes rows, and does what there is to do with them.
    pub(super) fn write(&mut self, mut rest: BlockSlice<'_, '_>, table: &mut Table) -> Result<()> {
        while rest.rows() > 0 {
            let room = self.limits.rows_left(self.arriving.open_rows()).min(rest.rows());
            if room == 0 {
                self.end_row_group(table)?;
                continue;
            }
            let (part, after) = rest.split_at(room);
            let first = self.rows();
            let encoded = self.take(part, table)?.encode();
            encoded.map_err(|error| error.at_row(first))?;
            rest = after;
        }
        Ok(())
    }

    /// Counts a block of so many bytes of memory to the batch.
    pub(super) fn add_to_batch(&mut self, held: usize) {
        self.batch.add(held);
    }

    /// Counts an input's chunk to the batch. Returns whether the batch is full with it, and [`end_batch`](Self::end_batch) is to be called next.
    pub(super) fn add_chunk_to_batch(&mut self, decoded: &DecodedChunk) -> bool {
        self.batch.add_chunk(decoded)
    }

    /// Ends a batch; whether the row group is full, so that it has to end.
    pub(super) fn end_batch(&mut self) -> Result<bool> {
        let waiting = self.arriving.bytes_held();
        let held = self.batch.end() + waiting;
        self.backend.end_batch().map_err(|error| error.at_row(self.arriving.rows()))?;
        let mut buffered = self.backend.buffered();
        buffered.bytes_expected += waiting;
        Ok(self.limits.is_full(buffered, held))
    }

    pub(super) fn side_work(&self) -> Arc<dyn SideWork> {
        self.backend.side_work()
    }

    pub(super) fn end_row_group(&mut self, table: &mut Table) -> Result<()> {
        self.settle(table)?;
        let ended = self.backend.end_row_group(&table.schema, &mut self.finished);
        ended.map_err(|error| error.at_row(self.arriving.rows()))?;
        self.arriving.end();
        self.batch.end_row_group();
        self.sortedness.end_row_group();
        self.pass_on()
    }

    /// Whether a row group of another file can be the next one as its bytes are.
    #[cfg(feature = "arrow")]
    pub(super) fn can_copy(&mut self, copied: &CopiedRowGroup, table: &Table) -> bool {
        self.signal_tally.is_none()
            && self.arriving.knows(copied, &table.schema)
            && self.backend.can_copy(copied, &table.schema)
    }

    /// Takes that row group, whose bytes these are.
    #[cfg(feature = "arrow")]
    pub(super) fn copy(
        &mut self,
        copied: CopiedRowGroup,
        bytes: &mut dyn Read,
        table: &mut Table,
    ) -> Result<()> {
        self.end_row_group(table)?;
        self.limits.check_finished(self.backend.buffered())?;
        self.arriving.add_copied(&copied, &table.schema);
        self.sortedness.add_copied(copied.rows);
        let mut left = copied.bytes();
        let mut after = Pieces::default();
        self.backend.copy(copied, &table.schema, &mut self.finished, &mut after)?;
        self.pass_on()?;
        let mut buffer = vec![0; COPIED_AT_A_TIME];
        while left > 0 {
            let len = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
            bytes
                .read_exact(&mut buffer[..len])
                .map_err(|cause| Error::io("could not read", cause))?;
            self.sink.write(&buffer[..len])?;
            self.bytes += len as u64;
            left -= len as u64;
        }
        self.finished = after;
        self.pass_on()
    }

    /// Passes finished bytes on to the sink.
    fn pass_on(&mut self) -> Result<()> {
        self.finished.drain().try_for_each(|piece| {
            self.bytes += piece.len() as u64;
            if let Some(hasher) = &mut self.hasher {
                hasher.write(&piece);
            }
            self.sink.write(&piece)
        })
    }

    /// Bytes that are with the sink.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes that the open row group would have in the file if it ended now, about, and bytes of memory of values that wait for their
    /// types.
    pub(super) fn bytes_open(&self) -> (u64, u64) {
        (self.backend.buffered().bytes_expected as u64, self.arriving.bytes_held() as u64)
    }

    /// Ends the file and publishes it.
    pub(super) fn finish(
        mut self,
        table: &mut Table,
        of_dataset: Option<OfDataset<'_>>,
    ) -> Result<Finished> {
        self.end_row_group(table)?;
        let before = self.spelled_before.iter().chain(std::iter::repeat(&0));
        let spelled = table.counts.spelled.iter().zip(before).map(|(now, before)| now - before);
        let spelled: Vec<u64> = spelled.collect();
        let before = std::mem::take(&mut self.columns_before);
        let alterations = since(&table.counts.columns, before);
        let of_file = origins::Counts {
            values: self.arriving.tally().present(),
            spelled: &spelled,
            alterations: &alterations,
            are_of_file: true,
            known: None,
        };
        let counts = match &of_dataset {
            None => of_file,
            Some(OfDataset { is_alone: true, known, .. }) => {
                origins::Counts { known: *known, ..of_file }
            }
            Some(OfDataset { known, .. }) => origins::Counts {
                values: &table.counts.values,
                spelled: &table.counts.spelled,
                alterations: &table.counts.columns,
                are_of_file: false,
                known: *known,
            },
        };
        let in_path = of_dataset.map(|of_dataset| of_dataset.in_path).unwrap_or_default();
        let origins = origins::key_value(&table.schema, counts, &in_path);
        let of_all = self.arriving.tally();
        let times = of_all.time_ranges(&table.schema);
        let tally = self.signal_tally.as_ref();
        let signal_stats = tally.map(|tally| tally.report(&table.schema, &times, of_all.present()));
        let bytes_before = self.bytes;
        let summary = self.backend.finish(
            &table.schema,
            self.sortedness.row_groups(),
            origins.into_iter().chain(signal_stats.as_ref().map(key_value)).collect(),
            &mut self.finished,
        )?;
        self.pass_on()?;
        if let Some(written) = &summary.written {
            let hash = self.hasher.as_ref().map(Hasher::finish_128);
            read_back::check(&mut *self.sink, written, hash)?;
        }
        let published = self.sink.publish()?;
        Ok(Finished {
            summary,
            published,
            footer_bytes: self.bytes - bytes_before,
            rows: self.arriving.rows(),
            tally: self.arriving.into_tally(),
            spelled,
            alterations,
            sorted_by: self.sortedness.sorted_by(&table.options.sorted_into),
            order: self.sortedness.report(),
            times,
            signal_stats,
        })
    }

    pub(super) fn discard(self) -> Result<()> {
        self.sink.discard()
    }
}

/// What was counted of each column since it was `before`.
fn since(columns: &[Alterations], mut before: Vec<Alterations>) -> Vec<Alterations> {
    before.resize(columns.len(), Alterations::default());
    columns.iter().zip(&before).map(|(column, before)| column.since(before)).collect()
}

/// What the dataset that a file is of knows of it.
pub(super) struct OfDataset<'d> {
    /// Whether all rows that have come since another file ended are in this one.
    pub(super) is_alone: bool,
    /// What other files say of them.
    pub(super) known: Option<&'d KnownOrigins>,
    /// Those of columns that its folder is called by.
    pub(super) in_path: InPath,
}

/// What a finished file came to.
pub(super) struct Finished {
    pub(super) summary: FileSummary,
    pub(super) published: Published,
    /// Bytes that follow the last row group's.
    pub(super) footer_bytes: u64,
    pub(super) rows: u64,
    pub(super) tally: Tally,
    /// For each column of the table, as far as counted, how many values of other types it holds as they are spelled.
    pub(super) spelled: Vec<u64>,
    /// In the same way.
    pub(super) alterations: Vec<Alterations>,
    /// What all of its row groups are sorted by.
    pub(super) sorted_by: Vec<String>,
    pub(super) order: Option<OrderReport>,
    pub(super) times: Vec<TimeRange>,
    pub(super) signal_stats: Option<SignalStats>,
}

impl Finished {
    pub(super) fn report(self, schema: &Schema) -> FileReport {
        let Self { summary, published, rows, tally, times, .. } = self;
        FileReport {
            path: published.path,
            rows,
            bytes: published.bytes,
            files: 1,
            unnamed: 0,
            row_groups: summary.row_groups,
            row_group_offsets: summary.row_group_offsets,
            times,
            misfits: tally.misfits(schema),
            mixed_texts: tally.mixed_texts(schema, &self.spelled),
            columns: column_reports(
                summary.columns,
                rows,
                schema,
                tally.present(),
                &self.alterations,
                tally.firsts(),
            ),
            order: self.order,
            signal_stats: self.signal_stats,
        }
    }
}
