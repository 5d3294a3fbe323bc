//! Columns that options and formats declare.

use super::{Column, ColumnId, Schema, Sibling};
use crate::options::Options;
use crate::options::declared::DeclaredColumn;
use crate::schema::ColumnType;
use crate::types::path;
use crate::types::reading::Reading;
use crate::types::spelling::Spelling;
use crate::types::timestamp::TimeUnit;

impl Schema {
    /// Adds the columns that options declare.
    pub(super) fn add_declared(&mut self, options: &Options) {
        let zone = options.zone();
        let declared = options.declared_columns();
        for column in &declared {
            let DeclaredColumn { name, ty, input, path, field_id, sibling_of, settled, .. } =
                column;
            let is_text = self.is_text_by_prefix(name, "");
            let ty = if is_text { ColumnType::Text } else { ty.clone() };
            let id = self.add(name.clone());
            let is_own = options.own_columns().any(|own| own.name == name);
            if !is_own && self.choice.drops_declared(column, &declared) {
                self.columns[id.index()].is_dropped = true;
                self.dropped += 1;
                continue;
            }
            match path {
                Some(names) => self.set_path(id, &path::of_names(names.iter().map(String::as_str))),
                // What rows call so is another column.
                None if is_own => {}
                None if sibling_of.is_none() => {
                    self.columns[id.index()].may_be_redacted =
                        self.choice.redacts() || !self.parsed_json.is_empty();
                    self.without_path.insert(name.clone(), id);
                }
                None => {}
            }
            self.has_json_columns |= ty.keeps_json(b'{');
            let reads = match settled {
                false => Some(Reading::of_declared(&ty, input.as_ref(), zone)),
                true => self.reads_of_settled(&ty),
            };
            let column = &mut self.columns[id.index()];
            column.reads = reads;
            column.is_settled = *settled;
            column.input.clone_from(input);
            column.ty = Some(ty);
            column.declared = true;
            if field_id.is_some() {
                column.field_id = *field_id;
            }
        }
        self.link_declared(&declared);
    }

    /// Tells declared siblings and their columns of each other.
    fn link_declared(&mut self, declared: &[DeclaredColumn]) {
        for (index, column) in declared.iter().enumerate() {
            let of = column.sibling_of.as_ref();
            let of = of.and_then(|of| declared.iter().position(|column| column.name == *of));
            if let (Some(of), Some(what)) = (of, Sibling::of_type(&column.ty)) {
                let (id, sibling) =
                    (ColumnId::new(of, self.table), ColumnId::new(index, self.table));
                self.columns[of].siblings[what as usize] = Some(sibling);
                self.columns[index].sibling_of = Some((id, what));
            }
        }
    }

    /// The column of this name, whose path is that name alone. Where there is none, it is declared with this type: times are
    /// nanoseconds since 1970 in rows, and those of microseconds get the unit that columns of times get.
    pub(crate) fn declare(&mut self, name: &str, ty: ColumnType) -> ColumnId {
        let input = match ty.leaf() {
            ColumnType::Timestamp(_) => Some(Spelling::EpochNanos),
            // Ids, as which those of another length are spelled beside them.
            ColumnType::Fixed(_) => Some(Spelling::Hex),
            _ => None,
        };
        self.declare_spelled(name, ty, input)
    }

    /// The same with values that are spelled so.
    pub(crate) fn declare_spelled(
        &mut self,
        name: &str,
        ty: ColumnType,
        input: Option<Spelling>,
    ) -> ColumnId {
        self.declare_called(None, name, ty, input)
    }

    /// The same with times in nanoseconds since 1970, called just so in the file.
    pub(crate) fn declare_exactly(&mut self, name: &str, ty: ColumnType) -> ColumnId {
        let is_time = matches!(ty.leaf(), ColumnType::Timestamp(_));
        self.declare_called(Some(name), name, ty, is_time.then_some(Spelling::EpochNanos))
    }

    /// The same, called as the options name it unless that is said.
    fn declare_called(
        &mut self,
        called: Option<&str>,
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
        let called = called.map_or_else(|| self.choice.name_of(&path), str::to_owned);
        let unused = self.unused_name(&called);
        let id = self.add(unused);
        self.set_path(id, &path);
        let ty = match (ty, self.type_rules.time_unit) {
            // By its name's prefix, or since it is redacted.
            _ if self.column(id).takes_all_as_text => ColumnType::Text,
            (ColumnType::Timestamp(TimeUnit::Micros), Some(unit)) => ColumnType::Timestamp(unit),
            (ty, _) => ty,
        };
        let input = input.filter(|_| ty != ColumnType::Text);
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
