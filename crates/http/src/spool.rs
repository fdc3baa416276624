//! Responses rendered first and sent afterwards.
use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use std::io::{Read, Seek, SeekFrom, Write};

/// Bytes kept in memory; more goes to an unlinked file.
const IN_MEMORY: usize = 4 << 20;
const CHUNK: usize = 256 << 10;

/// A response being rendered: memory while small, an unlinked file when large.
#[derive(Debug, Default)]
pub struct Spool {
    memory: Vec<u8>,
    file: Option<std::fs::File>,
    spilled: u64,
}

impl Write for Spool {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.memory.extend_from_slice(buf);
        if self.memory.len() >= IN_MEMORY {
            self.spill()?;
        }
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Spool {
    fn spill(&mut self) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile()?),
        };
        file.write_all(&self.memory)?;
        self.spilled += u64::try_from(self.memory.len()).unwrap_or(0);
        self.memory.clear();
        Ok(())
    }

    /// The buffer for renderers that append to a `Vec`; call [`Spool::settle`] now and then.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.memory
    }

    /// Moves the buffer to the file when it has grown large.
    ///
    /// # Errors
    /// Of the file system.
    pub fn settle(&mut self) -> std::io::Result<()> {
        if self.memory.len() >= IN_MEMORY {
            self.spill()
        } else {
            Ok(())
        }
    }

    /// Bytes rendered so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.spilled + u64::try_from(self.memory.len()).unwrap_or(0)
    }

    /// Whether nothing was rendered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The finished response.
    ///
    /// # Errors
    /// Of the file system.
    pub fn finish(mut self) -> std::io::Result<Spooled> {
        match self.file.take() {
            None => Ok(Spooled::Memory(self.memory.into())),
            Some(mut file) => {
                file.write_all(&self.memory)?;
                let length = self.spilled + u64::try_from(self.memory.len()).unwrap_or(0);
                file.seek(SeekFrom::Start(0))?;
                Ok(Spooled::File(file, length))
            }
        }
    }
}

/// A rendered response.
#[derive(Debug)]
pub enum Spooled {
    /// In memory.
    Memory(Bytes),
    /// In an unlinked file, with its length.
    File(std::fs::File, u64),
}

impl Spooled {
    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::File(_, length) => *length,
        }
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes from the beginning, for turning them into something else.
    #[must_use]
    pub fn into_reader(self) -> Box<dyn Read> {
        match self {
            Self::Memory(bytes) => Box::new(std::io::Cursor::new(bytes)),
            Self::File(file, _) => Box::new(std::io::BufReader::with_capacity(CHUNK, file)),
        }
    }

    /// Feeds every byte to `f`, for digests.
    ///
    /// # Errors
    /// Of the file system.
    pub fn for_each_chunk(&mut self, mut f: impl FnMut(&[u8])) -> std::io::Result<()> {
        match self {
            Self::Memory(bytes) => f(bytes),
            Self::File(file, _) => {
                let mut buffer = vec![0u8; CHUNK];
                loop {
                    let n = file.read(&mut buffer)?;
                    match buffer.get(..n) {
                        Some([]) | None => break,
                        Some(chunk) => f(chunk),
                    }
                }
                file.seek(SeekFrom::Start(0))?;
            }
        }
        Ok(())
    }

    /// The rest of a large response as a body that reads its file piece by piece on blocking threads.
    pub fn into_body(self) -> http_body_util::combinators::UnsyncBoxBody<Bytes, std::io::Error> {
        use http_body_util::{BodyExt, Full};
        match self {
            Self::Memory(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
            Self::File(file, _) => StreamBody::new(stream::try_unfold(file, |mut file| async move {
                let read = tokio::task::spawn_blocking(move || {
                    let mut buffer = vec![0u8; CHUNK];
                    let n = file.read(&mut buffer)?;
                    buffer.truncate(n);
                    Ok::<_, std::io::Error>((buffer, file))
                });
                let (buffer, file) = read.await.map_err(std::io::Error::other)??;
                Ok((!buffer.is_empty()).then(|| (Frame::data(Bytes::from(buffer)), file)))
            }))
            .boxed_unsync(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    fn spooled(size: usize) -> Spooled {
        let mut spool = Spool::default();
        let pattern: Vec<u8> = (0..=255).collect();
        let mut left = size;
        while left > 0 {
            let n = left.min(pattern.len());
            spool.write_all(&pattern[..n]).unwrap();
            left -= n;
        }
        spool.finish().unwrap()
    }

    #[tokio::test]
    async fn small_and_large_responses_come_out_whole() {
        for size in [10, IN_MEMORY - 1, IN_MEMORY * 2 + 17] {
            let done = spooled(size);
            assert_eq!(done.len(), size as u64);
            let bytes = done.into_body().collect().await.unwrap().to_bytes();
            let mut read = Vec::new();
            spooled(size).into_reader().read_to_end(&mut read).unwrap();
            assert_eq!(read, bytes);
            assert_eq!(bytes.len(), size);
            let pattern: Vec<u8> = (0..=255).collect();
            assert!(
                bytes
                    .iter()
                    .zip(pattern.iter().cycle())
                    .all(|(found, put)| found == put)
            );
        }
    }
}
