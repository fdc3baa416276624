//! Request bodies that have to keep coming. spec: 11#BI-T18
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// Bytes that have to arrive in each window, so that single bytes do not keep a request alive.
const STEP: usize = 4 << 10;

/// What is known about a body while its request is handled.
#[derive(Debug, Default)]
pub struct Progress {
    ended: AtomicBool,
    too_slow: AtomicBool,
}

impl Progress {
    /// Whether the whole body has arrived.
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
    /// Whether it was given up.
    pub fn too_slow(&self) -> bool {
        self.too_slow.load(Ordering::Acquire)
    }
}

/// The body was given up.
#[derive(Debug, thiserror::Error)]
#[error("the request body came too slowly")]
pub struct TooSlow;

/// A body that fails when less than [`STEP`] bytes arrive within a window.
pub struct Paced<B> {
    inner: B,
    window: Duration,
    // Made when the first read has to wait: most bodies are there already.
    timer: Option<Pin<Box<Sleep>>>,
    arrived: usize,
    progress: Arc<Progress>,
}

impl<B: Body> Paced<B> {
    /// Paces a body.
    pub fn new(inner: B, window: Duration, progress: Arc<Progress>) -> Self {
        progress.ended.store(inner.is_end_stream(), Ordering::Release);
        Self {
            inner,
            window,
            timer: None,
            arrived: 0,
            progress,
        }
    }
}

impl<B> Body for Paced<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.arrived += frame.data_ref().map_or(0, Bytes::len);
                if this.arrived >= STEP {
                    this.arrived = 0;
                    this.timer = None;
                }
                if this.inner.is_end_stream() {
                    this.progress.ended.store(true, Ordering::Release);
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => {
                this.progress.ended.store(true, Ordering::Release);
                Poll::Ready(None)
            }
            Poll::Pending => {
                let window = this.window;
                let timer = this
                    .timer
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + window)));
                ready!(timer.as_mut().poll(cx));
                this.progress.too_slow.store(true, Ordering::Release);
                Poll::Ready(Some(Err(Box::new(TooSlow))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};
    use http_body_util::{BodyExt, StreamBody};
    use std::convert::Infallible;

    /// `count` frames of `size` bytes, one per second.
    async fn outcome(size: usize, count: usize) -> (Result<usize, String>, Arc<Progress>, Duration) {
        let frames = stream::iter(0..count).then(move |_| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![0; size])))
        });
        let progress = Arc::new(Progress::default());
        let body = StreamBody::new(Box::pin(frames));
        let paced = Paced::new(body, Duration::from_secs(30), Arc::clone(&progress));
        let start = Instant::now();
        let result = paced.collect().await;
        (
            result.map(|all| all.to_bytes().len()).map_err(|e| e.to_string()),
            progress,
            start.elapsed(),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn bi_t18_a_body_of_single_bytes_is_given_up_after_30_seconds() {
        let (result, progress, took) = outcome(1, 600).await;
        assert_eq!(result, Err("the request body came too slowly".to_owned()));
        assert!(progress.too_slow() && !progress.ended());
        assert_eq!(took, Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_but_steady_body_is_taken() {
        let (result, progress, took) = outcome(1024, 120).await;
        assert_eq!(result, Ok(120 * 1024));
        assert!(progress.ended() && !progress.too_slow());
        assert_eq!(took, Duration::from_secs(120));
    }
}
