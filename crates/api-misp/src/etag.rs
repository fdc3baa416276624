//! Conditional answers. spec: 03#1.9
use crate::answer::Answer;
use crate::failure::Failure;
use entente_http::spool::Spooled;
use http::{HeaderValue, StatusCode, header};
use sha1::{Digest, Sha1};

/// Adds the entity tag, and turns the answer into 304 when the client has it already.
///
/// # Errors
/// Of the file system, for large answers.
pub fn conditional(mut answer: Answer, if_none_match: &HeaderValue) -> Result<Answer, Failure> {
    if answer.status != StatusCode::OK {
        return Ok(answer);
    }
    let mut digest = Sha1::new();
    answer.body.for_each_chunk(|chunk| digest.update(chunk))?;
    let tag = hex::encode(digest.finalize());
    let sent = if_none_match.to_str().unwrap_or_default();
    let known = sent.split(',').any(|item| bare(item) == tag);
    answer = answer.with_header(header::ETAG, &format!("\"{tag}\""));
    if known {
        answer.body = Spooled::Memory(bytes::Bytes::new());
        answer.status = StatusCode::NOT_MODIFIED;
    }
    Ok(answer)
}

/// A sent tag without weakness, quotes and the suffix that compressing proxies add.
fn bare(item: &str) -> &str {
    let item = item.trim().trim_start_matches("W/").trim_matches('"');
    item.strip_suffix("-gzip")
        .or_else(|| item.strip_suffix("-br"))
        .unwrap_or(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tags_answer_304() {
        let answer = || Answer::json(&serde_json::json!({"a": 1}));
        let first = conditional(answer(), &HeaderValue::from_static("\"x\"")).unwrap();
        assert_eq!(first.status, StatusCode::OK);
        let tag = first
            .headers
            .get(header::ETAG)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let suffixed = format!("\"{}-gzip\"", tag.trim_matches('"'));
        for sent in [tag, suffixed] {
            let again = conditional(answer(), &HeaderValue::from_str(&sent).unwrap()).unwrap();
            assert_eq!(again.status, StatusCode::NOT_MODIFIED);
            assert!(again.body.is_empty());
        }
    }
}
