//! A calendar as an HTTP answer (RFC 9110): validators, conditions, gzip where it is asked for.

use super::desks::Calendar;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, SubsecRound};

/// Subscribers may keep a calendar, but ask each time whether it is still the same: that is cheap.
const CACHE: &str = "private, no-cache";

/// The calendar, or that it is still what the reader has.
pub(super) fn calendar(calendar: &Calendar, asked: &HeaderMap) -> Response {
    let packs = takes_gzip(asked);
    let tag = if packs { format!("\"{}-gz\"", calendar.digest) } else { format!("\"{}\"", calendar.digest) };
    let fresh = is_fresh(calendar, asked);
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::ETAG, &tag);
    set(header::LAST_MODIFIED, &calendar.modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    set(header::CACHE_CONTROL, CACHE);
    set(header::VARY, "Accept-Encoding");
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    set(header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::CONTENT_DISPOSITION, &format!("inline; filename=\"{}.ics\"", calendar.name));
    let bytes = if packs { calendar.packed() } else { calendar.bytes.clone() };
    if packs {
        set(header::CONTENT_ENCODING, "gzip");
    }
    set(header::CONTENT_LENGTH, &bytes.len().to_string());
    *response.body_mut() = Body::from(bytes);
    response
}

/// How many bytes an answer has.
pub(super) fn length(response: &Response) -> u64 {
    let length = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

/// Whether what the reader has is still the same: `If-None-Match` goes before `If-Modified-Since`
/// (RFC 9110 section 13.2.2).
fn is_fresh(calendar: &Calendar, asked: &HeaderMap) -> bool {
    let mut tags = asked.get_all(header::IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        // A weak comparison: packed or not, it is the same calendar.
        let same = |tag: &str| {
            let tag = tag.trim();
            let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
            tag == "*" || tag.strip_suffix("-gz").unwrap_or(tag) == calendar.digest
        };
        return tags.filter_map(|value| value.to_str().ok()).any(|list| list.split(',').any(same));
    }
    let since = asked.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    since.is_some_and(|since| calendar.modified.trunc_subsecs(0) <= since)
}

/// Whether the reader asks for gzip (RFC 9110 section 12.5.3); `*` is no wish for it.
fn takes_gzip(asked: &HeaderMap) -> bool {
    let lists = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut codings = lists.flat_map(|list| list.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.any(|part| {
            let weight = part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
            weight.is_some_and(|(_, q)| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0))
        });
        is_gzip && !refused
    })
}
