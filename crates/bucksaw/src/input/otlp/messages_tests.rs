//! The messages that a source has to fit are those of OTLP's definition.

use std::collections::HashMap;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
    FileDescriptorSet,
};

use super::messages::{Kind, LOGS, METRICS, Message, TRACES};

/// The messages of the definition, by their full names.
fn definition() -> HashMap<String, DescriptorProto> {
    let files = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).expect("descriptors");
    let mut all = HashMap::new();
    for file in files.file {
        let package = file.package().to_owned();
        file.message_type.into_iter().for_each(|message| add(&package, message, &mut all));
        file.enum_type.into_iter().for_each(|names| add_enum(&package, names, &mut all));
    }
    all
}

fn add(outer: &str, message: DescriptorProto, all: &mut HashMap<String, DescriptorProto>) {
    let name = format!("{outer}.{}", message.name());
    message.nested_type.iter().for_each(|inner| add(&name, inner.clone(), all));
    message.enum_type.iter().for_each(|names| add_enum(&name, names.clone(), all));
    all.insert(name, message);
}

/// An enumeration, as a message whose fields are its names.
fn add_enum(outer: &str, names: EnumDescriptorProto, all: &mut HashMap<String, DescriptorProto>) {
    let name = format!("{outer}.{}", names.name());
    let field = |value: EnumValueDescriptorProto| FieldDescriptorProto {
        name: value.name,
        number: value.number,
        ..FieldDescriptorProto::default()
    };
    let field = names.value.into_iter().map(field).collect();
    all.insert(name, DescriptorProto { field, ..DescriptorProto::default() });
}

fn check(name: &str, ours: &Message, depth: usize, all: &HashMap<String, DescriptorProto>) {
    let defined = &all[name];
    let mut numbers: Vec<u32> = ours.fields.iter().map(|(number, ..)| *number).collect();
    let mut expected: Vec<u32> =
        defined.field.iter().map(|field| field.number().cast_unsigned()).collect();
    numbers.sort_unstable();
    expected.sort_unstable();
    assert_eq!(numbers, expected, "{name}");
    for field in &defined.field {
        let number = field.number().cast_unsigned();
        let known = ours.fields.iter().find(|(known, ..)| *known == number);
        let (_, json, kind) = known.expect("it has the same numbers");
        assert_eq!(*json, field.json_name(), "{name}");
        let is_repeated = field.label() == Label::Repeated;
        let is_alike = match (field.r#type(), kind) {
            (Type::String, Kind::Texts) | (Type::Uint64, Kind::Uint64s) => is_repeated,
            (Type::Fixed64, Kind::Fixed64s) | (Type::Double, Kind::Doubles) => is_repeated,
            (Type::Enum, Kind::Enum(names)) => {
                let defined = &all[field.type_name().trim_start_matches('.')];
                let values = defined.field.iter();
                let values = values.map(|value| (value.name().to_owned(), value.number() as usize));
                names.all().eq(values) && !is_repeated
            }
            (Type::Message, kind) => {
                let (message, repeats) = match kind {
                    Kind::Message(message) => (message, false),
                    Kind::Messages(message)
                    | Kind::Attributes(message)
                    | Kind::Values(message)
                    | Kind::Groups(message)
                    | Kind::Records(message, _)
                    | Kind::Points(message) => (message, true),
                    _ => panic!("{name}: {kind:?}"),
                };
                if depth > 0 {
                    check(field.type_name().trim_start_matches('.'), message, depth - 1, all);
                }
                is_repeated == repeats
            }
            (ty, kind) => {
                let is_alike = matches!(
                    (ty, kind),
                    (Type::String, Kind::Text)
                        | (Type::Bytes, Kind::Bytes | Kind::Id(_))
                        | (Type::Bool, Kind::Bool)
                        | (Type::Int32, Kind::Int32)
                        | (Type::Sint32, Kind::Sint32)
                        | (Type::Uint32, Kind::Uint32)
                        | (Type::Int64, Kind::Int64)
                        | (Type::Fixed32, Kind::Fixed32)
                        | (Type::Fixed64, Kind::Fixed64)
                        | (Type::Sfixed64, Kind::Sfixed64)
                        | (Type::Double, Kind::Double)
                );
                is_alike && !is_repeated
            }
        };
        assert!(is_alike, "{name}.{}: {kind:?}", field.name());
    }
}

#[test]
fn every_message_is_that_of_the_definition() {
    let all = definition();
    for (name, message) in [
        ("logs.v1.LogsData", &LOGS),
        ("collector.logs.v1.ExportLogsServiceRequest", &LOGS),
        ("trace.v1.TracesData", &TRACES),
        ("collector.trace.v1.ExportTraceServiceRequest", &TRACES),
        ("metrics.v1.MetricsData", &METRICS),
        ("collector.metrics.v1.ExportMetricsServiceRequest", &METRICS),
    ] {
        check(&format!("opentelemetry.proto.{name}"), message, 8, &all);
    }
}
