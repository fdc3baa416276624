//! Bulk insert as binary `COPY`, a batch at a time, so that memory does not grow with the number of rows.

use bytes::{BufMut, Bytes, BytesMut};
use deadpool_postgres::Client;
use futures_util::SinkExt;
use std::pin::pin;
use tokio_postgres::Statement;

use super::error::map;
use crate::wait::block_on;
use crate::{DbError, Value};

/// Bytes collected before they are sent.
const BATCH: usize = 512 * 1024;
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: i16 = -1;
const NULL: i32 = -1;

pub(crate) struct Copy<'a> {
    client: &'a Client,
    statement: Statement,
    columns: usize,
    buffer: BytesMut,
}

impl<'a> Copy<'a> {
    pub(super) fn new(client: &'a Client, statement: Statement, columns: usize) -> Self {
        Self {
            client,
            statement,
            columns,
            buffer: BytesMut::new(),
        }
    }

    pub(crate) fn row(&mut self, values: &[Value<'_>]) -> Result<(), DbError> {
        if self.buffer.is_empty() {
            self.buffer.put_slice(HEADER);
        }
        let columns = i16::try_from(self.columns).map_err(|_| DbError::sql("too many columns"))?;
        self.buffer.put_i16(columns);
        for (index, value) in values.iter().enumerate() {
            let too_long = |_| DbError::Parameter {
                number: index + 1,
                message: "too long".to_owned(),
            };
            match value {
                Value::Int(value) => {
                    self.buffer.put_i32(8);
                    self.buffer.put_i64(*value);
                }
                Value::Bool(value) => {
                    self.buffer.put_i32(1);
                    self.buffer.put_u8(u8::from(*value));
                }
                Value::Text(text) => {
                    self.buffer.put_i32(i32::try_from(text.len()).map_err(too_long)?);
                    self.buffer.put_slice(text.as_bytes());
                }
                Value::Bytes(bytes) => {
                    self.buffer.put_i32(i32::try_from(bytes.len()).map_err(too_long)?);
                    self.buffer.put_slice(bytes);
                }
                Value::Uuid(uuid) => {
                    self.buffer.put_i32(16);
                    self.buffer.put_slice(uuid.as_bytes());
                }
                // arrays were refused against the declared columns
                Value::Null | Value::Ints(_) | Value::Texts(_) | Value::Strings(_) | Value::Uuids(_) => {
                    self.buffer.put_i32(NULL);
                }
            }
        }
        if self.buffer.len() >= BATCH {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Sends what was collected as one complete `COPY`.
    pub(crate) fn flush(&mut self) -> Result<(), DbError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.buffer.put_i16(TRAILER);
        let batch: Bytes = self.buffer.split().freeze();
        block_on(async {
            let sink = self.client.copy_in::<_, Bytes>(&self.statement).await?;
            let mut sink = pin!(sink);
            sink.send(batch).await?;
            sink.finish().await
        })
        .map(|_| ())
        .map_err(|error| map(&error))
    }
}
