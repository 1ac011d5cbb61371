//! Behind servers that speak TLS: nginx and Caddy, with the very configurations that `docs/serving.md` gives.

use crate::outside::{Running, installed, port, wait_for};
use crate::secure::file;
use crate::support::{Desk, MONDAY, Served};
use std::path::Path;
use std::process::Command;

const HOST: &str = "calendars.example.org";

/// The block of that language in the page.
fn documented(language: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/serving.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let (_, rest) = page.split_once(&format!("```{language}\n")).expect("the page has it");
    rest.split_once("```").expect("it ends").0.to_owned()
}

/// Puts what differs from computer to computer into a configuration; each must be there.
fn fitted(text: &str, changes: &[(&str, String)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in docs/serving.md");
        text.replace(from, to)
    })
}

/// A server with TLS in front of ours.
struct Front {
    _running: Running,
    port: u16,
}

impl Front {
    /// curl's answer, head and body, as somebody on the web gets it.
    fn ask(&self, path: &str, args: &[&str]) -> String {
        let url = format!("https://{HOST}:{}{path}", self.port);
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--include",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            "--http1.1",
        ]);
        curl.arg("--resolve").arg(format!("{HOST}:{}:127.0.0.1", self.port));
        let output =
            curl.arg("--cacert").arg(file("ca.pem")).args(args).arg(url).output().expect("curl is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn nginx(desk: &Desk, behind: &str) -> Option<Front> {
    let (program, port) = (installed("nginx")?, port());
    let folder = desk.path().join("front");
    std::fs::create_dir_all(&folder).expect("it can be made");
    let key = "/etc/letsencrypt/live/calendars.example.org/privkey.pem";
    let certificate = "/etc/letsencrypt/live/calendars.example.org/fullchain.pem";
    let server = fitted(
        &documented("nginx"),
        &[
            ("listen 443 ssl", format!("listen 127.0.0.1:{port} ssl")),
            (certificate, file("server.pem").display().to_string()),
            (key, file("server.key").display().to_string()),
            ("127.0.0.1:8323", behind.to_owned()),
        ],
    );
    let folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {}/{name};", folder.display()))
        .concat();
    // One process, which is ended with the test.
    let config = format!(
        "daemon off; master_process off; pid {0}/pid; error_log {0}/error.log; events {{}} http {{ access_log off; {folders} {server} }}",
        folder.display()
    );
    let path = folder.join("nginx.conf");
    std::fs::write(&path, config).expect("it can be written");
    let running = Running::start(Command::new(program).arg("-c").arg(path).arg("-p").arg(&folder));
    wait_for(port);
    Some(Front { _running: running, port })
}

fn caddy(desk: &Desk, behind: &str) -> Option<Front> {
    let (program, port) = (installed("caddy")?, port());
    let (certificate, key) = (file("server.pem"), file("server.key"));
    // It would ask Let's Encrypt for a certificate.
    let tls = format!("{HOST}:{port} {{\n    tls {} {}", certificate.display(), key.display());
    let site = fitted(
        &documented("caddy"),
        &[("calendars.example.org {", tls), ("127.0.0.1:8323", behind.to_owned())],
    );
    let config =
        format!("{{\n    admin off\n    auto_https disable_redirects\n    skip_install_trust\n}}\n{site}");
    desk.write("Caddyfile", &config);
    let mut command = Command::new(program);
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(desk.path().join("Caddyfile"));
    let homes = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"];
    let running = Running::start(command.envs(homes.map(|name| (name, desk.path()))));
    wait_for(port);
    Some(Front { _running: running, port })
}

fn head(answer: &str, name: &str) -> String {
    let lines = answer.lines().take_while(|line| !line.is_empty());
    let mut headers = lines.filter_map(|line| line.split_once(": "));
    let found = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.unwrap_or_else(|| panic!("no {name}: {answer}")).1.to_owned()
}

/// What a subscriber has to get through whatever stands in front.
fn is_served(desk: &Desk, served: &Served, front: &Front) {
    let page = served.token(desk, &["acme"]);
    let path = page.split_once(&served.address).expect("the page is ours").1;
    let feed = format!("{path}acme.ics");
    let answer = front.ask(&feed, &[]);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(answer.split_once("\r\n\r\n").expect("a body").1, desk.read("calendars/clients/acme.ics"));
    assert_eq!(head(&answer, "content-type"), "text/calendar; charset=utf-8");
    let tag = format!("If-None-Match: {}", head(&answer, "etag"));
    let again = front.ask(&feed, &["--header", &tag]);
    assert!(again.starts_with("HTTP/1.1 304 "), "{again}");
    let since = format!("If-Modified-Since: {}", head(&answer, "last-modified"));
    assert!(front.ask(&feed, &["--header", &since]).starts_with("HTTP/1.1 304 "));
    let only_head = front.ask(&feed, &["--head"]);
    assert!(only_head.starts_with("HTTP/1.1 200 OK") && only_head.ends_with("\r\n\r\n"), "{only_head}");
    // Caddy asks for gzip by itself and unpacks it, so that a GET through it has no Content-Length.
    for name in ["content-type", "last-modified", "cache-control"] {
        assert_eq!(head(&only_head, name), head(&answer, name), "{name}");
    }
    let packed = front.ask(&feed, &["--header", "Accept-Encoding: gzip", "--head"]);
    assert_eq!(head(&packed, "content-encoding"), "gzip");
    // Links carry the name on the web, and TLS.
    let landing = front.ask(path, &[]);
    assert!(landing.contains(&format!("https://{HOST}")), "{landing}");
    assert!(!landing.contains("http://") && !landing.contains(&served.address), "{landing}");
    // A subscriber's own word for the scheme does not count.
    let said = front.ask(path, &["--header", "X-Forwarded-Proto: http"]);
    assert!(said.contains(&format!("https://{HOST}")) && !said.contains("http://"), "{said}");
    assert!(front.ask("/metrics", &[]).starts_with("HTTP/1.1 403 "));
    assert!(front.ask(&path.replace("/f/", "/f/x"), &[]).starts_with("HTTP/1.1 404 "));
}

fn behind(front: fn(&Desk, &str) -> Option<Front>, args: &[&str]) {
    if installed("curl").is_none() {
        return;
    }
    let desk = Desk::new();
    desk.night(MONDAY, &[]).expect(0);
    let served = Served::start(&[desk.text()], args);
    let Some(front) = front(&desk, &served.address) else { return };
    is_served(&desk, &served, &front);
}

#[test]
fn a_subscriber_is_served_through_nginx() {
    behind(nginx, &[]);
    behind(nginx, &["--url", "https://calendars.example.org"]);
}

#[test]
fn a_subscriber_is_served_through_caddy() {
    behind(caddy, &[]);
    behind(caddy, &["--url", "https://calendars.example.org"]);
}
