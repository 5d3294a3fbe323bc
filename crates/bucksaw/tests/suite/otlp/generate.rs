//! Parts of messages, as tests need them of every signal.

use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

pub(super) fn any_value() -> impl Strategy<Value = AnyValue> {
    let scalar = prop_oneof![
        3 => select(vec!["", "a", "naïve \"text\"\n", "12", "2026-01-02T03:04:05Z"])
            .prop_map(|text| any_value::Value::StringValue(text.to_owned())),
        1 => any::<bool>().prop_map(any_value::Value::BoolValue),
        1 => any::<i64>().prop_map(any_value::Value::IntValue),
        1 => select(vec![0.0, -0.5, 1e300, f64::NAN, f64::INFINITY]).prop_map(any_value::Value::DoubleValue),
        1 => vec(any::<u8>(), 0..4).prop_map(any_value::Value::BytesValue),
    ];
    let scalar = proptest::option::weighted(0.9, scalar).prop_map(|value| AnyValue { value });
    scalar.prop_recursive(3, 12, 3, |inner| {
        let key = select(vec!["", "a", "b"]);
        let member = (key, proptest::option::of(inner.clone())).prop_map(|(key, value)| KeyValue {
            key: key.to_owned(),
            value,
            ..KeyValue::default()
        });
        prop_oneof![
            vec(inner, 0..3).prop_map(|values| any_value::Value::ArrayValue(ArrayValue { values })),
            vec(member, 0..3)
                .prop_map(|values| any_value::Value::KvlistValue(KeyValueList { values })),
        ]
        .prop_map(|value| AnyValue { value: Some(value) })
    })
}

/// Keys come twice, are empty, and differ where names do not.
pub(super) fn attributes() -> impl Strategy<Value = Vec<KeyValue>> {
    let key =
        select(vec!["", "a", "A", "a.b", "a_b", "service.name", "name", "schema_url", "größe"]);
    let attribute = (key, proptest::option::weighted(0.9, any_value()));
    let attribute = attribute.prop_map(|(key, value)| KeyValue {
        key: key.to_owned(),
        value,
        ..KeyValue::default()
    });
    vec(attribute, 0..5)
}

pub(super) fn nanos() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(1), Just(u64::MAX), any::<u64>(), Just(1_700_000_000_000_001_000)]
}

pub(super) fn resource() -> impl Strategy<Value = Resource> {
    let entity = ("[a-b]{0,2}", vec("[a-b]{0,2}", 0..3)).prop_map(|(ty, keys)| EntityRef {
        r#type: ty,
        id_keys: keys.clone(),
        description_keys: keys,
        ..EntityRef::default()
    });
    (attributes(), 0..3_u32, vec(entity, 0..2)).prop_map(
        |(attributes, dropped_attributes_count, entity_refs)| Resource {
            attributes,
            dropped_attributes_count,
            entity_refs,
        },
    )
}

pub(super) fn scope() -> impl Strategy<Value = InstrumentationScope> {
    ("[a-b]{0,2}", "[0-1]{0,1}", attributes(), 0..3_u32).prop_map(
        |(name, version, attributes, dropped_attributes_count)| InstrumentationScope {
            name,
            version,
            attributes,
            dropped_attributes_count,
        },
    )
}

/// A trace's and a span's.
pub(super) fn ids() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    (vec(any::<u8>(), 0..17), vec(any::<u8>(), 0..9))
}

/// Where, what and with which byte.
pub(super) type Change = (Index, Index, u8, u8);

pub(super) fn changes() -> impl Strategy<Value = Vec<Change>> {
    vec((any::<Index>(), any::<Index>(), 0..4_u8, any::<u8>()), 1..4)
}

/// A message with bytes that are others, left out, repeated or added.
pub(super) fn changed(mut message: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for (from, to, what, byte) in changes {
        if message.is_empty() {
            break;
        }
        let (from, to) = (from.index(message.len()), to.index(message.len()));
        let (from, to) = (from.min(to), from.max(to));
        match what {
            0 => message[from] = *byte,
            1 => drop(message.drain(from..to)),
            2 => message.extend_from_within(from..to),
            _ => message.insert(from, *byte),
        }
    }
    message
}
