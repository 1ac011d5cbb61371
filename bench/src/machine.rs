//! On what a figure was measured.

use std::fs;

/// The processor, as Linux calls it, and its threads: `a machine with 2 threads (…)`.
#[must_use]
pub fn describe() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let name = name.map(|(_, name)| format!(" ({})", name.trim())).unwrap_or_default();
    format!("a machine with {threads} threads{name}")
}

/// The most memory a process has held so far, in MiB, where the system has `/proc`.
#[must_use]
pub fn peak_mib(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// The processor time, all threads together, that a process has used so far, in seconds, to a
/// hundredth, where the system has `/proc`.
#[must_use]
pub fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in parentheses, may hold spaces; after it user time and system time are the 12th and
    // 13th field, in ticks, of which Linux has 100 a second wherever it tells of them.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_used_memory_and_time() {
        let itself = std::process::id();
        assert!(peak_mib(itself).is_some_and(|mib| mib > 0.1));
        let started = std::time::Instant::now();
        let mut sum = 0_u64;
        while started.elapsed().as_millis() < 30 || std::hint::black_box(sum) == 1 {
            sum = sum.wrapping_mul(3).wrapping_add(7);
        }
        assert!(cpu_seconds(itself).is_some_and(|seconds| seconds > 0.0));
        assert_eq!(cpu_seconds(u32::MAX), None);
    }
}
