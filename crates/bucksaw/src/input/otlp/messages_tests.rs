//! The messages that a source has to fit are those of OTLP's definition.

use std::collections::HashMap;

use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FileDescriptorSet};

use super::messages::{Kind, LOGS, METRICS, Message, TRACES};

/// The messages of the definition, by their full names.
fn definition() -> HashMap<String, DescriptorProto> {
    let files = FileDescriptorSet::decode(opentelemetry_proto::DESCRIPTORS).expect("descriptors");
    let mut all = HashMap::new();
    for file in files.file {
        let package = file.package().to_owned();
        file.message_type.into_iter().for_each(|message| add(&package, message, &mut all));
    }
    all
}

fn add(outer: &str, message: DescriptorProto, all: &mut HashMap<String, DescriptorProto>) {
    let name = format!("{outer}.{}", message.name());
    message.nested_type.iter().for_each(|inner| add(&name, inner.clone(), all));
    all.insert(name, message);
}

fn check(name: &str, ours: &Message, depth: usize, all: &HashMap<String, DescriptorProto>) {
    let defined = &all[name];
    let mut numbers: Vec<u32> = ours.fields.iter().map(|(number, _)| *number).collect();
    let mut expected: Vec<u32> =
        defined.field.iter().map(|field| field.number().cast_unsigned()).collect();
    numbers.sort_unstable();
    expected.sort_unstable();
    assert_eq!(numbers, expected, "{name}");
    for field in &defined.field {
        let number = field.number().cast_unsigned();
        let known = ours.fields.iter().find(|(known, _)| *known == number);
        let kind = known.map(|(_, kind)| kind).expect("it has the same numbers");
        let is_alike = match (field.r#type(), kind) {
            (Type::String, Kind::Text) | (Type::Bytes, Kind::Bytes | Kind::Id(_)) => true,
            (Type::Uint64, Kind::Varints) | (Type::Sint32, Kind::Varint) => true,
            (Type::Fixed64 | Type::Double, Kind::Fixed64s) => field.label() == Label::Repeated,
            (Type::Sfixed64, Kind::Fixed64) => true,
            (Type::Bool | Type::Int32 | Type::Int64 | Type::Uint32 | Type::Enum, Kind::Varint) => {
                true
            }
            (Type::Fixed64 | Type::Double, Kind::Fixed64) | (Type::Fixed32, Kind::Fixed32) => true,
            (Type::Message, Kind::Message(message) | Kind::Record(message, _)) => {
                if depth > 0 {
                    check(field.type_name().trim_start_matches('.'), message, depth - 1, all);
                }
                true
            }
            _ => false,
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
