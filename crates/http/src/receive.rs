//! Request bodies: limited, decompressed as a stream, never whole in memory. spec: 11#SR-IN-1
use crate::guard::{Excess, JsonGuard};
use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body::Body;
use http_body_util::BodyStream;
use std::io::{Read, Seek, SeekFrom, Write};
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

/// Limits of one request body.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most bytes after decompression.
    pub decompressed: u64,
    /// Check nesting and numbers of JSON while reading.
    pub json: bool,
}

/// Bytes kept in memory; more goes to an unlinked file.
const IN_MEMORY: usize = 1 << 20;
/// Compressed bytes may grow by this factor once they passed [`RATIO_FROM`].
const MAX_RATIO: u64 = 20;
/// Decompressed size from which the ratio counts.
const RATIO_FROM: u64 = 1 << 20;
const CHUNK: usize = 64 << 10;

/// Why a body was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// Larger than allowed.
    #[error("the request body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Grows too much when decompressed.
    #[error("the request body grows more than {MAX_RATIO} times when decompressed")]
    Bomb,
    /// `Content-Encoding` that nobody speaks.
    #[error("unknown content encoding; send gzip, br, deflate or none")]
    Encoding,
    /// Nested too deep, or absurd numbers.
    #[error(transparent)]
    Json(#[from] Excess),
    /// The connection failed or the compressed data is damaged.
    #[error("the request body could not be read")]
    Read(#[source] std::io::Error),
    /// The spool file failed.
    #[error("the request body could not be kept")]
    Spool(#[source] std::io::Error),
}

/// Bytes that can be gone through in any order.
pub trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// A received body.
#[derive(Debug)]
pub enum Received {
    /// In memory.
    Memory(Bytes),
    /// In an unlinked file, positioned at its start, with its length.
    File(std::fs::File, u64),
}

impl Received {
    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::File(_, length) => *length,
        }
    }
    /// Whether nothing was sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// A reader from the start; may be asked for again. Blocking when the body is in a file.
    ///
    /// # Errors
    /// Of the file system.
    pub fn reader(&self) -> std::io::Result<Box<dyn Read + Send + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(bytes.as_ref()),
            Self::File(file, _) => {
                let mut file = file;
                file.seek(SeekFrom::Start(0))?;
                Box::new(std::io::BufReader::with_capacity(CHUNK, file))
            }
        })
    }
    /// A reader from the start that may jump. There may be one of them, or of [`Received::reader`], at a time.
    ///
    /// # Errors
    /// Of the file system.
    pub fn seekable(&self) -> std::io::Result<Box<dyn Source + '_>> {
        Ok(match self {
            Self::Memory(bytes) => Box::new(std::io::Cursor::new(bytes)),
            Self::File(file, _) => {
                let mut file = file;
                file.seek(SeekFrom::Start(0))?;
                Box::new(std::io::BufReader::with_capacity(CHUNK, file))
            }
        })
    }
    /// The whole body in memory; for endpoints whose limit is small.
    ///
    /// # Errors
    /// Of the file system.
    pub fn bytes(&self) -> std::io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => Ok(bytes.clone()),
            Self::File(..) => {
                let mut all = Vec::new();
                self.reader()?.read_to_end(&mut all)?;
                Ok(all.into())
            }
        }
    }
}

/// Receives a body.
///
/// # Errors
/// See [`ReceiveError`]; the connection should be closed then.
pub async fn receive<B>(headers: &http::HeaderMap, body: B, limits: Limits) -> Result<Received, ReceiveError>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let declared = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limits.decompressed) {
        return Err(ReceiveError::TooLarge {
            limit: limits.decompressed,
        });
    }
    let compressed = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counter = std::sync::Arc::clone(&compressed);
    let stream = BodyStream::new(body)
        .map_err(std::io::Error::other)
        .try_filter_map(|frame| async move { Ok(frame.into_data().ok()) })
        .inspect_ok(move |data: &Bytes| {
            let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
            counter.fetch_add(length, std::sync::atomic::Ordering::Relaxed);
        });
    let reader = StreamReader::new(Box::pin(stream));
    let encoding = headers
        .get(http::header::CONTENT_ENCODING)
        .map_or(Ok("identity"), |v| v.to_str().map(str::trim))
        .map_err(|_| ReceiveError::Encoding)?
        .to_ascii_lowercase();
    let sent = || compressed.load(std::sync::atomic::Ordering::Relaxed);
    match encoding.as_str() {
        "" | "identity" => spool(reader, limits, None::<fn() -> u64>).await,
        "gzip" | "x-gzip" => {
            let mut decoder = async_compression::tokio::bufread::GzipDecoder::new(reader);
            decoder.multiple_members(true);
            spool(decoder, limits, Some(sent)).await
        }
        "br" => {
            spool(
                async_compression::tokio::bufread::BrotliDecoder::new(reader),
                limits,
                Some(sent),
            )
            .await
        }
        "deflate" => {
            spool(
                async_compression::tokio::bufread::ZlibDecoder::new(reader),
                limits,
                Some(sent),
            )
            .await
        }
        _ => Err(ReceiveError::Encoding),
    }
}

async fn spool(
    mut reader: impl tokio::io::AsyncRead + Unpin,
    limits: Limits,
    compressed: Option<impl Fn() -> u64>,
) -> Result<Received, ReceiveError> {
    let mut memory: Vec<u8> = Vec::new();
    let mut file: Option<std::fs::File> = None;
    let mut total: u64 = 0;
    let mut guard = JsonGuard::default();
    let mut buffer = vec![0u8; CHUNK];
    loop {
        let n = reader.read(&mut buffer).await.map_err(ReceiveError::Read)?;
        let chunk = buffer.get(..n).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        total = total.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
        if total > limits.decompressed {
            return Err(ReceiveError::TooLarge {
                limit: limits.decompressed,
            });
        }
        if let Some(compressed) = &compressed
            && total > RATIO_FROM
            && total / compressed().max(1) > MAX_RATIO
        {
            return Err(ReceiveError::Bomb);
        }
        if limits.json {
            guard.feed(chunk)?;
        }
        match &mut file {
            Some(file) => file.write_all(chunk).map_err(ReceiveError::Spool)?,
            None if memory.len() + n <= IN_MEMORY => memory.extend_from_slice(chunk),
            None => {
                let mut spilled = tempfile::tempfile().map_err(ReceiveError::Spool)?;
                spilled
                    .write_all(&memory)
                    .and_then(|()| spilled.write_all(chunk))
                    .map_err(ReceiveError::Spool)?;
                memory = Vec::new();
                file = Some(spilled);
            }
        }
    }
    Ok(match file {
        Some(mut file) => {
            file.seek(SeekFrom::Start(0)).map_err(ReceiveError::Spool)?;
            Received::File(file, total)
        }
        None => Received::Memory(memory.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::Full;

    fn gzip(data: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    async fn take(encoding: Option<&str>, body: Vec<u8>, limit: u64) -> Result<Received, ReceiveError> {
        let mut headers = http::HeaderMap::new();
        if let Some(encoding) = encoding {
            headers.insert(http::header::CONTENT_ENCODING, encoding.parse().unwrap());
        }
        receive(
            &headers,
            Full::new(Bytes::from(body)),
            Limits {
                decompressed: limit,
                json: true,
            },
        )
        .await
    }

    #[tokio::test]
    async fn small_bodies_stay_in_memory_and_large_ones_go_to_a_file() {
        let small = take(None, b"{}".to_vec(), 100).await.unwrap();
        assert!(matches!(small, Received::Memory(_)));
        let text = vec![b' '; 3 << 20];
        let large = take(None, text.clone(), 10 << 20).await.unwrap();
        assert!(matches!(large, Received::File(..)));
        assert_eq!(large.len(), 3 << 20);
        assert_eq!(large.bytes().unwrap(), text);
        assert_eq!(large.bytes().unwrap(), text);
        for body in [small, large] {
            let mut source = body.seekable().unwrap();
            let (mut end, mut start) = (Vec::new(), [0]);
            source.seek(SeekFrom::End(-1)).unwrap();
            source.read_to_end(&mut end).unwrap();
            source.seek(SeekFrom::Start(0)).unwrap();
            source.read_exact(&mut start).unwrap();
            let all = body.bytes().unwrap();
            assert_eq!((end.last(), Some(&start[0])), (all.last(), all.first()));
        }
    }

    #[tokio::test]
    async fn compressed_bodies_are_decoded() {
        let body = take(Some("gzip"), gzip(b"{\"a\":1}"), 100).await.unwrap();
        assert_eq!(body.bytes().unwrap().as_ref(), b"{\"a\":1}");
        assert!(matches!(
            take(Some("zstd"), vec![1], 10).await,
            Err(ReceiveError::Encoding)
        ));
        assert!(matches!(
            take(Some("gzip"), vec![1, 2, 3], 10).await,
            Err(ReceiveError::Read(_))
        ));
    }

    #[tokio::test]
    async fn bi_t8_bombs_are_stopped() {
        let bomb = gzip(&vec![b' '; 30 << 20]);
        assert!(matches!(
            take(Some("gzip"), bomb, 512 << 20).await,
            Err(ReceiveError::Bomb)
        ));
    }

    #[tokio::test]
    async fn limits_hold() {
        assert!(matches!(
            take(None, vec![b' '; 101], 100).await,
            Err(ReceiveError::TooLarge { limit: 100 })
        ));
        assert!(matches!(
            take(None, vec![b'['; 100_000], 1 << 20).await,
            Err(ReceiveError::Json(Excess::Depth))
        ));
    }
}
