//! Syslog as the command reads it.

use serde_json::json;

use crate::support::Folder;

/// As rsyslog forwards and keeps them.
const MESSAGES: &str = "<83>1 2026-11-28T07:05:09.5Z vm sshd 42 - [auth user=\"ann\"] Failed password\n\
    <13>Nov 28 08:05:10 vm app[7]: hello\n\
    37 <13>1 2026-11-28T07:05:11Z vm a - - -\
    Nov 28 08:05:12 vm systemd[1]: Started\n";

#[test]
fn messages_become_rows_whatever_they_are_called() {
    let folder = Folder::new();
    folder.write("in/a.log", MESSAGES);
    folder
        .run("convert in/ -o a.parquet -q --assume-year 2026 --assume-timezone Europe/Berlin")
        .expect_code(0);
    let cat = folder
        .run("cat a.parquet --columns time,hostname,app_name,proc_id,severity_name,sd,message");
    let expected = "{\"severity_name\":\"err\",\"time\":\"2026-11-28T07:05:09.500Z\",\"hostname\":\"vm\",\"app_name\":\"sshd\",\"proc_id\":42,\
        \"sd\":{\"auth\":{\"user\":\"ann\"}},\"message\":\"Failed password\"}\n\
        {\"severity_name\":\"notice\",\"time\":\"2026-11-28T07:05:10Z\",\"hostname\":\"vm\",\"app_name\":\"app\",\"proc_id\":7,\"message\":\"hello\"}\n\
        {\"severity_name\":\"notice\",\"time\":\"2026-11-28T07:05:11Z\",\"hostname\":\"vm\",\"app_name\":\"a\"}\n\
        {\"time\":\"2026-11-28T07:05:12Z\",\"hostname\":\"vm\",\"app_name\":\"systemd\",\"proc_id\":1,\"message\":\"Started\"}\n";
    assert_eq!(cat.text(), expected);
    folder
        .run("convert in/a.log -o b.parquet -q --select local_time,source_line --source-columns")
        .expect_code(0);
    let rows = folder.rows("b.parquet");
    assert_eq!(rows[1]["local_time"], json!("Nov 28 08:05:10"));
    assert_eq!(rows[3]["source_line"], json!(4));
    let run = folder.run("convert in/a.log -o c.parquet --assume-timezone CEST").expect_code(2);
    assert_eq!(run.stderr.matches("no time zone").count(), 1, "{}", run.stderr);
}

#[test]
fn structured_data_is_redacted_and_what_is_no_message_withheld() {
    let folder = Folder::new();
    folder.write("a.log", format!("{MESSAGES}ann was here\n"));
    let options = "--on-error bad.log --redact sd.auth=mask --redact message=ann";
    let run = folder.run(&format!("convert a.log -o a.parquet {options}")).expect_code(0);
    run.expect_told(&["1 line rejected", "1 rejected line withheld"]);
    assert_eq!(folder.text("bad.log"), "\n");
    assert_eq!(folder.rows("a.parquet")[0]["sd_auth_user"], json!("***"));
    let run = folder
        .run(&format!("convert a.log -o b.parquet {options} --text-lines keep --overwrite"))
        .expect_code(0);
    run.expect_told(&["1 line of text kept"]);
    assert_eq!(folder.rows("b.parquet")[4], json!({"message": "*** was here"}));
}
