//! A dataset as a whole, from its manifest alone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::Value;
use twox_hash::XxHash64;

use super::folder::PARTITION;
use super::manifest::{Added, Details, FileColumn, Manifest};
use super::partitioned::read_partition;
use super::{Dataset, own_folder};
use crate::error::Result;
use crate::format::bound::Bound;
use crate::report::TimeRange;
use crate::types::logical::ColumnType;
use crate::types::physical::PhysicalType;

/// Values of a level of folders that are told, at the most.
const TOLD_VALUES: usize = 10;

/// What all files of a dataset hold, as its manifest says it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DatasetDescription {
    /// The files.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their row groups.
    pub row_groups: u64,
    /// The levels of its folders, from the outermost on.
    pub folders: Vec<FolderLevel>,
    /// First and last of each column of timestamps, over all files.
    pub times: Vec<TimeRange>,
    /// What all row groups are sorted by; none where files differ.
    pub sorted_by: Vec<String>,
    /// Whether all files have the same columns of the same types.
    pub are_alike: bool,
    /// The columns that any file has, in the order in which they came.
    pub columns: Vec<DatasetColumn>,
}

/// A level of a dataset's folders.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FolderLevel {
    /// What it is called.
    pub name: String,
    /// By which key its folders are, as `--partition` has it, where that is known.
    pub key: Option<String>,
    /// How many different values there are.
    pub distinct: u64,
    /// The first of them in their order as text, 10 at the most.
    pub values: Vec<String>,
    /// Files whose rows have none.
    pub files_without: u64,
}

/// A column of a dataset's files.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DatasetColumn {
    /// Its name.
    pub name: String,
    /// Its type, as a schema file spells it; several where files differ.
    pub types: Vec<String>,
    /// The files that have it.
    pub files: u64,
    /// Rows without a value, those of files without the column among them; none where a file does not say.
    pub nulls: Option<u64>,
    /// The min over all files; none where a file with values does not say.
    pub min: Option<Bound>,
    /// The max, in the same way.
    pub max: Option<Bound>,
}

impl Dataset {
    /// Describes the dataset in a folder, from its manifest alone. Nothing is locked.
    ///
    /// ```
    /// use bucksaw::{Dataset, Options};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path();
    /// # let mut writer = Dataset::open(path, Options::new())?.write()?;
    /// # writer.write_row([("status", 200_i64)])?;
    /// # writer.finish()?;
    /// let found = Dataset::describe(path)?;
    /// assert_eq!((found.files, found.rows), (1, 1));
    /// assert_eq!((found.columns[0].name.as_str(), found.columns[0].types[0].as_str()), ("status", "int64"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`for_each_file`](Self::for_each_file).
    pub fn describe(path: impl AsRef<Path>) -> Result<DatasetDescription> {
        let own = own_folder(path.as_ref());
        let mut all = Describing::default();
        let partition = read_partition(&own.join(PARTITION))?;
        let keys = partition.map(|partition| partition.keyed_names()).unwrap_or_default();
        all.levels = keys.into_iter().map(|(name, key)| Level::new(name, key)).collect();
        Manifest::open(&own)?.for_each_file(|added| {
            all.add(added);
            Ok(())
        })?;
        Ok(all.finish())
    }
}

#[derive(Default)]
struct Describing {
    told: DatasetDescription,
    levels: Vec<Level>,
    columns: Vec<Column>,
    /// Where in these a column is.
    known: HashMap<String, usize>,
    /// Which columns files have, each set once.
    kinds: HashSet<u64>,
    orders: BTreeSet<Vec<String>>,
}

struct Level {
    told: FolderLevel,
    /// Hashes of the values: there may be very many.
    distinct: HashSet<u64>,
    first: BTreeSet<String>,
}

struct Column {
    told: DatasetColumn,
    /// Rows of files that have it, and of those with values whether all say min and max.
    rows: u64,
    are_bounds_known: bool,
}

impl Describing {
    fn add(&mut self, added: Added) {
        let Added { file, details, .. } = added;
        self.told.files += 1;
        self.told.rows += file.rows;
        self.told.bytes += file.bytes;
        self.told.row_groups += file.row_groups;
        self.add_folders(&file.partition);
        TimeRange::add(&mut self.told.times, file.times);
        let Details { columns, sorted_by, .. } = details.unwrap_or_default();
        self.orders.insert(sorted_by);
        let mut kind = String::new();
        for column in &columns {
            kind += &format!("{:?} {:?} ", column.name, column.ty);
        }
        self.kinds.insert(XxHash64::oneshot(0, kind.as_bytes()));
        for column in columns {
            let index = match self.known.get(&column.name) {
                Some(index) => *index,
                None => {
                    self.columns.push(Column::new(column.name.clone()));
                    self.known.insert(column.name.clone(), self.columns.len() - 1);
                    self.columns.len() - 1
                }
            };
            self.columns[index].add(column, file.rows);
        }
    }

    fn add_folders(&mut self, values: &BTreeMap<String, Option<String>>) {
        for (name, value) in values {
            let at = self.levels.iter().position(|level| level.told.name == *name);
            let at = at.unwrap_or_else(|| {
                self.levels.push(Level::new(name.clone(), None));
                self.levels.len() - 1
            });
            self.levels[at].add(value.as_deref());
        }
    }

    fn finish(self) -> DatasetDescription {
        let mut orders = self.orders.into_iter();
        let sorted_by = orders.next().filter(|_| orders.next().is_none()).unwrap_or_default();
        let rows = self.told.rows;
        DatasetDescription {
            folders: self.levels.into_iter().map(Level::finish).collect(),
            columns: self.columns.into_iter().map(|column| column.finish(rows)).collect(),
            are_alike: self.kinds.len() <= 1,
            sorted_by,
            ..self.told
        }
    }
}

impl Level {
    fn new(name: String, key: Option<String>) -> Self {
        let told = FolderLevel { name, key, ..FolderLevel::default() };
        Self { told, distinct: HashSet::new(), first: BTreeSet::new() }
    }

    fn add(&mut self, value: Option<&str>) {
        let Some(value) = value else {
            self.told.files_without += 1;
            return;
        };
        if self.distinct.insert(XxHash64::oneshot(0, value.as_bytes())) {
            self.first.insert(value.to_owned());
            if self.first.len() > TOLD_VALUES {
                self.first.pop_last();
            }
        }
    }

    fn finish(self) -> FolderLevel {
        let values = self.first.into_iter().collect();
        FolderLevel { distinct: self.distinct.len() as u64, values, ..self.told }
    }
}

impl Column {
    fn new(name: String) -> Self {
        let told = DatasetColumn { name, nulls: Some(0), ..DatasetColumn::default() };
        Self { told, rows: 0, are_bounds_known: true }
    }

    fn add(&mut self, column: FileColumn, rows: u64) {
        let told = &mut self.told;
        told.files += 1;
        self.rows += rows;
        told.nulls = told.nulls.zip(column.nulls).map(|(all, nulls)| all.saturating_add(nulls));
        let bounds = bound_of(&column.ty, column.min.as_ref());
        let bounds = bounds.zip(bound_of(&column.ty, column.max.as_ref()));
        match bounds {
            Some((min, max)) => {
                let is_less = told.min.as_ref().is_none_or(|known| min < *known);
                let is_more = told.max.as_ref().is_none_or(|known| max > *known);
                if is_less {
                    told.min = Some(min);
                }
                if is_more {
                    told.max = Some(max);
                }
            }
            None => self.are_bounds_known &= column.nulls == Some(rows),
        }
        if !told.types.contains(&column.ty) {
            told.types.push(column.ty);
        }
    }

    /// Files without the column have no value in any row.
    fn finish(self, rows: u64) -> DatasetColumn {
        let Self { mut told, rows: rows_with, are_bounds_known } = self;
        told.nulls = told.nulls.map(|nulls| nulls.saturating_add(rows.saturating_sub(rows_with)));
        if !are_bounds_known || told.types.len() > 1 {
            (told.min, told.max) = (None, None);
        }
        told
    }
}

/// A min or max of a column of this type, from what the manifest has of it.
fn bound_of(ty: &str, value: Option<&Value>) -> Option<Bound> {
    let ty: ColumnType = ty.parse().ok()?;
    let is_decimal = matches!(ty.leaf(), ColumnType::Decimal { .. });
    let physical = ty.storage().map(|storage| storage.physical);
    Some(match (physical?, value?) {
        (PhysicalType::Bool, Value::Bool(value)) => Bound::Bool(*value),
        (PhysicalType::F32 | PhysicalType::F64, Value::Number(number)) => {
            Bound::Double(number.as_f64()?)
        }
        (PhysicalType::I32 | PhysicalType::I64, Value::Number(number)) => integer(number)?,
        (_, Value::Number(number)) if is_decimal => integer(number)?,
        (PhysicalType::Text, Value::String(text)) => Bound::Text(text.clone()),
        (PhysicalType::Bytes | PhysicalType::FixedBytes(_), Value::String(text)) => {
            Bound::Bytes(BASE64_STANDARD.decode(text).ok()?)
        }
        _ => return None,
    })
}

fn integer(number: &serde_json::Number) -> Option<Bound> {
    let signed = number.as_i64().map(i128::from);
    signed.or_else(|| number.as_u64().map(i128::from)).map(Bound::Int)
}
