//! Whether somebody still waits for the result of a read. A caller that drops its future, as a web server does
//! when the client hangs up, must not keep a connection busy. (spec: 11#5 BI-S12)

use std::sync::Arc;
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::{AcqRel, Acquire};

const RUNNING: u8 = 0;
const DONE: u8 = 1;
const GONE: u8 = 2;

/// Shared by the future that waits and the thread that works.
#[derive(Clone, Default)]
pub(crate) struct Attention(Arc<AtomicU8>);

impl Attention {
    /// Whether nobody waits any more for work that still goes on.
    pub(crate) fn is_gone(&self) -> bool {
        self.0.load(Acquire) == GONE
    }

    /// The work is over. `false` if the caller left before, in which case its interruption may still arrive.
    pub(crate) fn finish(&self) -> bool {
        self.0.swap(DONE, AcqRel) == RUNNING
    }

    /// The caller's side: unless the work is over when this is dropped, the work is told, then `interrupt` runs.
    pub(crate) fn waiting<F: FnOnce()>(&self, interrupt: F) -> Waiting<F> {
        Waiting {
            attention: self.clone(),
            interrupt: Some(interrupt),
        }
    }

    fn leave(&self) -> bool {
        self.0.compare_exchange(RUNNING, GONE, AcqRel, Acquire).is_ok()
    }
}

/// Held by the future that waits.
pub(crate) struct Waiting<F: FnOnce()> {
    attention: Attention,
    interrupt: Option<F>,
}

impl<F: FnOnce()> Drop for Waiting<F> {
    fn drop(&mut self) {
        if self.attention.leave()
            && let Some(interrupt) = self.interrupt.take()
        {
            interrupt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn work_that_is_over_is_not_interrupted() {
        let (attention, interrupted) = (Attention::default(), Cell::new(false));
        let waiting = attention.waiting(|| interrupted.set(true));
        assert!(attention.finish());
        drop(waiting);
        assert!(!attention.is_gone());
        assert!(!interrupted.get());
    }

    #[test]
    fn a_caller_that_leaves_interrupts_the_work() {
        let (attention, interrupted) = (Attention::default(), Cell::new(false));
        drop(attention.waiting(|| interrupted.set(true)));
        assert!(attention.is_gone());
        assert!(interrupted.get());
        assert!(!attention.finish());
        assert!(!attention.is_gone());
    }
}
