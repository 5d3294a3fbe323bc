//! Columns that a format declares.

use super::{Column, ColumnId, Schema, Sibling};
use crate::schema::ColumnType;
use crate::types::path;
use crate::types::reading::Reading;
use crate::types::spelling::Spelling;
use crate::types::timestamp::TimeUnit;

impl Schema {
    /// The column of this name, whose path is that name alone. Where there is none, it is declared with this type: times are
    /// nanoseconds since 1970 in rows, and those of microseconds get the unit that columns of times get.
    pub(crate) fn declare(&mut self, name: &str, ty: ColumnType) -> ColumnId {
        let is_time = matches!(ty.leaf(), ColumnType::Timestamp(_));
        self.declare_spelled(name, ty, is_time.then_some(Spelling::EpochNanos))
    }

    /// The same with values that are spelled so.
    pub(crate) fn declare_spelled(
        &mut self,
        name: &str,
        ty: ColumnType,
        input: Option<Spelling>,
    ) -> ColumnId {
        let called = self.choice.name_of(&path::of_names([name]));
        self.declare_called(&called, name, ty, input)
    }

    /// The same with times in nanoseconds since 1970, called just so in the file.
    pub(crate) fn declare_exactly(&mut self, name: &str, ty: ColumnType) -> ColumnId {
        let is_time = matches!(ty.leaf(), ColumnType::Timestamp(_));
        self.declare_called(name, name, ty, is_time.then_some(Spelling::EpochNanos))
    }

    fn declare_called(
        &mut self,
        called: &str,
        name: &str,
        ty: ColumnType,
        input: Option<Spelling>,
    ) -> ColumnId {
        let path = path::of_names([name]);
        if let Some(id) = self.find(&path) {
            return id;
        }
        if self.choice.drops(&path) {
            return self.add_dropped(&path);
        }
        if let Some(id) = self.find_declared(&path) {
            return id;
        }
        let unused = self.unused_name(called);
        let ty = match (ty, self.type_rules.time_unit) {
            _ if self.is_text_by_prefix(&unused, &path) => ColumnType::Text,
            (ColumnType::Timestamp(TimeUnit::Micros), Some(unit)) => ColumnType::Timestamp(unit),
            (ty, _) => ty,
        };
        let id = self.add(unused);
        self.set_path(id, &path);
        let reads = Some(Reading::of_declared(&ty, input.as_ref(), None));
        // Where rows can be refused, a sibling has to be there before them.
        let has_nanos = self.refuses_rows() && ty == ColumnType::Timestamp(TimeUnit::Micros);
        let column = &mut self.columns[id.index()];
        *column = Column {
            ty: Some(ty),
            declared: true,
            is_settled: false,
            input,
            reads,
            ..column.clone()
        };
        if has_nanos {
            self.add_sibling(id, Sibling::Nanos);
        }
        id
    }

    /// What leads values of this name into `_rest`: it is no column of the file.
    pub(crate) fn declare_in_rest(&mut self, name: &str) -> ColumnId {
        let path = path::of_names([name]);
        if let Some(id) = self.find(&path) {
            return id;
        }
        let id = self.add_dropped(&path);
        self.columns[id.index()].is_in_rest = !self.choice.drops(&path);
        id
    }
}
