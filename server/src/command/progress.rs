//! A line of progress, where somebody is looking.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often the line changes.
const EVERY: Duration = Duration::from_millis(200);

/// A counter on standard error; silent when that is no terminal.
pub(super) struct Progress {
    what: &'static str,
    shown: bool,
    last: Instant,
}

impl Progress {
    pub(super) fn new(what: &'static str) -> Self {
        Self {
            what,
            shown: false,
            last: Instant::now(),
        }
    }

    pub(super) fn at(&mut self, count: usize) {
        if self.last.elapsed() < EVERY || !std::io::stderr().is_terminal() {
            return;
        }
        self.last = Instant::now();
        self.shown = true;
        // Nothing else can be done when standard error is closed.
        let _ = write!(std::io::stderr(), "\r{count} {}", self.what);
    }

    pub(super) fn end(&self) {
        if self.shown {
            let _ = writeln!(std::io::stderr());
        }
    }
}
