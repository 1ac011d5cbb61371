//! Pages for people: how to subscribe, and the plan. Everything from outside is escaped, nothing is
//! loaded from anywhere, and no address of a page is told to the sites it links to.

use super::desks::Plan;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#1d2733;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}code{background:#eef1f4;padding:.1rem .3rem;border-radius:3px;overflow-wrap:anywhere}\
a.go{display:inline-block;margin:.2rem .6rem .2rem 0;padding:.35rem .8rem;border-radius:5px;background:#1f5fbf;color:#fff;text-decoration:none}\
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid #dde3e9;vertical-align:top}\
@media(prefers-color-scheme:dark){body{background:#14181d;color:#e4e9ee}code{background:#222a33}td,th{border-color:#2c3641}}";

/// A page as an answer.
pub(super) fn respond(page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ];
    (headers, page).into_response()
}

/// Where subscribers reach the server: as the server was told, else as the request says; `None` when
/// that is no name of a host.
pub(super) fn base(url: Option<&str>, headers: &HeaderMap) -> Option<String> {
    if let Some(url) = url {
        return Some(url.to_owned());
    }
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST)?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
    if host.is_empty() || host.len() > 255 || !host.chars().all(is_host) {
        return None;
    }
    let forwarded = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    let scheme = if forwarded == Some("https") { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

/// How to subscribe to what a token opens; `place`: the address of the token's page.
pub(super) fn landing(place: &str, opened: &[(String, String)]) -> String {
    let mut body = String::from(
        "<h1>Subscribe</h1>\n<p>Whoever has the address of this page may read these calendars. Keep it to yourself.</p>\n",
    );
    for (name, called) in opened {
        // Writing to a String cannot fail.
        let _ = match name.as_str() {
            "plan" => write!(
                body,
                "<h2>{}</h2>\n<p><a class=\"go\" href=\"{}/plan\">Look at the plan</a></p>\n",
                escaped(called),
                escaped(place)
            ),
            _ => write!(body, "{}", calendar(&format!("{place}/{name}.ics"), called)),
        };
    }
    body.push_str(STEPS);
    page("Subscribe", &body)
}

fn calendar(address: &str, called: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let webcal = format!("webcal://{rest}");
    let (url, name) = (encoded(address), encoded(called));
    let links = [
        ("Apple Calendar", webcal.clone()),
        ("Google Calendar", format!("https://calendar.google.com/calendar/r?cid={}", encoded(&webcal))),
        ("Outlook.com", format!("https://outlook.live.com/calendar/0/addfromweb?url={url}&name={name}")),
        ("Outlook (work)", format!("https://outlook.office.com/calendar/0/addfromweb?url={url}&name={name}")),
    ];
    let mut text = format!("<h2>{}</h2>\n<p>", escaped(called));
    for (program, link) in links {
        let _ = write!(text, "<a class=\"go\" rel=\"noreferrer\" href=\"{}\">{program}</a>", escaped(&link));
    }
    let _ = write!(text, "</p>\n<p><code>{}</code></p>\n", escaped(address));
    text
}

const STEPS: &str = "<h2>By hand</h2>\n<table>\n\
<tr><th>Google</th><td>On a computer: <i>Other calendars</i>, <i>+</i>, <i>From URL</i>; paste the address. Google looks again every 8 to 24 hours.</td></tr>\n\
<tr><th>Outlook</th><td><i>Calendar</i>, <i>Add calendar</i>, <i>Subscribe from web</i>; paste the address.</td></tr>\n\
<tr><th>Apple</th><td>Mac: <i>File</i>, <i>New Calendar Subscription</i>. iPhone: <i>Calendars</i>, <i>Add Calendar</i>, <i>Add Subscription Calendar</i>. Paste the address.</td></tr>\n\
<tr><th>Thunderbird</th><td><i>New Calendar</i>, <i>On the Network</i>; paste the address.</td></tr>\n</table>\n\
<p>Subscribe; do not import: an imported calendar stays as it is today.</p>\n";

/// The plan as a page.
pub(super) fn plan(plan: &Plan) -> String {
    let plan = match plan {
        Plan::Page(page) => return page.clone(),
        Plan::Data(plan) => plan,
    };
    let mut body = format!("<h1>The plan of {}</h1>\n", plan.generated.format("%a %Y-%m-%d %H:%M"));
    let mut day = None;
    for chunk in &plan.chunks {
        if day != Some(chunk.start.date_naive()) {
            body.push_str(if day.is_some() { "</table>\n" } else { "" });
            day = Some(chunk.start.date_naive());
            let _ = write!(body, "<h2>{}</h2>\n<table>\n", chunk.start.format("%A, %Y-%m-%d"));
        }
        let _ = writeln!(
            body,
            "<tr><td>{}&ndash;{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            chunk.start.format("%H:%M"),
            chunk.end.format("%H:%M"),
            escaped(chunk.client.as_deref().unwrap_or("")),
            escaped(&chunk.task),
            escaped(&chunk.assistant)
        );
    }
    body.push_str(if day.is_some() { "</table>\n" } else { "<p>Nothing is planned.</p>\n" });
    let late = plan
        .late
        .iter()
        .map(|late| format!("{}, done {}", late.task, late.completion.format("%Y-%m-%d %H:%M")));
    list(&mut body, "Late", late.collect());
    let left = plan
        .unscheduled
        .iter()
        .map(|work| format!("{}, {} minutes: {}", work.task, work.minutes, work.reason));
    list(&mut body, "No room", left.collect());
    page("The plan", &body)
}

fn list(body: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = write!(body, "<h2>{title}</h2>\n<ul>\n");
    for line in lines {
        let _ = writeln!(body, "<li>{}</li>", escaped(&line));
    }
    body.push_str("</ul>\n");
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// Text in HTML, in or outside of an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Text in the query of a URL (RFC 3986 section 2).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let page =
            landing("https://c.example/f/t", &[("acme".into(), "<script>alert(\"x\")</script> & Co".into())]);
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
        assert!(page.contains("webcal://c.example/f/t/acme.ics"));
        assert!(page.contains("cid=webcal%3A%2F%2Fc.example%2Ff%2Ft%2Facme.ics"), "{page}");
        assert!(page.contains("name=%3Cscript%3E"), "{page}");
    }

    #[test]
    fn a_host_is_believed_only_if_it_looks_like_one() {
        let with = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().expect("a header's value"));
            base(None, &headers)
        };
        assert_eq!(with("c.example:8323"), Some("http://c.example:8323".to_owned()));
        assert_eq!(with("[::1]:8323"), Some("http://[::1]:8323".to_owned()));
        assert_eq!(with("evil\"><script>"), None);
        assert_eq!(with("a/b"), None);
        assert_eq!(base(Some("https://c.example"), &HeaderMap::new()), Some("https://c.example".to_owned()));
    }
}
