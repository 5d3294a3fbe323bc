//! What one write takes: time, heap, resident memory.

use std::fs;
use std::path::Path;
use std::time::Instant;

use cap::Cap;
use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

use crate::Result;

/// `Cap` counts all that is ever allocated; `PeakAlloc`, whose counters are global, the most at one
/// time.
#[global_allocator]
static ALL: Cap<PeakAlloc> = Cap::new(PEAK, usize::MAX);
const PEAK: PeakAlloc = PeakAlloc;

/// Runs `write`, which returns the rows that it wrote, and prints the figures as one line of JSON.
pub(crate) fn measure(output: &Path, write: impl FnOnce() -> Result<u64>) -> Result<()> {
    let allocated = ALL.total_allocated();
    let heap = PEAK.current_usage();
    PEAK.reset_peak_usage();
    let resident = reset_peak_resident()?;
    let (cpu, wall) = (cpu_seconds(), Instant::now());
    let rows = write()?;
    let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    let figures = serde_json::json!({
        "rows": rows,
        "wall_s": wall,
        "cpu_s": cpu,
        "heap_peak_bytes": PEAK.peak_usage().saturating_sub(heap),
        "rss_peak_bytes": status("VmHWM")?.saturating_sub(resident),
        "allocated_bytes": ALL.total_allocated() - allocated,
        "output_bytes": fs::metadata(output)?.len(),
    });
    println!("{figures}");
    Ok(())
}

/// User and system time of the whole process.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Lets the kernel forget the peak so far, and returns the bytes that are resident now.
fn reset_peak_resident() -> Result<u64> {
    fs::write("/proc/self/clear_refs", "5")?;
    status("VmRSS")
}

/// A field of /proc/self/status, in bytes.
fn status(field: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
        .ok_or_else(|| format!("no {field} in /proc/self/status"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim_end().parse()?;
    Ok(kilobytes * 1024)
}
