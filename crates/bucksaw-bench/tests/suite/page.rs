//! The page of `bucksaw bench --html`, as text and in a real browser.
//!
//! `BUCKSAW_CHROMIUM` names the browser; `./test` sets it.

use std::collections::HashMap;
use std::process::Command;

use serde_json::Value;

use crate::support::Folder;

/// What a look at the page in the browser tells, as JSON in the document's title.
const LOOK: &str = include_str!("look.js");

/// A page of a small run; the memory of two sizes, whatever they are, makes lines.
fn page(folder: &Folder) -> String {
    let bench = "bench --rows 100,300,1K --rounds 1 --html page.html";
    folder.run(bench).expect_code(0);
    folder.text("page.html")
}

#[test]
fn the_page_is_whole_in_itself() {
    let folder = Folder::new();
    // A name that HTML would take for its own.
    folder.write("<b>&.ndjson", "{\"n\":1}\n{\"n\":2}\n");
    folder.run("bench --input <b>&.ndjson --rounds 1 --html page.html").expect_code(0);
    let page = folder.text("page.html");
    assert!(page.contains("&lt;b&gt;&amp;.ndjson") && !page.contains("<b>"));
    for part in ["Throughput over rows", "Peak heap over rows", "Where time goes", "Size"] {
        assert!(page.contains(&format!("<figcaption>{part}</figcaption>")), "{part}");
    }
    assert!(page.contains("<h2>Hardware for 1,000,000 rows/s</h2>"));
    assert!(page.contains("prefers-color-scheme: dark"));
    for part in ["<script", "http:", "https:", "src=", "@import", "url(", "NaN", "inf"] {
        assert!(!page.contains(part), "{part}");
    }
}

/// A browser's window of some width and colour scheme.
struct Browser<'f> {
    folder: &'f Folder,
    program: String,
    width: u32,
    is_dark: bool,
}

impl Browser<'_> {
    /// The page as the browser has it in the end, and what it says on its console.
    fn open(&self, page: &str) -> (String, Vec<String>) {
        let profile = self.folder.path("profile");
        // 0 is dark, 1 light.
        let scheme = u8::from(!self.is_dark);
        let output = Command::new(&self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-sync"])
            .args(["--disable-component-update", "--enable-logging=stderr", "--dump-dom"])
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--window-size={},1000", self.width))
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("file://{}", self.folder.path(page).display()))
            .output()
            .expect("BUCKSAW_CHROMIUM names a browser");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let console = String::from_utf8_lossy(&output.stderr);
        let console = console.lines().filter(|line| line.contains("CONSOLE"));
        let console = console.map(str::to_owned).collect();
        (String::from_utf8_lossy(&output.stdout).into_owned(), console)
    }

    /// Opens the page and has the script look at it.
    fn look(&self, page: &str) -> Value {
        // The page itself lets no script run.
        let start = page.find("<meta http-equiv=\"Content-Security-Policy\"").expect("a policy");
        let end = start + page[start..].find('>').expect("a whole tag") + 1;
        let open = format!("{}{}", &page[..start], &page[end..]);
        let script = format!("<script>{LOOK}</script></body>");
        self.folder.write("look.html", open.replace("</body>", &script));
        let (document, console) = self.open("look.html");
        assert_eq!(console, [""; 0]);
        let told = document.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
        let told = told.expect("a title").replace("&amp;", "&").replace("&lt;", "<");
        serde_json::from_str(&told.replace("&gt;", ">")).expect("JSON")
    }
}

#[test]
#[ignore = "needs a browser that BUCKSAW_CHROMIUM names: run ./test"]
fn a_browser_shows_the_page_in_light_and_dark_wide_and_narrow() {
    let program = std::env::var("BUCKSAW_CHROMIUM").expect("BUCKSAW_CHROMIUM names a browser");
    let folder = Folder::new();
    let page = page(&folder);
    let mut lightness = HashMap::new();
    for is_dark in [false, true] {
        for width in [1_280, 520] {
            let browser = Browser { folder: &folder, program: program.clone(), width, is_dark };
            let (document, console) = browser.open("page.html");
            assert_eq!(console, [""; 0], "the console");
            assert_eq!(document.matches("<svg").count(), 4);

            let look = browser.look(&page);
            let told = format!("{width} wide, dark {is_dark}: {look}");
            assert_eq!(look["isDark"], is_dark, "{told}");
            assert_eq!(look["problems"], Value::Array(Vec::new()), "{told}");
            assert_eq!(look["plots"].as_array().map(Vec::len), Some(4), "{told}");
            assert!(
                look["lines"].as_u64() >= Some(8) && look["bars"].as_u64() >= Some(20),
                "{told}"
            );
            let page_lightness = look["pageLightness"].as_f64().expect("a number");
            lightness.insert(is_dark, page_lightness);
        }
    }
    assert!(lightness[&false] > 0.8 && lightness[&true] < 0.1, "{lightness:?}");
}

/// The test above can fail: what it looks for is found where it is.
#[test]
#[ignore = "needs a browser that BUCKSAW_CHROMIUM names: run ./test"]
fn a_browser_finds_what_is_wrong_with_a_page() {
    let program = std::env::var("BUCKSAW_CHROMIUM").expect("BUCKSAW_CHROMIUM names a browser");
    let folder = Folder::new();
    let page = page(&folder);
    let browser = Browser { folder: &folder, program, width: 1_280, is_dark: false };
    folder.write(
        "page.html",
        page.replace("</main>", "<img src=\"https://example.invalid/\"></main>"),
    );
    assert!(!browser.open("page.html").1.is_empty(), "the policy's complaint");
    for (wrong, problem) in [
        (page.replacen("class=\"tick\"", "class=\"tick\" style=\"fill: #eee\"", 1), "contrast"),
        (page.replacen("class=\"tick\" x=\"", "class=\"tick\" x=\"-9", 1), "outside"),
        (page.replace("<h1>", "<div style=\"width: 9999px\">wide</div><h1>"), "wider"),
        (page.replace("class=\"value\" ", "class=\"value\" dy=\"-16\" "), "overlap"),
    ] {
        let look = browser.look(&wrong);
        assert!(look["problems"].to_string().contains(problem), "{problem}: {look}");
    }
}
