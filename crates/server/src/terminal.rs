//! Standard output and standard error. A reader that has gone away is no reason to fail.
use std::io::Write;

/// Prints text as it is.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    // `entente … | head` closes the pipe early.
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Prints a line for the person at the terminal, apart from the output.
pub fn complain(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Prints the outcome of a command: JSON for programs, or a line for people.
pub fn report(json: bool, report: &serde_json::Value, line: &str) {
    if json {
        print(&format!("{report}\n"));
    } else {
        print(&format!("{line}\n"));
    }
}
