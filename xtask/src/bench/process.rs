//! What the operating system knows about a process and its files.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context as _, Result};

/// A value in kilobytes of `/proc/<pid>/status`: `VmRSS` (resident now), `VmHWM` (at peak).
pub fn memory_kb(pid: u32, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    proc_number(&status, field).with_context(|| format!("no {field} for process {pid}"))
}

fn proc_number(text: &str, field: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The sum of the sizes of all files below `dir`, in bytes.
pub fn bytes_below(dir: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let about = entry.metadata()?;
        sum += if about.is_dir() {
            bytes_below(&entry.path())?
        } else {
            about.len()
        };
    }
    Ok(sum)
}

/// The sum of the sizes of the write-ahead logs in `dir`, in bytes.
pub fn wal_bytes(dir: &Path) -> io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with("-wal") {
            sum += entry.metadata()?.len();
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Scratch;

    #[test]
    fn numbers_of_proc_are_found_by_their_whole_name() {
        let text = "VmHWMx:\t1 kB\nVmHWM:\t   2048 kB\nVmRSS:\t 12 kB\n";
        assert_eq!(proc_number(text, "VmHWM"), Some(2048));
        assert_eq!(proc_number(text, "VmRSS"), Some(12));
        assert_eq!(proc_number(text, "VmSwap"), None);
    }

    #[test]
    fn our_own_memory_is_known() {
        assert!(memory_kb(std::process::id(), "VmRSS").unwrap() > 0);
    }

    #[test]
    fn files_are_summed_up() {
        let scratch = Scratch::new("bytes-below").unwrap();
        fs::create_dir(scratch.path().join("deep")).unwrap();
        fs::write(scratch.path().join("a"), "abc").unwrap();
        fs::write(scratch.path().join("deep/b-wal"), "de").unwrap();
        fs::write(scratch.path().join("c-wal"), "x").unwrap();
        assert_eq!(bytes_below(scratch.path()).unwrap(), 6);
        assert_eq!(wal_bytes(scratch.path()).unwrap(), 1);
    }
}
