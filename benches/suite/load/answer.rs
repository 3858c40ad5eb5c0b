//! Answers, as far as a load generator has to read them.

use anyhow::{Context as _, ensure};

/// Header fields of one at most.
const FIELDS_MAX: usize = 24;

/// Characters of a click id, which ends a redirect when the click is stored.
const CLICK_ID_LEN: usize = 26;

/// What a request asks for, and so what acknowledges it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A redirect with the id of a stored click.
    Click,
    /// A verdict, or a receipt of the spool.
    Postback,
}

/// What an answer says of its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is durable.
    Acknowledged,
    /// It is not, or nobody knows.
    Refused,
}

/// Reads the one answer that `bytes` begins with; none while a part of it is missing.
pub(super) fn read(bytes: &[u8], kind: Kind) -> anyhow::Result<Option<Outcome>> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut answer = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = answer.parse(bytes).context("an answer that is HTTP")? else {
        return Ok(None);
    };
    let body = match field(&answer, "content-length") {
        Some(length) => std::str::from_utf8(length)?.parse().context("a length")?,
        None => 0,
    };
    if bytes.len() < head + body {
        return Ok(None);
    }
    ensure!(bytes.len() == head + body, "more than one answer to one request");
    let is_acknowledged = match kind {
        Kind::Click => answer.code == Some(302) && field(&answer, "location").is_some_and(names_a_click),
        Kind::Postback => matches!(answer.code, Some(200 | 202)),
    };
    Ok(Some(if is_acknowledged {
        Outcome::Acknowledged
    } else {
        Outcome::Refused
    }))
}

fn field<'a>(answer: &httparse::Response<'_, 'a>, name: &str) -> Option<&'a [u8]> {
    let mut fields = answer.headers.iter();
    fields
        .find(|field| field.name.eq_ignore_ascii_case(name))
        .map(|field| field.value)
}

fn names_a_click(location: &[u8]) -> bool {
    location
        .rsplit(|byte| *byte == b'=')
        .next()
        .is_some_and(|id| id.len() == CLICK_ID_LEN)
}
