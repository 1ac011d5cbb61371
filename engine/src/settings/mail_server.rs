//! The address of a mail server.

use super::reader::Cause;
use std::net::IpAddr;
use std::str::FromStr;

/// A mail server: `smtps://host:465` (TLS from the start), `smtp://host:587` (STARTTLS); without TLS only on this
/// computer, or not even there with `?tls=required` at its end.
///
/// ```
/// use plokk_engine::settings::MailServer;
/// let server = MailServer::parse("smtp://[::1]?tls=required").expect("it is an address");
/// assert_eq!((server.host.as_str(), server.port, server.is_secured()), ("::1", 587, true));
/// assert!(!MailServer::parse("smtp://localhost:2525").expect("it is an address").is_secured());
/// assert!(MailServer::parse("smtp://localhost:smtp").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    /// Whether TLS is spoken from the start (RFC 8314 section 3.3); otherwise it is asked for (RFC 3207).
    pub from_start: bool,
    /// Its name or IP address, without brackets.
    pub host: String,
    /// The port: as said, or 465 with TLS from the start, 587 without.
    pub port: u16,
    /// Whether TLS is asked for on this computer, too.
    pub tls_required: bool,
}

impl MailServer {
    /// Reads an address; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<MailServer> {
        let (from_start, rest) = match text.trim().strip_prefix("smtps://") {
            Some(rest) => (true, rest),
            None => (false, text.trim().strip_prefix("smtp://")?),
        };
        let wish = rest.strip_suffix("?tls=required");
        let rest = wish.unwrap_or(rest).trim_end_matches('/');
        if rest.contains(['@', '/', '?', '#', ' ']) {
            return None;
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, u16::from_str(port).ok()?),
            _ => (rest, if from_start { 465 } else { 587 }),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        (!host.is_empty()).then_some(MailServer { from_start, host, port, tls_required: wish.is_some() })
    }

    /// Whether mail goes to it over TLS: always, but to this computer, where nobody asked for it.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        let here = self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        !here || self.from_start || self.tls_required
    }
}

/// As the settings write it.
pub(super) fn server(text: &str) -> Result<MailServer, Cause> {
    let hint = "write \"smtps://host:465\", \"smtp://host:587\" or \"smtp://host:587?tls=required\"; user and password stand in keys of their own";
    MailServer::parse(text).ok_or_else(|| Cause::hinted("is no mail server", hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_servers_are_checked_with_what_is_asked_of_them() {
        for (good, port, secured) in [
            ("smtps://mx:465", 465, true),
            ("smtps://localhost", 465, true),
            ("smtp://mx", 587, true),
            ("smtp://[::1]:2525", 2525, false),
            ("smtp://127.0.0.1:25/", 25, false),
            ("smtp://localhost:587?tls=required", 587, true),
        ] {
            let server = server(good).unwrap_or_else(|_| panic!("{good}"));
            assert_eq!((server.port, server.is_secured()), (port, secured), "{good}");
        }
        for bad in [
            "mx",
            "smtp://",
            "smtp://:25",
            "smtp://mx:smtp",
            "smtp://mx:99999",
            "smtp://mari@mx",
            "smtp://?tls=required",
            "smtp://mx?tls=no",
            "smtp://mx?tls=required?tls=required",
        ] {
            assert!(server(bad).is_err(), "{bad}");
        }
    }
}
