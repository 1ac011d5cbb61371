//! Feeds over TLS, from real servers: whose certificates are believed.

use super::{calendar, fetch, fetch_at, now, reason, settings};
use crate::support::Server;
use plokk_ical_io::{FeedState, FetchSettings, Trust};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// A server with this certificate, on real TLS connections, that answers every request with a calendar; its port.
fn secure_server(certificates: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> u16 {
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls_graviola::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions that the cryptography has")
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .expect("a certificate and its key");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let port = listener.local_addr().expect("an address").port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut reader = BufReader::new(rustls::StreamOwned::new(tls, stream));
            let mut line = String::new();
            // A client hangs up when it does not like the certificate.
            while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
                line.clear();
            }
            if line == "\r\n" {
                let text = calendar(3, "x");
                let head =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", text.len());
                let _ = reader.get_mut().write_all((head + &text).as_bytes());
                reader.get_mut().conn.send_close_notify();
                let _ = reader.get_mut().flush();
            }
        }
    });
    port
}

/// The tests' own key and a certificate for it.
fn ours(certificate: &str) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let certificate = CertificateDer::from_pem_file(folder.join(certificate)).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).expect("a key");
    (vec![certificate], key)
}

fn trusting(file: &Path) -> FetchSettings {
    FetchSettings { trust: Trust::File(file.to_owned()), ..settings() }
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let certificate = CertificateDer::from(include_bytes!("../tls/self-signed.der").to_vec());
    let key = PrivatePkcs8KeyDer::from(include_bytes!("../tls/key.der").to_vec());
    let port = secure_server(vec![certificate], key.into());
    let store = TempDir::new().expect("a folder");
    let feed = fetch(&format!("https://mari:s3cret@localhost:{port}/mari.ics"), &store);
    let reason = reason(&feed);
    assert!(reason.contains("certificate cannot be trusted"), "{reason}");
    assert!(reason.contains("name a file with the certificate of whoever signed it"), "{reason}");
    assert!(!format!("{feed:?}").contains("s3cret"));
}

#[test]
fn a_certificate_is_believed_that_the_file_of_trusted_ones_vouches_for() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tls");
    let (certificates, key) = ours("server.pem");
    let port = secure_server(certificates, key);
    let get = |url: String, settings: &FetchSettings| {
        let store = TempDir::new().expect("a folder");
        fetch_at(&url, store.path(), now(), settings)
    };
    let url = |host: &str| format!("https://{host}:{port}/mari.ics");
    let own = trusting(&folder.join("ca.pem"));
    for host in ["localhost", "127.0.0.1"] {
        let feed = get(url(host), &own);
        assert_eq!(feed.state, FeedState::Fresh, "{host}");
        assert_eq!(feed.read().expect("text").calendar.components().len(), 3);
    }
    let without = reason(&get(url("localhost"), &settings()));
    assert!(without.contains("signed by anybody who is trusted (UnknownIssuer)"), "{without}");
    let missing = reason(&get(url("localhost"), &trusting(&folder.join("none.pem"))));
    assert!(
        missing.contains("the file of trusted certificates") && missing.contains("none.pem"),
        "{missing}"
    );
    // A feed without TLS asks for no file.
    let (server, none) = (Server::start(), trusting(&folder.join("none.pem")));
    server.calendar("/mari.ics", &calendar(1, "x"));
    assert_eq!(get(server.url("/mari.ics"), &none).state, FeedState::Fresh);
    // Vouched for, but another host's.
    let (certificates, key) = ours("elsewhere.pem");
    let port = secure_server(certificates, key);
    let elsewhere = reason(&get(format!("https://localhost:{port}/mari.ics"), &own));
    assert!(elsewhere.contains("it is another host's"), "{elsewhere}");
}
