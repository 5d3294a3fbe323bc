//! What readers make of a file: which of its types and names some of them can't open, or take for something else.
//!
//! One table of rules serves `bucksaw lint`, `bucksaw convert --for` and `docs/readers.md`. What readers do was tried with the versions that
//! the page names, or is said by their makers' documents.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use bucksaw::{ColumnType, Error, ErrorKind, MAX_DECIMAL_PRECISION, Names, Result, TimeUnit};
use serde::Serialize;

use super::description::{Column, Description};

/// A reader of Parquet files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Reader {
    /// Apache Spark, and Databricks.
    Spark,
    /// Amazon Athena, and Trino.
    Athena,
    /// Google BigQuery.
    BigQuery,
    /// Snowflake.
    Snowflake,
    /// Amazon Redshift.
    Redshift,
    /// Apache Iceberg, by pyiceberg.
    Iceberg,
    /// DuckDB.
    DuckDb,
    /// ClickHouse.
    ClickHouse,
    /// pyarrow, and pandas.
    PyArrow,
    /// polars.
    Polars,
    /// Apache DataFusion.
    DataFusion,
}

impl Reader {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Spark,
        Self::Athena,
        Self::BigQuery,
        Self::Snowflake,
        Self::Redshift,
        Self::Iceberg,
        Self::DuckDb,
        Self::ClickHouse,
        Self::PyArrow,
        Self::Polars,
        Self::DataFusion,
    ];

    /// How columns have to be called so that nobody needs quotes, or meets another column.
    #[must_use]
    pub fn names(self) -> Names {
        match self {
            Self::Athena | Self::Redshift | Self::DataFusion => Names::LowerSql,
            _ => Names::Sql,
        }
    }

    /// Whether its documents list the codec zstd, or it was tried.
    #[must_use]
    pub fn takes_zstd(self) -> bool {
        self != Self::Redshift
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spark => "spark",
            Self::Athena => "athena",
            Self::BigQuery => "bigquery",
            Self::Snowflake => "snowflake",
            Self::Redshift => "redshift",
            Self::Iceberg => "iceberg",
            Self::DuckDb => "duckdb",
            Self::ClickHouse => "clickhouse",
            Self::PyArrow => "pyarrow",
            Self::Polars => "polars",
            Self::DataFusion => "datafusion",
        })
    }
}

impl FromStr for Reader {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|reader| reader.to_string() == text).ok_or_else(|| {
            let known = Self::ALL.map(|reader| reader.to_string()).join(", ");
            Error::new(ErrorKind::Options, format!("unknown reader {text:?}: use one of {known}"))
        })
    }
}

/// What a column may have that some reader stumbles over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Trouble {
    Nanos,
    Int96,
    Json,
    Uuid,
    Time,
    Unsigned64,
    Unsigned32,
    LongDecimal,
    Null,
    Map,
    Nested,
    Name,
    Dotted,
    UpperCase,
    SameButForCase,
    SameName,
    NoName,
    Deltas,
    Zstd,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file or the column can't be read.
    Unreadable,
    /// Values come out as others.
    Wrong,
    /// It takes some care.
    Awkward,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "unreadable",
            Self::Wrong => "wrong",
            Self::Awkward => "awkward",
        })
    }
}

use Reader as R;
use Severity::{Awkward, Unreadable, Wrong};

/// What becomes of which trouble in which readers.
const RULES: &[(Trouble, &[Reader], Severity, &str)] = &[
    (
        Trouble::Nanos,
        &[R::Spark, R::Iceberg],
        Unreadable,
        "nanoseconds: the whole file can't be opened; store microseconds (timestamp)",
    ),
    (
        Trouble::Nanos,
        &[R::Snowflake, R::Redshift],
        Wrong,
        "nanoseconds are taken for other moments; store microseconds (timestamp)",
    ),
    (
        Trouble::Nanos,
        &[R::BigQuery],
        Wrong,
        "nanoseconds become integers; store microseconds (timestamp)",
    ),
    (
        Trouble::Nanos,
        &[R::Athena],
        Awkward,
        "nanoseconds are rounded, or not taken with a zone; store microseconds (timestamp)",
    ),
    (
        Trouble::Int96,
        &[R::BigQuery, R::Iceberg],
        Awkward,
        "INT96 is an old form of times; store microseconds (timestamp)",
    ),
    (
        Trouble::Json,
        &[R::Iceberg],
        Unreadable,
        "the JSON annotation is an unknown type; store text",
    ),
    (
        Trouble::Json,
        &[R::Polars, R::BigQuery],
        Wrong,
        "the JSON annotation makes bytes of it; store text",
    ),
    (
        Trouble::Json,
        &[R::ClickHouse],
        Wrong,
        "the JSON annotation refuses arrays and drops nulls in objects; store text",
    ),
    (
        Trouble::Json,
        &[R::PyArrow, R::DuckDb],
        Awkward,
        "the JSON annotation can't be filtered, or is checked at each read; store text",
    ),
    (Trouble::Uuid, &[R::Spark], Unreadable, "UUIDs: the whole file can't be opened; store text"),
    (
        Trouble::Uuid,
        &[R::BigQuery, R::Polars, R::DataFusion, R::Athena],
        Awkward,
        "UUIDs come out as bytes; store text",
    ),
    (
        Trouble::Time,
        &[R::Spark],
        Unreadable,
        "times of day: the whole file can't be opened; store text",
    ),
    (
        Trouble::Unsigned64,
        &[R::Iceberg, R::Snowflake],
        Unreadable,
        "unsigned integers beyond int64 are refused; store decimal(20,0)",
    ),
    (
        Trouble::Unsigned64,
        &[R::Athena, R::BigQuery],
        Wrong,
        "unsigned integers are taken for signed ones; store decimal(20,0)",
    ),
    (
        Trouble::Unsigned64,
        &[R::PyArrow],
        Awkward,
        "filters by integers beyond int64 fail; store decimal(20,0)",
    ),
    (
        Trouble::Unsigned32,
        &[R::Athena, R::Iceberg],
        Wrong,
        "unsigned integers beyond int32 are refused or misread; store int64",
    ),
    (
        Trouble::LongDecimal,
        &[R::Spark, R::Athena, R::Snowflake, R::Redshift, R::Iceberg, R::Polars],
        Unreadable,
        "decimals of more than 38 digits are refused; store text",
    ),
    (
        Trouble::LongDecimal,
        &[R::DuckDb],
        Wrong,
        "decimals of more than 38 digits become doubles; store text",
    ),
    (
        Trouble::Null,
        &[R::PyArrow, R::DuckDb, R::Polars, R::Spark, R::Iceberg],
        Awkward,
        "a column without a type does not go with files where it has one; declare it",
    ),
    (
        Trouble::Map,
        &[R::DuckDb],
        Awkward,
        "a map that has a key twice can't be fetched as it is, but by map_entries",
    ),
    (
        Trouble::Map,
        &[R::Polars],
        Awkward,
        "of a key that a map has twice, the last entry alone is there",
    ),
    (Trouble::Map, &[R::ClickHouse], Awkward, "a map that is null is an empty one"),
    (
        Trouble::Nested,
        &[R::Redshift],
        Awkward,
        "lists, maps and structs are read by external tables only",
    ),
    (
        Trouble::Dotted,
        &[R::Spark, R::Iceberg],
        Awkward,
        "a dot in the name: selecting or filtering by it fails without quotes; --names sql",
    ),
    (
        Trouble::Name,
        &[R::Athena, R::BigQuery],
        Unreadable,
        "only letters, digits and _ are taken in names; --names sql",
    ),
    (
        Trouble::Name,
        &[R::Spark, R::Snowflake, R::Redshift, R::Iceberg, R::DuckDb, R::ClickHouse, R::DataFusion],
        Awkward,
        "the name needs quotes; --names sql",
    ),
    (
        Trouble::UpperCase,
        &[R::DataFusion],
        Awkward,
        "a capital letter in the name needs quotes; --for datafusion",
    ),
    (
        Trouble::UpperCase,
        &[R::Athena, R::Redshift],
        Awkward,
        "names are taken in lower case; --for athena or redshift",
    ),
    (
        Trouble::SameButForCase,
        &[R::Spark, R::Athena, R::BigQuery, R::Redshift],
        Unreadable,
        "another column has this name but for case: the file can't be opened, or a column is missing",
    ),
    (
        Trouble::SameButForCase,
        &[R::DuckDb, R::Snowflake],
        Wrong,
        "another column has this name but for case: selecting one may give the other",
    ),
    (Trouble::SameName, &Reader::ALL, Unreadable, "another column has the same name"),
    (
        Trouble::NoName,
        &[R::DuckDb, R::ClickHouse, R::Athena, R::BigQuery],
        Unreadable,
        "the column has no name",
    ),
    (
        Trouble::Deltas,
        &[R::Redshift],
        Awkward,
        "delta encodings are not documented to be read; --profile portable",
    ),
    (
        Trouble::Zstd,
        &[R::Redshift],
        Awkward,
        "zstd is not among the documented codecs; --compression snappy",
    ),
];

/// A trouble that a reader has with a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The column.
    pub column: String,
    /// How bad it is.
    pub severity: Severity,
    /// Which readers have it.
    pub readers: Vec<Reader>,
    /// What it is, and what to do.
    pub message: &'static str,
}

/// What these readers stumble over in a file, the worst first.
///
/// ```no_run
/// use bucksaw_inspect::{File, Reader, lint};
/// let file = File::open("logs.parquet")?;
/// for finding in lint(&file.describe(), &[Reader::Spark]) {
///     println!("{}: {}", finding.column, finding.message);
/// }
/// # Ok::<(), bucksaw::Error>(())
/// ```
#[must_use]
pub fn lint(file: &Description, readers: &[Reader]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (column, troubles) in troubles(&file.columns) {
        for trouble in troubles {
            findings.extend(findings_of(&column, trouble, readers));
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// What these readers would stumble over in a column of this type, in words; none where they take it.
#[must_use]
pub fn lint_type(column: &str, ty: &ColumnType, readers: &[Reader]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = troubles_of(ty)
        .into_iter()
        .flat_map(|trouble| findings_of(column, trouble, readers))
        .collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

fn troubles_of(ty: &ColumnType) -> Vec<Trouble> {
    match ty {
        ColumnType::Timestamp(TimeUnit::Nanos) | ColumnType::LocalTimestamp(TimeUnit::Nanos) => {
            vec![Trouble::Nanos]
        }
        ColumnType::Time(_) => vec![Trouble::Time],
        ColumnType::Uint32 => vec![Trouble::Unsigned32],
        ColumnType::Uuid => vec![Trouble::Uuid],
        ColumnType::Uint64 => vec![Trouble::Unsigned64],
        ColumnType::Map => vec![Trouble::Map, Trouble::Nested],
        ColumnType::List(element) => {
            let mut troubles = troubles_of(element);
            if !troubles.contains(&Trouble::Nested) {
                troubles.push(Trouble::Nested);
            }
            troubles
        }
        _ => Vec::new(),
    }
}

fn findings_of<'f>(
    column: &'f str,
    trouble: Trouble,
    readers: &'f [Reader],
) -> impl Iterator<Item = Finding> + 'f {
    let rules = RULES.iter().filter(move |(known, ..)| *known == trouble);
    rules.filter_map(move |(_, known, severity, message)| {
        let readers: Vec<Reader> =
            known.iter().copied().filter(|reader| readers.contains(reader)).collect();
        let column = column.to_owned();
        (!readers.is_empty()).then_some(Finding { column, severity: *severity, readers, message })
    })
}

/// The troubles of each column.
fn troubles(columns: &[Column]) -> Vec<(String, Vec<Trouble>)> {
    let mut roots: HashMap<String, Vec<&str>> = HashMap::new();
    for column in columns {
        let root = column.path.first().map_or("", String::as_str);
        let names = roots.entry(root.to_lowercase()).or_default();
        // The leaves of a struct or list have it together.
        if column.path.len() == 1 || !names.contains(&root) {
            names.push(root);
        }
    }
    let of = |column: &Column| {
        let mut troubles = of_type(column);
        let root = column.path.first().map_or("", String::as_str);
        troubles.extend(of_name(root));
        let alike = roots.get(&root.to_lowercase()).map_or(&[][..], Vec::as_slice);
        if alike.iter().filter(|name| **name == root).count() > 1 {
            troubles.push(Trouble::SameName);
        } else if alike.len() > 1 {
            troubles.push(Trouble::SameButForCase);
        }
        (column.name.to_string(), troubles)
    };
    columns.iter().map(of).collect()
}

fn of_type(column: &Column) -> Vec<Trouble> {
    let logical = column.logical_type.as_deref().unwrap_or_default();
    let mut troubles = Vec::new();
    let mut add_if = |is_so: bool, trouble| {
        if is_so {
            troubles.push(trouble);
        }
    };
    add_if(logical.starts_with("TIMESTAMP(NANOS"), Trouble::Nanos);
    add_if(column.physical_type == "INT96", Trouble::Int96);
    add_if(logical == "JSON", Trouble::Json);
    add_if(logical == "UUID", Trouble::Uuid);
    add_if(logical.starts_with("TIME("), Trouble::Time);
    add_if(logical == "INTEGER(64, unsigned)", Trouble::Unsigned64);
    add_if(logical == "INTEGER(32, unsigned)", Trouble::Unsigned32);
    add_if(
        decimal_digits(logical).is_some_and(|digits| digits > MAX_DECIMAL_PRECISION.into()),
        Trouble::LongDecimal,
    );
    add_if(logical == "UNKNOWN", Trouble::Null);
    add_if(column.path.iter().any(|part| part == "key_value"), Trouble::Map);
    add_if(column.path.len() > 1, Trouble::Nested);
    let has = |list: &[String], part: &str| list.iter().any(|one| one.contains(part));
    let encodings = &column.totals.encodings;
    add_if(has(encodings, "DELTA") || has(encodings, "BYTE_STREAM_SPLIT"), Trouble::Deltas);
    add_if(has(&column.totals.codecs, "ZSTD"), Trouble::Zstd);
    troubles
}

/// How many digits a decimal type has, as a description spells it.
fn decimal_digits(logical: &str) -> Option<u32> {
    logical.strip_prefix("DECIMAL(")?.split(',').next()?.parse().ok()
}

fn of_name(name: &str) -> Vec<Trouble> {
    if name.is_empty() {
        return vec![Trouble::NoName];
    }
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    let starts_plain = !name.starts_with(|sign: char| sign.is_ascii_digit());
    let mut troubles = Vec::new();
    if !(starts_plain && name.chars().all(is_plain)) {
        troubles.push(Trouble::Name);
    }
    if name.contains('.') {
        troubles.push(Trouble::Dotted);
    }
    if name.chars().any(char::is_uppercase) {
        troubles.push(Trouble::UpperCase);
    }
    troubles
}

/// The rules as a table in Markdown, for the documents.
#[must_use]
pub fn rules_table() -> String {
    use fmt::Write as _;
    let mut table = "| a column with | is | in | what becomes of it, and what to do |\n| --- | --- | --- | --- |\n".to_owned();
    for (trouble, readers, severity, message) in RULES {
        let with = match trouble {
            Trouble::Nanos => "timestamps in nanoseconds",
            Trouble::Int96 => "INT96",
            Trouble::Json => "the JSON annotation",
            Trouble::Uuid => "the UUID annotation",
            Trouble::Time => "times of day",
            Trouble::Unsigned64 => "unsigned integers of 64 bits",
            Trouble::Unsigned32 => "unsigned integers of 32 bits",
            Trouble::LongDecimal => "decimals of more than 38 digits",
            Trouble::Null => "no type (UNKNOWN)",
            Trouble::Map => "a map",
            Trouble::Nested => "lists, maps or structs",
            Trouble::Name => "signs in its name but letters, digits and _, or a digit first",
            Trouble::Dotted => "a dot in its name",
            Trouble::UpperCase => "capital letters in its name",
            Trouble::SameButForCase => "another's name but for case",
            Trouble::SameName => "another's name",
            Trouble::NoName => "no name",
            Trouble::Deltas => "delta encodings or BYTE_STREAM_SPLIT",
            Trouble::Zstd => "zstd pages",
        };
        let readers = match readers.len() == Reader::ALL.len() {
            true => "all".to_owned(),
            false => readers.iter().map(Reader::to_string).collect::<Vec<_>>().join(", "),
        };
        // Writing to a String doesn't fail.
        let _ = writeln!(table, "| {with} | {severity} | {readers} | {message} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_have_their_names_back() {
        for reader in Reader::ALL {
            assert_eq!(reader.to_string().parse::<Reader>().expect("its own name"), reader);
        }
        let error = "oracle".parse::<Reader>().expect_err("unknown").to_string();
        assert!(error.contains("spark, athena"), "{error}");
    }

    /// What is declared is told of as what is in a file: lists have what their elements have, too.
    #[test]
    fn declared_types_have_the_troubles_that_columns_of_them_have() {
        let told = |ty: &str, reader: Reader| {
            let ty: ColumnType = ty.parse().expect("a type");
            lint_type("c", &ty, &[reader])
                .into_iter()
                .map(|finding| finding.message)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told("map<text,text>", R::DuckDb),
            ["a map that has a key twice can't be fetched as it is, but by map_entries"]
        );
        assert_eq!(
            told("list<map<text,text>>", R::DuckDb),
            ["a map that has a key twice can't be fetched as it is, but by map_entries"]
        );
        assert_eq!(told("list<map<text,text>>", R::Redshift).len(), 1);
        assert!(told("list<timestamp(ns)>", R::Spark)[0].starts_with("nanoseconds"));
        assert!(told("list<uint64>", R::Iceberg)[0].starts_with("unsigned integers"));
        assert_eq!(told("list<int64>", R::Spark), [""; 0]);
    }

    #[test]
    fn decimals_are_known_by_their_digits() {
        assert_eq!(decimal_digits("DECIMAL(60, 2)"), Some(60));
        assert_eq!(decimal_digits("DECIMAL(38, 38)"), Some(38));
        assert_eq!(decimal_digits("DATE"), None);
    }

    #[test]
    fn the_document_has_the_rules() {
        let page = include_str!("../../../docs/readers.md");
        assert!(page.contains(&rules_table()), "docs/readers.md lacks:\n{}", rules_table());
    }
}
