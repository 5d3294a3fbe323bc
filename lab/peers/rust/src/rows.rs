//! Rows as a program holds them, made before the clock starts.

use std::borrow::Cow;

use bucksaw::Value;
use bucksaw_workloads::{self as workloads, Type, Workload};

use crate::Result;

/// A row whose every text is a heap object of its own, as a program's rows have them.
pub(crate) type OwnedRow = Vec<(Cow<'static, str>, workloads::Value)>;

/// The rows in the forms that writers like best.
pub(crate) struct Rows<'a> {
    pub(crate) columns: Vec<(&'static str, Type)>,
    pub(crate) by_place: Vec<Vec<(u16, Value<'a>)>>,
    pub(crate) by_name: Vec<Vec<(&'a str, Value<'a>)>>,
}

/// The first `count` rows. Their keys are heap objects too where the writer goes by them.
pub(crate) fn make(workload: Workload, count: usize, has_keys: bool) -> Result<Vec<OwnedRow>> {
    let key = |name: &'static str| match has_keys {
        true => Cow::Owned(name.to_owned()),
        false => Cow::Borrowed(name),
    };
    let own = |value| match value {
        workloads::Value::Text(text) => workloads::Value::Text(text.into_owned().into()),
        value => value,
    };
    let rows: Box<dyn Iterator<Item = workloads::Row>> = match workload {
        Workload::Synth40 => Box::new(workloads::synth40(workloads::DEFAULT_SEED)),
        Workload::Realistic => Box::new(workloads::realistic(workloads::DEFAULT_SEED)),
        _ => return Err("synth40 or realistic".into()),
    };
    Ok(rows
        .take(count)
        .map(|row| row.into_iter().map(|(name, value)| (key(name), own(value))).collect())
        .collect())
}

impl<'a> Rows<'a> {
    pub(crate) fn borrow(workload: Workload, owned: &'a [OwnedRow]) -> Result<Self> {
        let columns = workload.columns().ok_or("a workload without fixed columns")?;
        let place = |name: &str| -> Result<u16> {
            let place = columns.iter().position(|column| column.0 == name);
            Ok(place.ok_or("a row with an unknown column")?.try_into()?)
        };
        let by_name: Vec<Vec<(&str, Value)>> = owned
            .iter()
            .map(|row| row.iter().map(|(name, value)| (&**name, borrowed(value))).collect())
            .collect();
        let by_place = by_name
            .iter()
            .map(|row| row.iter().map(|(name, value)| Ok((place(name)?, *value))).collect())
            .collect::<Result<_>>()?;
        Ok(Self { columns, by_place, by_name })
    }
}

fn borrowed(value: &workloads::Value) -> Value<'_> {
    match value {
        &workloads::Value::Bool(value) => Value::Bool(value),
        &workloads::Value::I64(value) => Value::I64(value),
        &workloads::Value::F64(value) => Value::F64(value),
        workloads::Value::Text(text) => Value::Text(text),
    }
}
