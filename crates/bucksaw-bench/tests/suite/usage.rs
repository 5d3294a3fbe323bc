//! Wrong usage, files that are there, help.

use crate::support::Folder;

#[test]
fn every_problem_of_the_options_is_told_at_once() {
    let folder = Folder::new();
    let run = folder.run(
        "bench --rows 0 --rounds 0 --cores 0 --call-rows 0 --memory-cap 0 --backends direct,quill \
         --workload varied --headroom 100 --price=-1",
    );
    run.expect_code(2).expect_told(&[
        "--rows",
        "--rounds",
        "--cores",
        "--call-rows",
        "--memory-cap",
        "--backends quill",
        "--workload varied",
        "--headroom",
        "--price",
    ]);
    for (arguments, told) in [
        ("bench --rows many", "many"),
        ("bench --cores 9999", "9999"),
        ("bench --input a --workload realistic", "--workload"),
    ] {
        folder.run(arguments).expect_code(2).expect_told(&[told]);
    }
}

#[test]
fn a_page_that_is_there_is_replaced_only_when_told() {
    let folder = Folder::new();
    folder.write("page.html", "old");
    let bench = "bench --rows 100 --rounds 1 --backends direct --html page.html";
    folder.run(bench).expect_code(4).expect_told(&["page.html"]);
    assert_eq!(folder.text("page.html"), "old");
    folder.run(&format!("{bench} --overwrite")).expect_code(0);
    assert!(folder.text("page.html").starts_with("<!doctype html>"));
    assert_eq!(folder.names(), ["page.html"]);
}

#[test]
fn the_worker_is_no_command_for_people() {
    let folder = Folder::new();
    let help = folder.run("--help").expect_code(0);
    assert!(help.text().contains("bench") && !help.text().contains("bench-worker"));
    folder.run_with("bench-worker", "nonsense\n").expect_code(3).expect_told(&["bucksaw bench"]);
    folder.run("bench-worker").expect_code(0);
}
