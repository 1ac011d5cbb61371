//! The server without a socket.

use super::*;
use crate::tokens::Tokens;
use axum::body::Body;
use axum::http::Request;
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use std::fs;
use std::io::Read;
use tempfile::TempDir;
use tower::ServiceExt;

const SETTINGS: &str = "[[assistant]]\nid = 'mari'\nname = 'Mari <Tamm>'\ntimezone = 'Europe/Tallinn'\nfeeds = ['feeds']\n\
    [[client]]\nid = 'acme'\nname = 'Acme'\ntimezone = 'Europe/London'\n\
    [[client]]\nid = 'bolt'\nname = 'Bolt Ltd'\ntimezone = 'Europe/London'\n";

struct Site {
    folder: TempDir,
    router: Router,
    acme: String,
    all: String,
}

fn site() -> Site {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("plokk.toml"), SETTINGS).expect("it can be written");
    fs::create_dir_all(folder.path().join("calendars/clients")).expect("it can be made");
    for (file, text) in
        [("mari.ics", "MARI\r\n"), ("mari-busy.ics", "BUSY\r\n"), ("clients/acme.ics", "ACME\r\n")]
    {
        fs::write(folder.path().join("calendars").join(file), text).expect("it can be written");
    }
    let plan = "{\"generated\":\"2026-10-19T08:00:00+03:00\",\"status\":\"kept\",\"cost\":0.0,\"bound\":null,\"gap\":null,\
        \"chunks\":[{\"task\":\"<b>t\",\"client\":\"acme\",\"assistant\":\"mari\",\"start\":\"2026-10-19T09:00:00+03:00\",\
        \"end\":\"2026-10-19T10:00:00+03:00\"}],\"unscheduled\":[],\"late\":[],\"warnings\":[]}";
    fs::write(folder.path().join("calendars/plan.json"), plan).expect("it can be written");
    let tokens = Tokens::of(&folder.path().join(".plokk"));
    let now = chrono::DateTime::UNIX_EPOCH;
    let make = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        tokens.make(&names, "", now).expect("it can be made")
    };
    let (acme, all) = (make(&["acme"]), make(&["mari", "mari-busy", "plan"]));
    let desks = Desks::new(vec![folder.path().to_owned()]);
    let router = app(Arc::new(Server { desks, metrics: Metrics::default(), url: None }));
    Site { folder, router, acme, all }
}

/// An answer: status, headers, body.
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Site {
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "c.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("the request is well formed");
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body is whole").to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }
}

#[tokio::test]
async fn a_calendar_is_served_to_whoever_has_its_token() {
    let site = site();
    let answer = site.get(&format!("/f/{}/acme.ics", site.acme)).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "ACME\r\n"));
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(answer.header("content-length"), "6");
    assert!(answer.header("content-encoding").is_empty());
    assert!(answer.headers.get("x-robots-tag").is_none(), "Google would obey it");
    // No content negotiation: whatever a reader says it takes, it gets the calendar.
    let picky = site.ask("GET", &format!("/f/{}/acme.ics", site.acme), &[("accept", "text/html")]).await;
    assert_eq!((picky.status, picky.header("content-type")), (200, "text/calendar; charset=utf-8"));
}

#[tokio::test]
async fn a_token_opens_nothing_else_and_all_refusals_are_alike() {
    let site = site();
    let nothing = site.get("/nowhere").await;
    assert_eq!(nothing.status, 404);
    let wrong = site.acme.chars().rev().collect::<String>();
    let (acme, all) = (&site.acme, &site.all);
    for path in [
        format!("/f/{acme}/mari.ics"),
        format!("/f/{acme}/mari-busy.ics"),
        format!("/f/{acme}/plan"),
        format!("/f/{acme}/bolt.ics"),
        format!("/f/{all}/acme.ics"),
        format!("/f/{wrong}/acme.ics"),
        format!("/f/{acme}x/acme.ics"),
        format!("/f/{acme}/..%2f..%2fplokk.toml"),
        format!("/f/{acme}/%2e%2e/%2e%2e/.plokk/tokens.json"),
        format!("/f/{acme}/clients%2facme.ics"),
        format!("/f/{acme}/acme.ics%00"),
        format!("/f/{acme}/plan.json"),
        "/f/../../etc/passwd".to_owned(),
        "/f//acme.ics".to_owned(),
        "/f/%ff%fe/acme.ics".to_owned(),
    ] {
        let answer = site.get(&path).await;
        // Only what is no text at all is refused by the framework itself.
        assert!(
            answer.status == 404 || path.contains("%ff") && answer.status == 400,
            "{path}: {}",
            answer.status
        );
        if answer.status == 404 {
            assert_eq!(answer.text(), nothing.text(), "{path}");
        }
    }
}

#[tokio::test]
async fn what_a_reader_has_already_is_not_sent_again() {
    let site = site();
    let path = format!("/f/{}/acme.ics", site.acme);
    let first = site.get(&path).await;
    let (tag, since) = (first.header("etag").to_owned(), first.header("last-modified").to_owned());
    for (name, value) in [
        ("if-none-match", tag.clone()),
        ("if-none-match", format!("\"other\", W/{tag}")),
        ("if-none-match", "*".to_owned()),
        ("if-modified-since", since.clone()),
    ] {
        let again = site.ask("GET", &path, &[(name, &value)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{name}: {value}");
        assert_eq!(again.header("etag"), tag);
    }
    for headers in [
        [("if-none-match", "\"other\""), ("if-modified-since", since.as_str())],
        [("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT"), ("x-other", "")],
        [("if-modified-since", "someday"), ("x-other", "")],
    ] {
        assert_eq!(site.ask("GET", &path, &headers).await.status, 200, "{headers:?}");
    }
    fs::write(site.folder.path().join("calendars/clients/acme.ics"), "ACME, changed\r\n").expect("writable");
    let changed = site.ask("GET", &path, &[("if-none-match", &tag)]).await;
    assert_eq!((changed.status, changed.text().as_str()), (200, "ACME, changed\r\n"));
    assert_ne!(changed.header("etag"), tag);
}

#[tokio::test]
async fn a_calendar_is_packed_only_where_that_is_asked_for() {
    let site = site();
    let path = format!("/f/{}/acme.ics", site.acme);
    let plain = site.get(&path).await;
    let packed = site.ask("GET", &path, &[("accept-encoding", "br, gzip;q=0.5")]).await;
    assert_eq!((packed.status, packed.header("content-encoding")), (200, "gzip"));
    assert_ne!(packed.header("etag"), plain.header("etag"));
    assert_eq!(packed.header("vary"), "Accept-Encoding");
    let mut text = String::new();
    GzDecoder::new(&packed.body[..]).read_to_string(&mut text).expect("it is packed");
    assert_eq!(text, "ACME\r\n");
    for encoding in ["gzip;q=0", "*", "identity", "deflate, br"] {
        let answer = site.ask("GET", &path, &[("accept-encoding", encoding)]).await;
        assert!(answer.header("content-encoding").is_empty(), "{encoding}");
    }
    let tag = packed.header("etag").to_owned();
    let again = site.ask("GET", &path, &[("accept-encoding", "gzip"), ("if-none-match", &tag)]).await;
    assert_eq!(again.status, 304);
}

#[tokio::test]
async fn head_says_what_get_would_and_nothing_else_is_taken() {
    let site = site();
    let path = format!("/f/{}/acme.ics", site.acme);
    let (get, head) = (site.get(&path).await, site.ask("HEAD", &path, &[]).await);
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "last-modified", "content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "TRACE"] {
        let answer = site.ask(method, &path, &[]).await;
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.header("allow").contains("GET"), "{method}");
    }
}

#[tokio::test]
async fn tokens_made_and_taken_back_count_at_once() {
    let site = site();
    let tokens = Tokens::of(&site.folder.path().join(".plokk"));
    let (id, _) = crate::tokens::split(&site.acme).expect("it is a token");
    tokens.revoke(&[id.to_owned()]).expect("it is known");
    assert_eq!(site.get(&format!("/f/{}/acme.ics", site.acme)).await.status, 404);
    let new = tokens.make(&["acme".to_owned()], "", chrono::DateTime::UNIX_EPOCH).expect("it can be made");
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(site.get(&format!("/f/{new}/acme.ics")).await.status, 200);
}

#[tokio::test]
async fn the_page_shows_what_the_token_opens_and_nobody_else() {
    let site = site();
    for path in [format!("/f/{}/", site.acme), format!("/f/{}", site.acme)] {
        let page = site.get(&path).await;
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        let text = page.text();
        assert!(text.contains(&format!("webcal://c.example/f/{}/acme.ics", site.acme)), "{text}");
        assert!(!text.contains("Bolt") && !text.contains("Mari") && !text.contains("mari"), "{text}");
    }
    let all = site.get(&format!("/f/{}/", site.all)).await.text();
    assert!(all.contains("Mari &lt;Tamm&gt;") && all.contains("/plan\""), "{all}");
    let hostile =
        site.ask("GET", &format!("/f/{}/", site.acme), &[("x-forwarded-proto", "javascript")]).await;
    assert!(hostile.text().contains("<code>http://c.example/"), "{}", hostile.text());
}

#[tokio::test]
async fn the_plan_is_a_page_for_those_whose_token_opens_it() {
    let site = site();
    let page = site.get(&format!("/f/{}/plan", site.all)).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("&lt;b&gt;t") && page.text().contains("09:00&ndash;10:00"),
        "{}",
        page.text()
    );
    fs::write(site.folder.path().join("calendars/report.html"), "<p>The report</p>").expect("writable");
    assert_eq!(site.get(&format!("/f/{}/plan", site.all)).await.text(), "<p>The report</p>");
}

#[tokio::test]
async fn those_who_look_after_it_see_how_it_is() {
    let site = site();
    site.get(&format!("/f/{}/acme.ics", site.acme)).await;
    site.get("/nowhere").await;
    assert_eq!(site.get("/healthz").await.text(), "ok\n");
    let metrics = site.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = metrics.text();
    for line in [
        "plokk_requests_total{answer=\"whole\"} 1",
        "plokk_requests_total{answer=\"missing\"} 1",
        "plokk_calendar_bytes_total 6",
    ] {
        assert!(text.lines().any(|other| other == line), "{line}: {text}");
    }
    assert!(!text.contains("acme") && !text.contains(&site.acme));
    assert!(site.get("/robots.txt").await.text().contains("Allow: /"));
}
