//! Lines of text, and logfmt, as the command reads them.

use serde_json::json;

use crate::support::Folder;

#[test]
fn access_logs_become_rows() {
    let folder = Folder::new();
    folder.write(
        "access.log",
        "::1 - - [28/Nov/2026:07:05:09 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl/8\"\noops\n",
    );
    let options = "--format text --pattern nginx --source-columns";
    let run = folder.run(&format!("convert access.log -o a.parquet {options}")).expect_code(3);
    run.expect_told(&["access.log: line 2, column 1 (byte 73): expected a host and a space"]);
    let run = folder.run(&format!("convert access.log -o a.parquet {options} --text-lines keep"));
    run.expect_code(0).expect_told(&["1 line of text kept, in the column message"]);
    let cat = folder.run("cat a.parquet");
    let expected = "{\"source_file\":\"access.log\",\"source_line\":1,\"host\":\"::1\",\"time\":\"2026-11-28T07:05:09Z\",\
         \"method\":\"GET\",\"path\":\"/\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"bytes\":5,\"user_agent\":\"curl/8\"}\n\
         {\"source_file\":\"access.log\",\"source_line\":2,\"message\":\"oops\"}\n";
    assert_eq!(cat.expect_code(0).text(), expected);
    // Lines that have a pattern are text, and objects are not.
    let run = folder.run(&format!("convert access.log -o c.parquet {options} --text-lines keep"));
    run.expect_code(0);
    let options = "--pattern nginx --source-columns --text-lines keep";
    folder.run(&format!("convert access.log -o d.parquet {options}")).expect_code(0);
    assert_eq!(folder.rows("d.parquet"), folder.rows("c.parquet"));
    folder.write("in.ndjson", "{\"a\":1}\n");
    folder.run(&format!("convert access.log in.ndjson -o e.parquet {options}")).expect_code(0);
    assert_eq!(folder.rows("e.parquet").len(), 3);
    let run = folder.run("convert access.log -o b.parquet --format text --pattern combind");
    run.expect_code(2).expect_told(&["combind", "names no group"]);
}

#[test]
fn logfmt_becomes_rows() {
    let folder = Folder::new();
    folder.write("a", "level=info n=1 msg=\"all well\"\n\nlevel=warn n=2 slow\n");
    folder.run("convert a -o a.parquet --format logfmt -q").expect_code(0);
    let expected = [
        json!({"level": "info", "n": 1, "msg": "all well"}),
        json!({"level": "warn", "n": 2, "slow": true}),
    ];
    assert_eq!(folder.rows("a.parquet"), expected);
    let schema = folder.run("schema a --format logfmt -q").expect_code(0);
    assert!(schema.text().contains("{\"name\":\"n\",\"type\":\"int64\""), "{}", schema.text());
}

#[test]
fn lines_of_text_among_ndjson_are_kept_counted_and_told() {
    let folder = Folder::new();
    folder.write("a.ndjson", "{\"a\":1}\nstarting up\n{\"a\":\n");
    let options = "--text-lines keep --on-error skip --json";
    let run = folder.run(&format!("convert a.ndjson -o a.parquet {options}")).expect_code(0);
    let run = run.expect_told(&["1 line of text kept", "1 line rejected"]);
    let input = &run.json()["input"];
    assert_eq!((&input["text_lines"], &input["rows"]), (&json!(1), &json!(2)));
    assert_eq!(folder.rows("a.parquet"), [json!({"a": 1}), json!({"message": "starting up"})]);
}
