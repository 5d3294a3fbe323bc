//! The columns whose values stand in the names of folders, and in no file.

use bucksaw::internal::origins::Origin;
use bucksaw::{ColumnType, DeclaredColumn, DeclaredSchema, Error, ErrorKind, Result};
use serde_json::Value;

use crate::File;

/// Those that the files' footers tell, with types that all of their values have.
#[derive(Default)]
pub(super) struct PathColumns(Vec<DeclaredColumn>);

impl PathColumns {
    pub(super) fn add(&mut self, file: &File) -> Result<()> {
        let origins = Origin::all_of(file.metadata().file_metadata()).map_err(|cause| {
            Error::new(ErrorKind::InvalidParquet, format!("its columns in the footer: {cause}"))
        })?;
        for origin in origins {
            let Some(ty) = origin.constant.as_ref().and_then(type_of) else { continue };
            match self.0.iter_mut().find(|known| known.name == origin.name) {
                Some(known) => known.ty = of_both(&known.ty, &ty),
                None => {
                    let mut column = DeclaredColumn::new(origin.name, ty);
                    column.path = origin.path;
                    column.settled = !origin.declared && column.ty != ColumnType::Text;
                    self.0.push(column);
                }
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|column| column.name == name)
    }

    /// Adds those that the schema lacks.
    pub(super) fn declare(&self, schema: &mut DeclaredSchema) {
        for column in &self.0 {
            if !schema.columns.iter().any(|known| known.name == column.name) {
                schema.columns.push(column.clone());
            }
        }
    }
}

fn type_of(value: &Value) -> Option<ColumnType> {
    Some(match value {
        Value::Bool(_) => ColumnType::Bool,
        Value::Number(number) if number.is_i64() => ColumnType::Int64,
        Value::Number(number) if number.is_u64() => ColumnType::Uint64,
        Value::Number(_) => ColumnType::Double,
        Value::String(_) => ColumnType::Text,
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    })
}

/// The type of values of both.
fn of_both(one: &ColumnType, other: &ColumnType) -> ColumnType {
    use ColumnType::{Double, Int64, Text, Uint64};
    let is = |ty: &ColumnType, of: &[ColumnType]| of.contains(ty);
    match (one, other) {
        _ if one == other => one.clone(),
        _ if is(one, &[Int64, Uint64]) && is(other, &[Int64, Uint64]) => Uint64,
        _ if is(one, &[Int64, Uint64, Double]) && is(other, &[Int64, Uint64, Double]) => Double,
        _ => Text,
    }
}
