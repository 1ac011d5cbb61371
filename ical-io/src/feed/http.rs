//! Feeds on the web.

use std::time::Duration;

use ureq::http::{Response, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Body, Error, Proxy};

use super::local::{Fetched, read_all};
use super::store::Meta;
use super::{FetchSettings, Had, Trust, tls};

const USER_AGENT: &str = concat!("plokk/", env!("CARGO_PKG_VERSION"));

/// Asks a server for a feed; `before` is what it said about the copy there is. The reason of a failure holds
/// nothing of the URL.
pub(super) fn fetch(url: &str, before: Option<&Meta>, settings: &FetchSettings) -> Result<Had, String> {
    let (scheme, rest) = url.split_once("://").ok_or("it is no URL")?;
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let path = path.split('#').next().unwrap_or_default();
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    let loopback = ["127.", "localhost", "[::1]"].iter().any(|known| host.starts_with(known));
    let schemes: &[&str] = match scheme.to_ascii_lowercase().as_str() {
        "http" => &["http"],
        "https" | "webcals" => &["https"],
        // webcal says nothing of TLS: where it is to be had it is better.
        "webcal" if loopback => &["http"],
        // A password is not sent in clear because somebody in between has cut the secure connection.
        "webcal" if user.is_some() => &["https"],
        "webcal" => &["https", "http"],
        other => return Err(format!("{other} is no scheme that feeds are read by")),
    };
    let mut outcome = Err("it is no URL".to_owned());
    for scheme in schemes {
        outcome = ask(&format!("{scheme}://{host}{path}"), user, before, settings);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn ask(
    url: &str,
    user: Option<&str>,
    before: Option<&Meta>,
    settings: &FetchSettings,
) -> Result<Had, String> {
    let agent = agent(url.starts_with("https"), settings)?;
    let mut request = agent.get(url).header(header::ACCEPT, "text/calendar, text/plain;q=0.8, */*;q=0.5");
    if let Some(user) = user {
        let credentials = decode_percent(user);
        let with_colon =
            if credentials.contains(&b':') { credentials } else { [&credentials[..], b":"].concat() };
        request = request.header(header::AUTHORIZATION, format!("Basic {}", base64(&with_colon)));
    }
    if let Some(etag) = before.and_then(|meta| meta.etag.as_ref()) {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(modified) = before.and_then(|meta| meta.last_modified.as_ref()) {
        request = request.header(header::IF_MODIFIED_SINCE, modified);
    }
    let response = request.call().map_err(|error| said(&error, settings.timeout))?;
    take(response, settings)
}

fn agent(secure: bool, settings: &FetchSettings) -> Result<Agent, String> {
    http_agent(secure, settings.timeout, settings.proxy.as_deref(), &settings.trust)
}

/// An HTTP client with the TLS that feeds are read with: for what else is to be told to a server. A status that is an
/// error is an answer; `secure`: without TLS it is of no use.
///
/// ```
/// use plokk_ical_io::{Trust, http_agent, http_error};
/// use std::time::Duration;
/// let timeout = Duration::from_secs(1);
/// let agent = http_agent(false, timeout, None, &Trust::Browsers)?;
/// let error = agent.get("http://127.0.0.1:1/sekret").call().expect_err("nobody listens there");
/// assert!(!http_error(&error, timeout).contains("sekret"));
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
///
/// When this machine cannot speak TLS, or knows nobody to trust, and `secure` asks for it, or the proxy's URL cannot be
/// understood.
pub fn http_agent(
    secure: bool,
    timeout: Duration,
    proxy: Option<&str>,
    trust: &Trust,
) -> Result<Agent, String> {
    let mut config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .user_agent(USER_AGENT)
        .http_status_as_error(false)
        // A server that closes the connection it said it would keep must not spoil a redirect.
        .max_idle_connections(0)
        .max_redirects(8)
        .max_redirects_will_error(true)
        .proxy(None);
    if let Some(proxy) = proxy {
        let proxy = Proxy::new(proxy).map_err(|_| "the proxy's URL cannot be understood".to_owned())?;
        config = config.proxy(Some(proxy));
    }
    let trusted = match trusted(trust) {
        Err(reason) if secure => return Err(reason),
        // A redirect to https is refused then.
        other => other.unwrap_or_else(|_| RootCerts::new_with_certs(&[])),
    };
    match tls::provider() {
        Ok(provider) => {
            let tls = TlsConfig::builder()
                .provider(TlsProvider::Rustls)
                .root_certs(trusted)
                .unversioned_rustls_crypto_provider(provider);
            config = config.tls_config(tls.build());
        }
        Err(reason) if secure => return Err(reason.to_owned()),
        // Nor may a redirect lead there.
        Err(_) => {}
    }
    Ok(config.build().new_agent())
}

fn trusted(trust: &Trust) -> Result<RootCerts, String> {
    Ok(match trust.certificates()? {
        None => RootCerts::WebPki,
        Some(all) => all.iter().map(|der| Certificate::from_der(der).to_owned()).into(),
    })
}

fn take(mut response: Response<Body>, settings: &FetchSettings) -> Result<Had, String> {
    let status = response.status();
    match status.as_u16() {
        200..=299 => {}
        304 => return Ok(Had::NotModified),
        401 | 403 => {
            return Err(format!("the server refuses it ({status}): are the address and password right?"));
        }
        404 | 410 => return Err(format!("the server has no such calendar ({status})")),
        _ => return Err(format!("the server answers {status}")),
    }
    let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (etag, last_modified) = (text(header::ETAG), text(header::LAST_MODIFIED));
    let html = text(header::CONTENT_TYPE).is_some_and(|kind| kind.to_ascii_lowercase().contains("html"));
    // The limit holds for what comes out of gzip, not for what goes in.
    let reader = response.body_mut().with_config().limit(u64::MAX).reader();
    let bytes = read_all(reader, settings.size_limit)?.map_err(|error| match error.get_ref() {
        Some(inner) => match inner.downcast_ref::<Error>() {
            Some(error) => said(error, settings.timeout),
            None => format!("the connection broke off ({})", error.kind()),
        },
        None => format!("the connection broke off ({})", error.kind()),
    })?;
    Ok(Had::Text(Fetched { bytes, parts: Vec::new(), etag, last_modified, html, folder: false }))
}

/// What went wrong, without the URL and what may be secret in it.
pub fn http_error(error: &Error, timeout: Duration) -> String {
    said(error, timeout)
}

fn said(error: &Error, timeout: Duration) -> String {
    match error {
        Error::Timeout(_) => format!("no answer within {} seconds", timeout.as_secs_f32()),
        Error::HostNotFound => "its host cannot be found".to_owned(),
        Error::ConnectionFailed => "no connection to its host".to_owned(),
        Error::Io(error) => {
            let inner = error.get_ref();
            if let Some(inner) = inner.and_then(|inner| inner.downcast_ref::<Error>()) {
                return said(inner, timeout);
            }
            match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(inner) => insecure(inner),
                None => format!("the connection failed ({})", error.kind()),
            }
        }
        Error::TooManyRedirects => "it redirects without end".to_owned(),
        Error::RedirectFailed => "it redirects to nowhere".to_owned(),
        Error::Tls(reason) => format!("no secure connection ({reason})"),
        Error::Rustls(error) => insecure(error),
        Error::BodyExceedsLimit(_) => "it is too long".to_owned(),
        Error::BadUri(_) | Error::Http(_) => "its address cannot be understood".to_owned(),
        Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => "the proxy cannot be used".to_owned(),
        Error::Decompress(kind, _) => format!("its {kind} cannot be unpacked"),
        _ => "the server does not speak HTTP as it should".to_owned(),
    }
}

/// Why there is no secure connection, and what can be done about it, where that is what an error of another library
/// is about.
pub fn tls_error(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = error.downcast_ref::<rustls::Error>();
        if let Some(found) = found.or_else(|| inner.and_then(|inner| inner.downcast_ref())) {
            return Some(insecure(found));
        }
        next = error.source();
    }
    None
}

/// Why there is no secure connection, and what can be done about it.
fn insecure(error: &rustls::Error) -> String {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    let rustls::Error::InvalidCertificate(reason) = error else {
        return format!("no secure connection ({error})");
    };
    let why = match reason {
        Expired | ExpiredContext { .. } => "it has expired".to_owned(),
        NotValidYet | NotValidYetContext { .. } => {
            "it is not valid yet (is this computer's clock right?)".to_owned()
        }
        NotValidForName | NotValidForNameContext { .. } => "it is another host's".to_owned(),
        other => format!(
            "it is not signed by anybody who is trusted ({other}); where it is your own server's, name a file with \
             the certificate of whoever signed it, in PEM form; commands take it from the environment variable SSL_CERT_FILE"
        ),
    };
    format!("no secure connection: the server's certificate cannot be trusted: {why}")
}

pub(crate) fn decode_percent(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = bytes.get(at + 1..at + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group =
            chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_encoded() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("mari:õ", "bWFyaTrDtQ==")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(decode_percent("a%40b%zz%"), b"a@b%zz%");
    }
}
