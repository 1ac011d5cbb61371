//! CalDAV collections (RFC 4791): what stands in one, and single events put and taken out.
//!
//! Only what is known to be unchanged is written over or taken out: every PUT and DELETE names the version it means
//! (RFC 7232 `If-Match`), or that there must be none (`If-None-Match: *`).

use std::time::Duration;

use roxmltree::{Document, Node};
use ureq::Agent;
use ureq::http::{Method, Request, Response, header};

use crate::feed::http::{base64, decode_percent};
use crate::feed::{Trust, http_agent, http_error};

/// The most bytes of an answer.
const MOST_BYTES: u64 = 64 << 20;

const LIST: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/><C:calendar-data/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>
</C:calendar-query>"#;

/// A collection on a server.
pub struct Collection {
    agent: Agent,
    timeout: Duration,
    /// `https://host:port`.
    origin: String,
    /// The collection's path, with a slash at its end.
    path: String,
    authorization: Option<String>,
}

impl std::fmt::Debug for Collection {
    /// Without what may be secret in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collection").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Something that stands in a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its name within the collection, as the server writes it.
    pub name: String,
    /// Its version.
    pub etag: Option<String>,
    /// The calendar it holds.
    pub text: String,
}

/// What became of a PUT or DELETE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is done; the new version, where the server says it.
    Done(Option<String>),
    /// Something else stands there than was thought: nothing was done.
    Changed,
}

impl Collection {
    /// A collection at a URL. Credentials in the URL stand for `user` and `password`. Nothing is asked of the server.
    ///
    /// ```
    /// use plokk_ical_io::{Trust, caldav::Collection};
    /// use std::time::Duration;
    /// let at = |url| Collection::new(url, Some("mari"), Some("sekret"), Duration::from_secs(1), None, &Trust::Browsers);
    /// let nobody = at("http://127.0.0.1:1/mari/plokk/")?;
    /// assert!(nobody.list().is_err_and(|reason| !reason.contains("sekret")));
    /// assert!(at("caldav.example").is_err_and(|reason| !reason.contains("sekret")));
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the URL cannot be one, or this machine cannot speak TLS or knows nobody to trust; no message holds the URL.
    pub fn new(
        url: &str,
        user: Option<&str>,
        password: Option<&str>,
        timeout: Duration,
        proxy: Option<&str>,
        trust: &Trust,
    ) -> Result<Collection, String> {
        let wrong = "its address is no http or https address";
        let (scheme, rest) = url.split_once("://").ok_or(wrong)?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !secure && !scheme.eq_ignore_ascii_case("http") {
            return Err(wrong.to_owned());
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (inside, host) = match authority.rsplit_once('@') {
            Some((inside, host)) => (Some(decode_percent(inside)), host),
            None => (None, authority),
        };
        if host.is_empty() {
            return Err(wrong.to_owned());
        }
        let said = user.map(|user| format!("{user}:{}", password.unwrap_or_default()).into_bytes());
        let authorization = said.or(inside).map(|credentials| format!("Basic {}", base64(&credentials)));
        Ok(Collection {
            agent: http_agent(secure, timeout, proxy, trust)?,
            timeout,
            origin: format!("{}://{host}", scheme.to_ascii_lowercase()),
            path: format!("{}/", path.trim_end_matches('/')),
            authorization,
        })
    }

    /// Every resource with an event in it (RFC 4791 section 7.8).
    ///
    /// # Errors
    ///
    /// When the server does not answer, refuses, or the collection is none.
    pub fn list(&self) -> Result<Vec<Resource>, String> {
        let method = Method::from_bytes(b"REPORT").map_err(|error| error.to_string())?;
        let request = self
            .request(method, "")
            .header("Depth", "1")
            .header(header::CONTENT_TYPE, "application/xml; charset=utf-8");
        let mut answer = self.ask(request, LIST)?;
        if answer.status() != 207 {
            return Err(refusal(answer.status().as_u16()));
        }
        let text = answer.body_mut().with_config().limit(MOST_BYTES).read_to_string();
        let text = text.map_err(|error| http_error(&error, self.timeout))?;
        resources(&text, &self.path)
    }

    /// Puts an event there: a new one, or, with the version that is meant, another in its place.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or refuses.
    pub fn put(&self, name: &str, version: Option<&str>, text: &str) -> Result<Written, String> {
        let request =
            self.request(Method::PUT, name).header(header::CONTENT_TYPE, "text/calendar; charset=utf-8");
        let request = match version {
            Some(etag) => request.header(header::IF_MATCH, etag),
            None => request.header(header::IF_NONE_MATCH, "*"),
        };
        written(&self.ask(request, text)?)
    }

    /// Takes an event out, if it is still the version that is meant. One that is not there is out.
    ///
    /// # Errors
    ///
    /// As [`Collection::put`].
    pub fn delete(&self, name: &str, version: &str) -> Result<Written, String> {
        let answer = self.ask(self.request(Method::DELETE, name).header(header::IF_MATCH, version), "")?;
        if matches!(answer.status().as_u16(), 404 | 410) { Ok(Written::Done(None)) } else { written(&answer) }
    }

    fn request(&self, method: Method, name: &str) -> ureq::http::request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{}{name}", self.origin, self.path));
        match &self.authorization {
            Some(authorization) => request.header(header::AUTHORIZATION, authorization),
            None => request,
        }
    }

    fn ask(&self, request: ureq::http::request::Builder, body: &str) -> Result<Response<ureq::Body>, String> {
        let request =
            request.body(body.to_owned()).map_err(|_| "its address cannot be understood".to_owned())?;
        let request = self.agent.configure_request(request).allow_non_standard_methods(true).build();
        self.agent.run(request).map_err(|error| http_error(&error, self.timeout))
    }
}

fn written(answer: &Response<ureq::Body>) -> Result<Written, String> {
    match answer.status().as_u16() {
        200 | 201 | 204 => {
            let etag = answer.headers().get(header::ETAG).and_then(|value| value.to_str().ok());
            // A weak version cannot be asked for by If-Match.
            Ok(Written::Done(etag.filter(|etag| !etag.starts_with("W/")).map(str::to_owned)))
        }
        // 409 is what some servers say where the UID stands under another name.
        409 | 412 => Ok(Written::Changed),
        status => Err(refusal(status)),
    }
}

fn refusal(status: u16) -> String {
    match status {
        401 | 403 => format!("the server refuses it ({status}): are user and password right?"),
        404 | 405 | 410 => format!("the server has no such collection ({status})"),
        507 => "there is no room left on the server (507)".to_owned(),
        _ => format!("the server answers {status}"),
    }
}

/// The resources in a multistatus answer (RFC 4918 section 13).
fn resources(text: &str, path: &str) -> Result<Vec<Resource>, String> {
    let document = Document::parse(text).map_err(|_| "the server's answer is no XML".to_owned())?;
    let child = |node: Node<'_, '_>, name: &str| {
        node.descendants().find(|n| n.tag_name().name() == name).and_then(|n| n.text().map(str::to_owned))
    };
    let response = |node: Node<'_, '_>| {
        let href = child(node, "href")?;
        let name = href.trim().trim_end_matches('/').rsplit('/').next()?.to_owned();
        let is_collection = href.trim().ends_with(path) || name.is_empty();
        let text = child(node, "calendar-data").filter(|_| !is_collection)?;
        let etag = child(node, "getetag").map(|etag| etag.trim().to_owned());
        Some(Resource { name, etag: etag.filter(|etag| !etag.starts_with("W/")), text })
    };
    let responses = document.descendants().filter(|node| node.tag_name().name() == "response");
    Ok(responses.filter_map(response).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multistatus_is_read_whatever_its_prefixes() {
        let text = r#"<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
            <response><href>/mari/plokk/</href><propstat><prop><getetag>"x"</getetag></prop></propstat></response>
            <response><href>/mari/plokk/a%40b.ics</href><propstat><prop><getetag>"1"</getetag>
            <c:calendar-data>BEGIN:VCALENDAR&#13;
END:VCALENDAR</c:calendar-data></prop></propstat></response></multistatus>"#;
        let found = resources(text, "/mari/plokk/").expect("it is XML");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), found[0].etag.as_deref()), ("a%40b.ics", Some("\"1\"")));
        assert!(found[0].text.starts_with("BEGIN:VCALENDAR"));
        assert!(resources("<html><br></html>", "/").is_err());
    }

    #[test]
    fn credentials_of_the_address_are_taken_out_of_it() {
        let of = |url: &str, user: Option<&str>| {
            Collection::new(url, user, Some("b"), Duration::from_secs(1), None, &Trust::Browsers)
        };
        let inside = of("http://mari:s%40cret@dav.example:5232/mari/plokk", None).expect("it is an address");
        assert_eq!(
            (inside.origin.as_str(), inside.path.as_str()),
            ("http://dav.example:5232", "/mari/plokk/")
        );
        assert_eq!(inside.authorization, Some(format!("Basic {}", base64(b"mari:s@cret"))));
        let said = of("http://dav.example", Some("a")).expect("it is an address");
        assert_eq!(
            (said.path.as_str(), said.authorization),
            ("/", Some(format!("Basic {}", base64(b"a:b"))))
        );
        assert!(of("ftp://dav.example/", None).is_err() && of("dav.example", None).is_err());
    }
}
