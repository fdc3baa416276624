//! Waiting for a future on a thread that may, or may not, belong to an async runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::unconstrained;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

thread_local! {
    static WAKER: Waker = Waker::from(Arc::new(Unpark(std::thread::current())));
}

/// Parks the thread until the future is done. Unlike tokio's `block_on` it may be called anywhere, since the
/// drivers' own work is done by the threads of another runtime.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    // inside an async task tokio would starve a future that is polled too often without a yield
    let mut future = pin!(unconstrained(future));
    let waker = WAKER.with(Waker::clone);
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::park();
    }
}

/// A future polled inside a runtime's context, so that what it spawns and its timers belong to that runtime.
pub(crate) struct Inside<F> {
    runtime: Handle,
    future: Pin<Box<F>>,
}

impl<F: Future> Inside<F> {
    pub(crate) fn new(runtime: Handle, future: F) -> Self {
        Self {
            runtime,
            future: Box::pin(future),
        }
    }
}

impl<F: Future> Future for Inside<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let runtime = self.runtime.clone();
        let _entered = runtime.enter();
        self.future.as_mut().poll(context)
    }
}

/// Like [`block_on`], for at most so long.
pub(crate) fn block_on_for<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let until = Instant::now() + limit;
    // inside an async task tokio would starve a future that is polled too often without a yield
    let mut future = pin!(unconstrained(future));
    let waker = WAKER.with(Waker::clone);
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        std::thread::park_timeout(until.checked_duration_since(Instant::now())?);
    }
}
