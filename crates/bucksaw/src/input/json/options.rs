//! Where the records of JSON documents are.

use crate::error::{Error, ErrorKind, Result};

/// Names on the way to records, at the most.
const MAX_NAMES: usize = 64;

/// Where the records of JSON documents are, and how they become rows.
///
/// ```
/// use bucksaw::JsonOptions;
/// let options = JsonOptions::new().records(["streams", "values"]).fields(["time", "line"]);
/// assert_eq!(options.records, ["streams", "values"]);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct JsonOptions {
    /// The names of the members that lead to records, from a document's outermost object on; arrays on the way are gone
    /// through. What is at their end is a record, or an array of records. Default: documents are records themselves.
    ///
    /// A member that is missing makes its object a rejected record; one that is null holds none. Other members of objects
    /// inside the outermost array are columns of all records in the object, unless these have such a member themselves: then
    /// the record's is in the column, and theirs in `_rest`.
    pub records: Vec<String>,
    /// What the elements of records that are arrays are called, by their position; those beyond are called by their index. Default:
    /// none, and such records are rejected; but `time` (nanoseconds since 1970), `line` and `metadata` for records in `streams` and
    /// `values`, which are [Loki's](https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs).
    pub fields: Vec<String>,
    /// Whether the members of objects around the outermost array are columns, too, those before it: what is behind it comes too late.
    /// Default: they are not, but are [counted](crate::InputCounts::outside).
    pub envelope: bool,
}

impl JsonOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets [`records`](#structfield.records).
    #[must_use]
    pub fn records(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { records: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets [`fields`](#structfield.fields).
    #[must_use]
    pub fn fields(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { fields: names.into_iter().map(Into::into).collect(), ..self }
    }

    /// Sets [`envelope`](#structfield.envelope).
    #[must_use]
    pub fn envelope(self, envelope: bool) -> Self {
        Self { envelope, ..self }
    }

    /// Every problem of these options at once.
    ///
    /// # Errors
    /// [`ErrorKind::Options`], with a line for each problem.
    pub fn validate(&self) -> Result<()> {
        let mut problems = Vec::new();
        if self.records.len() > MAX_NAMES {
            let names = self.records.len();
            problems
                .push(format!("the path to records has {names} names: {MAX_NAMES} at the most"));
        }
        if self.envelope && self.records.is_empty() {
            problems.push(
                "an envelope is around records: say where these are in it (--records PATH)"
                    .to_owned(),
            );
        }
        let again = |(index, name): &(usize, &String)| self.fields[..*index].contains(name);
        if let Some((_, name)) = self.fields.iter().enumerate().find(again) {
            problems.push(format!("two fields of records are called {name:?}"));
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(Error::of_problems(ErrorKind::Options, problems))
    }
}
