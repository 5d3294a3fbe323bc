//! The columns that every table of a signal has, whether or not a record has them.

use super::ids::Ids;
use crate::schema::{ColumnId, ColumnType, Schema};
use crate::types::timestamp::TimeUnit;

/// Those of resources and scopes, which all signals have.
pub(super) struct CommonColumns {
    pub(super) service_name: ColumnId,
    pub(super) resource_dropped_attributes_count: ColumnId,
    pub(super) resource_schema_url: ColumnId,
    pub(super) scope_name: ColumnId,
    pub(super) scope_version: ColumnId,
    pub(super) scope_dropped_attributes_count: ColumnId,
    pub(super) scope_schema_url: ColumnId,
}

impl CommonColumns {
    pub(super) fn of(schema: &mut Schema) -> Self {
        Self {
            service_name: text("service_name", schema),
            resource_dropped_attributes_count: count("resource_dropped_attributes_count", schema),
            resource_schema_url: text("resource_schema_url", schema),
            scope_name: text("scope_name", schema),
            scope_version: text("scope_version", schema),
            scope_dropped_attributes_count: count("scope_dropped_attributes_count", schema),
            scope_schema_url: text("scope_schema_url", schema),
        }
    }
}

pub(super) fn text(name: &str, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ColumnType::Text)
}

/// Of ids of so many bytes.
pub(super) fn id(name: &str, bytes: usize, ids: Ids, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ids.column_type(bytes))
}

/// Of an integer without a sign, which need not fit 32 bits with one.
pub(super) fn count(name: &str, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ColumnType::Int64)
}

/// Of an enumeration's number.
pub(super) fn number(name: &str, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ColumnType::Int32)
}

pub(super) fn time(name: &str, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ColumnType::Timestamp(TimeUnit::Micros))
}

pub(super) fn double(name: &str, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ColumnType::Double)
}

pub(super) fn list(name: &str, of: ColumnType, schema: &mut Schema) -> ColumnId {
    schema.declare(name, ColumnType::List(Box::new(of)))
}
