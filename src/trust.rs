//! Whose certificates are believed: whom browsers trust, or who stands in the file that `SSL_CERT_FILE` names, as
//! OpenSSL, curl and others read it. It counts for feeds, webhooks, CalDAV and mail alike.

use plokk_ical_io::Trust;

/// Who may vouch for servers, by the environment.
pub(crate) fn trust() -> Trust {
    match std::env::var_os("SSL_CERT_FILE") {
        Some(file) if !file.is_empty() => Trust::File(file.into()),
        _ => Trust::Browsers,
    }
}
