//! A mail by SMTP (RFC 5321), with TLS: from the start (RFC 8314) or by STARTTLS (RFC 3207). Without it
//! only to a server on this machine, unless `?tls=required` asks for it there, too.

use lettre::message::{Mailbox, Message, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};
use plokk_engine::Changes;
use plokk_engine::settings::MailSettings;
use plokk_ical_io::Trust;
use std::time::Duration;

/// How long the server may take for each answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends what has changed.
///
/// # Errors
///
/// Why it was not sent, without the password.
pub(super) fn send(
    settings: &MailSettings,
    password: Option<String>,
    desk: &str,
    changes: &Changes,
) -> Result<(), String> {
    let message = message(settings, desk, changes)?;
    let transport = transport(settings, password, &crate::trust::trust())?;
    transport.send(&message).map(drop).map_err(|error| said(&error))
}

/// What went wrong, and at whose end. A server's own words are not repeated: they may hold what it was told.
fn said(error: &lettre::transport::smtp::Error) -> String {
    if let Some(reason) = plokk_ical_io::tls_error(error) {
        return reason;
    }
    let code = error.status().map(|code| format!(" ({code})")).unwrap_or_default();
    let what = if error.is_permanent() {
        "the server refuses it; are user, password and addresses right?"
    } else if error.is_transient() {
        "the server cannot take it now"
    } else if error.is_timeout() {
        "the server does not answer in time"
    } else if error.is_tls() {
        "no secure connection to the server"
    } else if error.is_response() || error.is_client() {
        "the server does not speak SMTP as it should, or not what is asked of it"
    } else {
        "no connection to the server"
    };
    format!("{what}{code}")
}

fn message(settings: &MailSettings, desk: &str, changes: &Changes) -> Result<Message, String> {
    let mailbox = |address: &String| {
        address.parse::<Mailbox>().map_err(|_| format!("{address:?} is no address that mail can go to"))
    };
    let mut builder = Message::builder().from(mailbox(&settings.from)?);
    for address in &settings.to {
        builder = builder.to(mailbox(address)?);
    }
    builder
        .subject(format!("Plokk, {desk}: {}", changes.headline()))
        .header(ContentType::TEXT_PLAIN)
        .body(changes.to_text())
        .map_err(|error| format!("the mail cannot be written: {error}"))
}

fn transport(
    settings: &MailSettings,
    password: Option<String>,
    trust: &Trust,
) -> Result<SmtpTransport, String> {
    let server = &settings.server;
    let tls = match (server.is_secured(), server.from_start) {
        (false, _) => Tls::None,
        (true, true) => Tls::Wrapper(secure(&server.host, trust)?),
        (true, false) => Tls::Required(secure(&server.host, trust)?),
    };
    let mut builder =
        SmtpTransport::builder_dangerous(&server.host).port(server.port).tls(tls).timeout(Some(TIMEOUT));
    if let Some(user) = &settings.user {
        builder = builder.credentials(Credentials::new(user.clone(), password.unwrap_or_default()));
    }
    Ok(builder.build())
}

/// How TLS is spoken with a server of that name.
fn secure(host: &str, trust: &Trust) -> Result<TlsParameters, String> {
    plokk_ical_io::install_tls()?;
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(certificates) = trust.certificates()? {
        builder = builder.certificate_store(CertificateStore::None);
        for der in certificates {
            let certificate = Certificate::from_der(der).map_err(|error| error.to_string())?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build_rustls().map_err(|error| format!("no secure connection can be prepared: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plokk_engine::settings::MailServer;

    fn settings(server: &str) -> MailSettings {
        MailSettings {
            to: vec!["Mari <mari@example.org>".into()],
            from: "plokk@example.org".into(),
            server: MailServer::parse(server).expect("it is the address of a mail server"),
            user: Some("mari".into()),
            password: None,
        }
    }

    fn changes() -> Changes {
        let at = "2026-10-20T03:00:00+03:00".parse().expect("a time");
        Changes { at, first: true, blocks: 3, clients: Vec::new() }
    }

    #[test]
    fn a_mail_says_what_has_changed() {
        let message =
            message(&settings("smtp://localhost"), "office", &changes()).expect("it can be written");
        let text = String::from_utf8(message.formatted()).expect("it is text");
        assert!(text.contains("Subject: Plokk, office: the first plan: 3 blocks"), "{text}");
        assert!(
            text.contains("To: Mari <mari@example.org>") || text.contains("To: \"Mari\" <mari@example.org>"),
            "{text}"
        );
    }
}
