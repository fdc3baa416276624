//! A small HTTP/1.1 client: one kept connection, blocking, cheap enough to load a server from the
//! same two cores it runs on. It speaks only with servers that we start ourselves.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; an error unless the status is 200.
    pub fn json(&self) -> Result<serde_json::Value> {
        if self.status != 200 {
            bail!("status {}: {}", self.status, self.excerpt());
        }
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.excerpt()))
    }

    /// The first part of the body, for messages.
    pub fn excerpt(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.chars().take(300).collect()
    }
}

/// A kept connection to one server.
pub struct Client {
    address: SocketAddr,
    key: String,
    connection: Option<BufReader<TcpStream>>,
    timeout: Duration,
}

impl Client {
    /// A client that presents `key`; it connects with the first request.
    pub fn new(address: SocketAddr, key: &str) -> Self {
        Self {
            address,
            key: key.to_owned(),
            connection: None,
            timeout: Duration::from_secs(600),
        }
    }

    /// The same with another limit on the silence of the server.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// GET.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.request("GET", path, None)
    }

    /// POST of a JSON body.
    pub fn post(&mut self, path: &str, body: &[u8]) -> Result<Answer> {
        self.request("POST", path, Some(body))
    }

    /// Sends one request and reads the whole answer. After an error the next request connects anew.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer> {
        let mut message = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nAccept: application/json\r\n",
            self.address, self.key
        )
        .into_bytes();
        if let Some(body) = body {
            message.extend_from_slice(
                format!(
                    "Content-Type: application/json\r\nContent-Length: {}\r\n",
                    body.len()
                )
                .as_bytes(),
            );
        }
        message.extend_from_slice(b"\r\n");
        let mut connection = match self.connection.take() {
            Some(open) => open,
            None => self.connect()?,
        };
        // Small bodies travel with the head in one packet; large ones are not copied.
        match body {
            Some(body) if body.len() <= 64 * 1024 => {
                message.extend_from_slice(body);
                connection.get_mut().write_all(&message)?;
            }
            Some(body) => {
                connection.get_mut().write_all(&message)?;
                connection.get_mut().write_all(body)?;
            }
            None => connection.get_mut().write_all(&message)?,
        }
        let (answer, keep) =
            read_answer(&mut connection, method).with_context(|| format!("{method} {path}"))?;
        if keep {
            self.connection = Some(connection);
        }
        Ok(answer)
    }

    fn connect(&self) -> Result<BufReader<TcpStream>> {
        let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(10))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(self.timeout))?;
        Ok(BufReader::with_capacity(64 * 1024, stream))
    }
}

/// Reads one answer; the flag says whether the connection may be used again.
fn read_answer<R: std::io::Read>(from: &mut BufReader<R>, method: &str) -> Result<(Answer, bool)> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        bail!("the server closed the connection");
    }
    let status = line.split(' ').nth(1).and_then(|code| code.parse::<u16>().ok());
    let Some(status) = status else {
        bail!("not an HTTP answer: {line:?}")
    };
    let (mut length, mut chunked, mut keep) = (None, false, true);
    loop {
        line.clear();
        from.read_line(&mut line)?;
        if !line.ends_with('\n') {
            bail!("the answer ends in its head");
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(value.parse::<usize>()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            chunked = value.eq_ignore_ascii_case("chunked");
        } else if name.eq_ignore_ascii_case("connection") {
            keep = !value.eq_ignore_ascii_case("close");
        }
    }
    let mut body = Vec::new();
    if method == "HEAD" || status == 204 || status == 304 {
        return Ok((Answer { status, body }, keep));
    }
    if chunked {
        read_chunks(from, &mut body)?;
    } else if let Some(length) = length {
        body.resize(length, 0);
        from.read_exact(&mut body)?;
    } else {
        from.read_to_end(&mut body)?;
        keep = false;
    }
    Ok((Answer { status, body }, keep))
}

fn read_chunks<R: std::io::Read>(from: &mut BufReader<R>, body: &mut Vec<u8>) -> Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        from.read_line(&mut line)?;
        let digits = line.trim_end().split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(digits, 16).with_context(|| format!("not a chunk size: {line:?}"))?;
        if size > 0 {
            let read = from.by_ref().take(size).read_to_end(body)?;
            if u64::try_from(read)? != size {
                bail!("the answer ends in a chunk");
            }
        }
        line.clear();
        from.read_line(&mut line)?;
        if size == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(Answer, bool)> {
        read_answer(&mut BufReader::new(text.as_bytes()), "GET")
    }

    #[test]
    fn reads_a_body_of_known_length() {
        let (answer, keep) = parse("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcREST").unwrap();
        assert_eq!(
            (answer.status, answer.body.as_slice(), keep),
            (200, b"abc".as_slice(), true)
        );
    }

    #[test]
    fn reads_a_chunked_body() {
        let (answer, keep) =
            parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n")
                .unwrap();
        assert_eq!(
            (answer.body.as_slice(), keep),
            (b"abc0123456789".as_slice(), true)
        );
    }

    #[test]
    fn reads_to_the_end_without_a_length() {
        let (answer, keep) = parse("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\nno").unwrap();
        assert_eq!(
            (answer.status, answer.body.as_slice(), keep),
            (403, b"no".as_slice(), false)
        );
        assert!(answer.json().unwrap_err().to_string().contains("403"));
    }

    #[test]
    fn a_cut_answer_is_an_error() {
        for cut in [
            "",
            "HTTP/1.1",
            "HTTP/1.1 200 OK\r\ncontent-le",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab",
        ] {
            assert!(parse(cut).is_err(), "{cut:?}");
        }
        let chunk_cut = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab";
        assert!(parse(chunk_cut).is_err());
    }
}
