use super::*;

fn row() -> Json {
    let members = [
        ("level", Json::Text("it's \"bad\"".to_owned())),
        ("status", Json::Int(503)),
        ("ratio", Json::Double(0.5)),
        ("nan", Json::Double(f64::NAN)),
        ("least", Json::Float(f32::NEG_INFINITY)),
        ("big", Json::Text("123456789012345678901".to_owned())),
        ("time", Json::Text("2026-11-28T07:05:09.25Z".to_owned())),
        ("a b", Json::Bool(true)),
        ("none", Json::Null),
    ];
    Json::Object(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

#[test]
fn conditions_are_true_of_rows_or_not() {
    let cases = [
        ("status = 503", true),
        ("status == 503.0 AND ratio < 1", true),
        ("status != 503", false),
        ("status <> 4 and (ratio > 0.5 or ratio >= .5)", true),
        ("not status <= 502 and not not ratio = 5e-1", true),
        ("level = 'it''s \"bad\"'", true),
        ("level = \"it's \"\"bad\"\"\"", true),
        ("level = 5 or status = 'x'", false),
        ("big > 123456789012345678900 and big < 1e21", true),
        ("time >= '2026-11-28' and time < '2026-11-29'", true),
        ("time = '2026-11-28T08:05:09.250+01:00' and time = '2026-11-28 07:05:09.25'", true),
        ("time > '2026-11-28T07:05:09Z' and time < '2026-11-28T07:05:09.3Z'", true),
        ("time <= '2026-11-28T07:05:09Z' or time > '2026-11-28 07:06'", false),
        ("`a b` = true", true),
        ("`a b` = false", false),
        ("none is null and nothing is null and level is not null", true),
        ("none = 1", false),
        ("not none = 1", false),
        ("none = 1 or status = 503", true),
        ("none != 1", false),
        ("nan = NaN and not nan != NaN and ratio != NaN and status != NaN", true),
        ("ratio = NaN or status = NaN or level = NaN or none = NaN or none != NaN", false),
        ("nan < 1 or nan >= 1 or nan < NaN or ratio > NaN or nan = Infinity", false),
        ("least < -1e308 and least > -Infinity", false),
        ("least = -Infinity and ratio < Infinity and ratio > -Infinity", true),
        ("level like '%bad%' and level not like '%b' and status like '5_3'", true),
        ("level like 'it%s%\"'", true),
    ];
    for (text, expected) in cases {
        let filter: Filter = text.parse().expect(text);
        assert_eq!(filter.keeps(&row()), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_with_a_condition_is_told() {
    let deep = format!("{}a = 1{}", "(".repeat(70), ")".repeat(70));
    let cases = [
        ("", "name is missing"),
        ("level", "comparison such as ="),
        ("level = error", "text stands in quotes"),
        ("level = 'error", "no other at its end"),
        ("level = 1 2", "could end"),
        ("(level = 1", "not closed"),
        ("level is 1", "null is missing"),
        ("level ~ 'x'", "no sign that it knows"),
        ("a = 1-2", "no number"),
        ("level like x", "behind like"),
        (deep.as_str(), "64 levels"),
    ];
    for (text, told) in cases {
        let error = text.parse::<Filter>().expect_err(text);
        assert!(error.to_string().contains(told), "{text}: {error}");
    }
}
