//! The options that say how the file is written, as its footer shows.

use parquet::basic::{Compression, Encoding, PageType};
use parquet::file::metadata::ColumnChunkMetaData;

use crate::support::{Folder, synth40};

/// A folder with `rows` rows as `in.ndjson`.
fn folder(rows: u64) -> Folder {
    let folder = Folder::new();
    folder.write("in.ndjson", synth40(rows));
    folder
}

fn convert(folder: &Folder, options: &str) {
    let arguments = format!("convert in.ndjson -o out.parquet --overwrite {options}");
    folder.run(&arguments).expect_code(0);
}

fn chunks(folder: &Folder) -> Vec<ColumnChunkMetaData> {
    let footer = folder.footer("out.parquet");
    footer.row_groups().iter().flat_map(|group| group.columns().to_vec()).collect()
}

fn has_dictionary(folder: &Folder, column: &str) -> bool {
    let chunks = chunks(folder);
    let mut of_column = chunks.iter().filter(|chunk| chunk.column_path().string() == column);
    let chunk = of_column.next().expect("the column is there");
    chunk.dictionary_page_offset().is_some()
}

#[test]
fn every_codec_is_what_the_footer_says_and_reads_back() {
    let folder = folder(200);
    convert(&folder, "--compression none");
    let rows = folder.rows("out.parquet");
    let is_of = |codec: &str, compression: Compression| match codec {
        "gzip" => matches!(compression, Compression::GZIP(_)),
        "zstd" => matches!(compression, Compression::ZSTD(_)),
        "snappy" => compression == Compression::SNAPPY,
        "lz4" => compression == Compression::LZ4_RAW,
        _ => compression == Compression::UNCOMPRESSED,
    };
    let choices =
        ["none", "snappy", "lz4", "gzip", "gzip:0", "gzip:9", "zstd", "zstd:1", "zstd:22"];
    for choice in choices {
        convert(&folder, &format!("--compression {choice}"));
        let codec = choice.split(':').next().expect("a name");
        for chunk in chunks(&folder) {
            assert!(is_of(codec, chunk.compression()), "{choice}: {:?}", chunk.compression());
        }
        assert!(folder.rows("out.parquet") == rows, "{choice}");
    }
    convert(&folder, "");
    assert!(chunks(&folder).iter().all(|chunk| is_of("zstd", chunk.compression())), "the default");
}

#[test]
fn levels_make_a_difference() {
    let folder = folder(2_000);
    let size = |level: &str| {
        convert(&folder, &format!("--compression {level}"));
        folder.read("out.parquet").len()
    };
    assert!(size("zstd:19") < size("zstd:1"));
    assert!(size("gzip:9") < size("gzip:0"));
}

#[test]
fn row_groups_have_the_rows_that_were_asked_for() {
    let folder = folder(1_050);
    convert(&folder, "--row-group-rows 400");
    assert_eq!(folder.row_groups("out.parquet"), [400, 400, 250]);
    convert(&folder, "--row-group-rows 400 --chunk-rows 1050");
    assert_eq!(folder.row_groups("out.parquet"), [400, 400, 250]);
    convert(&folder, "--row-group-rows 400 --chunk-rows 300");
    assert_eq!(folder.row_groups("out.parquet"), [400, 400, 250]);
    convert(&folder, "");
    assert_eq!(folder.row_groups("out.parquet"), [1_050]);
}

#[test]
fn row_groups_end_near_the_bytes_that_were_asked_for() {
    let folder = folder(3_000);
    convert(&folder, "--row-group-bytes 64KiB --chunk-rows 100");
    let groups = folder.row_groups("out.parquet");
    assert!(groups.len() > 1, "{groups:?}");
    assert_eq!(groups.iter().sum::<i64>(), 3_000);
}

#[test]
fn dictionaries_are_on_or_off_for_all_or_for_one() {
    let folder = folder(500);
    for (options, level, service) in [
        ("", true, true),
        ("--dictionary off", false, false),
        ("--dictionary log_level=off", false, true),
        ("--dictionary off --dictionary log_level=on", true, false),
        ("--dictionary log_level=off --dictionary resource_service_name=off", false, false),
    ] {
        convert(&folder, options);
        assert_eq!(has_dictionary(&folder, "log_level"), level, "{options}");
        assert_eq!(has_dictionary(&folder, "resource_service_name"), service, "{options}");
    }
    // A name may have an equals sign in it.
    folder.write("in.ndjson", "{\"a=b\":\"x\"}\n{\"a=b\":\"x\"}\n");
    convert(&folder, "--names dotted --dictionary a=b=off");
    assert!(!has_dictionary(&folder, "a=b"));
}

#[test]
fn the_named_columns_get_bloom_filters() {
    let folder = folder(500);
    for (options, expected) in [
        ("", &[][..]),
        ("--bloom-filter log_level", &["log_level"]),
        ("--bloom-filter log_level,resource_host_id", &["log_level", "resource_host_id"]),
        (
            "--backend arrow --bloom-filter log_level --bloom-filter resource_host_id",
            &["log_level", "resource_host_id"],
        ),
    ] {
        convert(&folder, options);
        let chunks = chunks(&folder);
        let with = chunks.iter().filter(|chunk| chunk.bloom_filter_offset().is_some());
        let mut with: Vec<String> = with.map(|chunk| chunk.column_path().string()).collect();
        with.sort();
        assert_eq!(with, expected, "{options}");
    }
}

#[test]
fn a_declared_order_is_checked() {
    let folder = Folder::new();
    folder
        .write("in.ndjson", "{\"a\":1,\"b\":2}\n{\"a\":2,\"b\":1}\n{\"a\":2,\"b\":2}\n{\"a\":3}\n");
    let run = |options: &str| {
        let run = folder.run(&format!(
            "convert in.ndjson -o out.parquet --overwrite --row-group-rows 2 {options}"
        ));
        let sorted: Vec<bool> = folder
            .footer("out.parquet")
            .row_groups()
            .iter()
            .map(|group| group.sorting_columns().is_some())
            .collect();
        (run.expect_code(0), sorted)
    };
    assert_eq!(run("").1, [false, false]);
    assert_eq!(run("--sorted-by a").1, [true, true]);
    assert_eq!(run("--sorted-by a,b:desc").1, [true, true]);
    assert_eq!(run("--sorted-by b:desc:nulls-first --backend arrow").1, [true, false]);
    let (run, sorted) = run("--sorted-by a:desc --sorted-by b");
    assert_eq!(sorted, [false, false]);
    run.expect_told(&["0 of 2 row groups are sorted: line 2 (row 2) comes before"]);
    let run = folder.run("convert in.ndjson -o out.parquet --overwrite --sorted-by b --json");
    let report = run.expect_code(0).json();
    let order = &report["reports"][0]["files"][0]["order"];
    let expected = serde_json::json!({
        "sorted_row_groups": 0,
        "first_unsorted_row": 1,
        "first_unsorted_source": "in.ndjson",
        "first_unsorted_line": 2,
    });
    assert_eq!(*order, expected);
    // Blank lines are no rows, and of two inputs it is told which.
    folder.write("more.ndjson", "\n{\"b\":7}\n\n{\"b\":6}\n");
    folder.write("first.ndjson", "{\"b\":1}\n{\"b\":2}\n");
    folder
        .run("convert first.ndjson more.ndjson -o out.parquet --overwrite --sorted-by b")
        .expect_code(0)
        .expect_told(&["0 of 1 row group is sorted: more.ndjson: line 4 (row 4) comes before"]);
}

#[test]
fn statistics_are_written_as_asked() {
    let folder = folder(500);
    for (options, of_chunks, of_pages) in [
        ("", true, true),
        ("--statistics page", true, true),
        ("--statistics chunk", true, false),
        ("--statistics none", false, false),
    ] {
        convert(&folder, options);
        for chunk in chunks(&folder) {
            let column = chunk.column_path().string();
            assert_eq!(chunk.statistics().is_some(), of_chunks, "{options}: {column}");
            assert_eq!(chunk.column_index_offset().is_some(), of_pages, "{options}: {column}");
        }
    }
}

#[test]
fn smaller_pages_are_more_pages() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    let folder = folder(3_000);
    let pages = |options: &str| {
        convert(&folder, &format!("--dictionary off {options}"));
        let file = std::fs::File::open(folder.path("out.parquet")).expect("a file");
        let reader = SerializedFileReader::new(file).expect("a Parquet file");
        let columns = folder.columns("out.parquet");
        let column = columns.iter().position(|name| name == "resource_host_id").expect("there");
        let group = reader.get_row_group(0).expect("a row group");
        let pages = group.get_column_page_reader(column).expect("pages");
        let data = pages.map(|page| page.expect("a page")).filter(|page| {
            assert_eq!(page.encoding(), Encoding::PLAIN);
            page.page_type() != PageType::DICTIONARY_PAGE
        });
        data.count()
    };
    assert_eq!(pages(""), 1);
    // 3,000 times 40 bytes in pages of about 16,384; the writer looks every so many rows.
    let small = pages("--page-size 16KiB");
    assert!((3..=12).contains(&small), "{small}");
}

#[test]
fn the_same_input_makes_the_same_bytes() {
    let folder = folder(700);
    convert(&folder, "--row-group-rows 300");
    let first = folder.read("out.parquet");
    convert(&folder, "--row-group-rows 300");
    assert!(folder.read("out.parquet") == first);
}
