//! The columns that every table of a signal has, whether or not a record has them.

use super::OtlpLayout;
use super::clickhouse::Table;
use super::ids::Ids;
use crate::input::Format;
use crate::options::MetricKind;
use crate::schema::{ColumnId, ColumnType, Key, Schema};
use crate::types::timestamp::TimeUnit;

/// Those of resources and scopes, which all signals have.
pub(super) struct CommonColumns {
    /// The names that attributes are below.
    pub(super) resource: &'static str,
    pub(super) scope: &'static str,
    /// Where they are maps.
    pub(super) attributes: Option<AttributeColumns>,
    pub(super) resource_entity_refs: Key<'static>,
    pub(super) service_name: ColumnId,
    pub(super) resource_dropped_attributes_count: ColumnId,
    pub(super) resource_schema_url: ColumnId,
    pub(super) scope_name: ColumnId,
    pub(super) scope_version: ColumnId,
    pub(super) scope_dropped_attributes_count: ColumnId,
    pub(super) scope_schema_url: ColumnId,
}

/// Columns of maps.
pub(super) struct AttributeColumns {
    pub(super) resource: ColumnId,
    pub(super) scope: ColumnId,
}

impl CommonColumns {
    pub(super) fn of(
        format: Format,
        kind: Option<MetricKind>,
        layout: OtlpLayout,
        schema: &mut Schema,
    ) -> Self {
        match layout {
            OtlpLayout::Flat => Self::flat(schema),
            OtlpLayout::ClickHouse => Self::clickhouse(&mut Table::of(format, kind, schema)),
        }
    }

    fn clickhouse(table: &mut Table<'_>) -> Self {
        Self {
            resource: "ResourceAttributes",
            scope: "ScopeAttributes",
            attributes: Some(AttributeColumns {
                resource: table.column("ResourceAttributes"),
                scope: table.column_or("ScopeAttributes", "scope_attributes"),
            }),
            resource_entity_refs: Key::Id(table.rest("resource_entity_refs")),
            service_name: table.column("ServiceName"),
            resource_dropped_attributes_count: table.rest("resource_dropped_attributes_count"),
            resource_schema_url: table.column_or("ResourceSchemaUrl", "resource_schema_url"),
            scope_name: table.column("ScopeName"),
            scope_version: table.column("ScopeVersion"),
            scope_dropped_attributes_count: table
                .column_or("ScopeDroppedAttrCount", "scope_dropped_attributes_count"),
            scope_schema_url: table.column_or("ScopeSchemaUrl", "scope_schema_url"),
        }
    }

    fn flat(schema: &mut Schema) -> Self {
        Self {
            resource: "resource",
            scope: "scope",
            attributes: None,
            resource_entity_refs: Key::Name("resource_entity_refs"),
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
