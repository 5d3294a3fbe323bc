//! Texts that are JSON objects, whose members become columns on request.

use bucksaw::{InputOptions, OnError, Options, Profile};

use super::convert_in_steps;
use crate::support::{Written, convert_with, read, row};

fn written(lines: &str, options: Options) -> Written {
    convert_with(lines.as_bytes(), options, Default::default(), OnError::Fail).expect("sound")
}

#[test]
fn members_of_objects_in_text_are_columns_and_other_text_stays() {
    let lines = concat!(
        r#"{"log":"{\"level\":\"info\",\"http\":{\"status\":200}}\n","n":1}"#,
        "\n",
        r#"{"log":"starting up\n","n":2}"#,
        "\n",
        r#"{"log":"{\"level\":\"warn\"","n":3}"#,
        "\n",
        r#"{"log":"{}","n":4}"#,
        "\n",
        r#"{"log":"[1]","n":5}"#,
        "\n",
        r#"{"log":7,"n":6}"#,
        "\n",
        r#"{"log":{"level":"object"},"n":7}"#,
        "\n",
    );
    let declared = "{\"columns\":[{\"name\":\"log\",\"type\":\"text\"}]}";
    let schema = bucksaw::DeclaredSchema::from_json(declared).expect("sound");
    for options in [
        Options::new(),
        Options::new().settling_rows(0),
        Options::new().settling_rows(2),
        Options::new().profile(Profile::Modern).schema(schema),
    ] {
        let written = written(lines, options.parse_json(["log"]));
        let rows = written.rows();
        let text = |text| bucksaw::Value::Text(text);
        let number = bucksaw::Value::I64;
        let first =
            [("log_level", text("info")), ("log_http_status", number(200)), ("n", number(1))];
        assert_eq!(rows[0], row(&first));
        assert_eq!(rows[1], row(&[("log", text("starting up\n")), ("n", number(2))]));
        assert_eq!(rows[2], row(&[("log", text("{\"level\":\"warn\"")), ("n", number(3))]));
        assert_eq!(rows[3], row(&[("log", text("{}")), ("n", number(4))]));
        assert_eq!(rows[4], row(&[("log", text("[1]")), ("n", number(5))]));
        assert_eq!(rows[6], row(&[("log_level", text("object")), ("n", number(7))]));
        assert_eq!(written.report.alterations.parsed_json, 2);
    }
}

#[test]
fn nothing_of_a_text_is_lost_and_threads_write_the_same() {
    let mut lines = String::new();
    for index in 0..30_000 {
        let log = match index % 3 {
            0 => format!(r#"{{\"id\":{index},\"id\":0,\"a\":[{index}]}}\n"#),
            1 => format!("text {index}"),
            _ => format!(r#"{{\"id\":\"x{index}\",\"deep\":{{\"late{}\":1}}}}"#, index / 5_000),
        };
        lines.push_str(&format!("{{\"o\":{{\"log\":\"{log}\"}}}}\n"));
    }
    let convert = |threads| {
        let options = Options::new().parse_json(["o", "log"]).row_group_rows(4_000);
        let options = options.threads(threads);
        convert_in_steps(lines.as_bytes(), 1 << 20, &InputOptions::new(), options).expect("sound")
    };
    let one = convert(1);
    assert!(convert(3) == one);
    let rows = read(&one.file).1;
    assert!(rows[0].contains_key("_rest"), "{:?}", rows[0]);
    assert!(rows[1].contains_key("o_log"), "{:?}", rows[1]);
    assert!(rows[29_999].contains_key("o_log_deep_late5"), "{:?}", rows[29_999]);
}
