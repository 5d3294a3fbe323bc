//! Structs to Parquet: anything that serde serializes as an object is a row.
//!
//! ```text
//! cargo run -p bucksaw --example structs -- FOLDER
//! ```
#![allow(clippy::print_stderr, missing_docs, unreachable_pub, reason = "an example")]

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use bucksaw::{ColumnType, DeclaredSchema, Options, Report, Result, TimeUnit};
use serde::Serialize;

#[derive(Serialize)]
struct Request {
    time: std::time::SystemTime,
    method: Method,
    /// Columns `http.path` and `http.status`.
    http: Http,
    /// No value where it is none.
    user: Option<String>,
    /// JSON text, unless the column is declared as a list.
    tags: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    Get,
    Post,
}

#[derive(Serialize)]
struct Http {
    path: String,
    status: u16,
}

fn requests() -> impl Iterator<Item = Request> {
    (0..1_000_u16).map(|number| Request {
        time: UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + u64::from(number) * 250),
        method: if number % 10 == 0 { Method::Post } else { Method::Get },
        http: Http {
            path: format!("/orders/{number}"),
            status: if number % 50 == 0 { 503 } else { 200 },
        },
        user: (number % 3 > 0).then(|| format!("user{}", number % 7)),
        tags: if number % 4 == 0 { vec!["slow", "retried"] } else { vec![] },
    })
}

pub fn run(folder: &Path) -> Result<Report> {
    // Times serialize as text: where the column is declared a timestamp, they are stored as such.
    let schema = DeclaredSchema::new()
        .column("time", ColumnType::Timestamp(TimeUnit::Micros))
        .column("tags", ColumnType::list_of(ColumnType::Text));
    let mut writer = Options::new().schema(schema).create(folder.join("requests.parquet"))?;
    for request in requests() {
        writer.serialize(&request)?;
    }
    writer.finish()
}

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    eprintln!("{}", run(folder.as_ref())?);
    Ok(())
}
