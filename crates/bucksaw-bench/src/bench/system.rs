//! What only the system can do: pin, cap, and tell what a process takes. Elsewhere than on Linux
//! nothing is pinned, capped or told, and the figures say so by being absent.

pub(crate) use self::own::*;

#[cfg(target_os = "linux")]
mod own {
    use std::fs;
    use std::io;

    use rustix::process::{Resource, Rlimit, setrlimit};
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use rustix::time::{ClockId, clock_gettime};

    /// Pins the process to the last `cores` of the cores that it may use (the first ones serve more
    /// interrupts); whether that worked.
    pub(crate) fn pin(cores: usize) -> bool {
        let Ok(allowed) = sched_getaffinity(None) else { return false };
        let mut chosen = CpuSet::new();
        let allowed = (0..CpuSet::MAX_CPU).rev().filter(|core| allowed.is_set(*core));
        allowed.take(cores).for_each(|core| chosen.set(core));
        sched_setaffinity(None, &chosen).is_ok()
    }

    /// Bounds the memory that the process may ask for: what is its own and writable, not what it
    /// merely reserves.
    pub(crate) fn cap_memory(bytes: u64) -> io::Result<()> {
        let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
        Ok(setrlimit(Resource::Data, limit)?)
    }

    /// CPU time of all threads so far.
    pub(crate) fn cpu_seconds() -> Option<f64> {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        Some(time.tv_sec as f64 + time.tv_nsec as f64 / 1e9)
    }

    /// Resident memory.
    pub(crate) fn resident_bytes() -> Option<u64> {
        kibibytes("/proc/self/status", "VmRSS:")
    }

    /// The most memory that was resident since the process's start or [`forget_peak`].
    pub(crate) fn peak_bytes() -> Option<u64> {
        kibibytes("/proc/self/status", "VmHWM:")
    }

    /// Lets the peak start anew; whether that worked.
    pub(crate) fn forget_peak() -> bool {
        fs::write("/proc/self/clear_refs", "5").is_ok()
    }

    /// What the processor is called.
    pub(crate) fn processor() -> Option<String> {
        let text = fs::read_to_string("/proc/cpuinfo").ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("model name"))?;
        Some(line.trim_start_matches([' ', '\t', ':']).to_owned())
    }

    fn kibibytes(file: &str, name: &str) -> Option<u64> {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(number * 1024)
    }
}

#[cfg(not(target_os = "linux"))]
mod own {
    use std::io;

    pub(crate) fn pin(_: usize) -> bool {
        false
    }

    pub(crate) fn cap_memory(_: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn cpu_seconds() -> Option<f64> {
        None
    }

    pub(crate) fn resident_bytes() -> Option<u64> {
        None
    }

    pub(crate) fn peak_bytes() -> Option<u64> {
        None
    }

    pub(crate) fn forget_peak() -> bool {
        false
    }

    pub(crate) fn processor() -> Option<String> {
        None
    }
}
