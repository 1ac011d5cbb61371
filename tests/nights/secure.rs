//! Mail, chats and CalDAV over real TLS, with certificates that somebody of the user's own vouches for.

use crate::outside::{Running, port, program, wait_for};
use crate::support::{Desk, MONDAY, Run, command};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// A file of `ical-io/tests/tls`, whose `make.py` says what they are.
pub(crate) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("ical-io/tests/tls").join(name)
}

/// A night where that file says whose certificates are believed; none: whom browsers trust.
fn night(desk: &Desk, trusted: Option<&str>) -> Run {
    let mut command = command();
    command.args(["nightly", "--desk", desk.text(), "--now", MONDAY, "--effort", "0.02"]);
    match trusted {
        Some(name) => command.env("SSL_CERT_FILE", file(name)),
        None => command.env_remove("SSL_CERT_FILE"),
    };
    command.output().expect("the command is built").into()
}

/// A mail server that takes mail only over TLS and from `mari` with her password, and puts it into files.
const MAIL_SERVER: &str = r#"
import ssl, sys, threading
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
way, port, certificate, key, folder = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
class Keep:
    count = 0
    async def handle_DATA(self, server, session, envelope):
        assert session.authenticated
        Keep.count += 1
        # Between TLS and the mail, whatever way it came.
        version = server.transport.get_extra_info("ssl_object").version()
        with open(f"{folder}/{Keep.count}", "w") as file:
            file.write(version + "\n" + envelope.content.decode())
        return "250 kept"
def known(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"mari", b"sekret"))
more = {"authenticator": known, "auth_required": True}
if way == "starttls":
    more |= {"tls_context": context, "require_starttls": True}
else:
    more |= {"ssl_context": context, "auth_require_tls": False}
Controller(Keep(), hostname="127.0.0.1", port=int(port), server_hostname="localhost", **more).start()
threading.Event().wait()
"#;

/// Runs a mail server and tells a desk of it; `way`: `starttls` or `implicit`.
fn mail_server(desk: &Desk, way: &str, certificate: &str) -> Option<Running> {
    let (python, port) = (program("python")?, port());
    let mails = desk.path().join("mails");
    std::fs::create_dir_all(&mails).expect("it can be made");
    let mut server = Command::new(python);
    server.args(["-c", MAIL_SERVER, way, &port.to_string()]).arg(file(certificate));
    let running = Running::start(server.arg(file("server.key")).arg(&mails));
    // It is a moment between its port and its TLS.
    wait_for(port);
    let address = match way {
        "starttls" => format!("smtp://localhost:{port}?tls=required"),
        _ => format!("smtps://localhost:{port}"),
    };
    desk.settings(&format!(
        "[notify]\nwhen = \"always\"\n[notify.mail]\nto = \"mari@example.org\"\nfrom = \"plokk@example.org\"\n\
         server = \"{address}\"\nuser = \"mari\"\npassword = \"sekret\"\n"
    ));
    Some(running)
}

fn mails(desk: &Desk) -> Vec<String> {
    let mails = std::fs::read_dir(desk.path().join("mails")).expect("it is there");
    mails.map(|mail| std::fs::read_to_string(mail.expect("a mail").path()).expect("it is text")).collect()
}

#[test]
fn a_mail_goes_over_tls_to_a_server_that_the_users_own_authority_vouches_for() {
    for way in ["starttls", "implicit"] {
        let desk = Desk::new();
        let Some(_server) = mail_server(&desk, way, "server.pem") else { return };
        let refused = night(&desk, None).expect(2);
        assert!(refused.err.contains("notify.mail: no secure connection"), "{way}: {}", refused.err);
        assert!(refused.err.contains("the environment variable SSL_CERT_FILE"), "{way}: {}", refused.err);
        assert!(mails(&desk).is_empty(), "{way}");
        assert!(desk.path().join("calendars/mari.ics").exists(), "{way}: the plan is published");
        night(&desk, Some("ca.pem")).expect(0);
        let told = mails(&desk);
        assert!(told.len() == 1 && told[0].starts_with("TLSv1."), "{way}: {told:#?}");
        assert!(told[0].contains("To: mari@example.org"), "{way}: {told:#?}");
    }
}

#[test]
fn a_mail_is_not_given_to_another_host_and_a_wrong_file_is_told() {
    for way in ["starttls", "implicit"] {
        let desk = Desk::new();
        let Some(_server) = mail_server(&desk, way, "elsewhere.pem") else { return };
        let refused = night(&desk, Some("ca.pem")).expect(2);
        assert!(refused.err.contains("it is another host's"), "{way}: {}", refused.err);
        for (wrong, what) in [("none.pem", "cannot be read"), ("server.key", "holds no certificate")] {
            let refused = night(&desk, Some(wrong)).expect(2);
            assert!(refused.err.contains(what) && refused.err.contains(wrong), "{way}: {}", refused.err);
        }
        assert!(mails(&desk).is_empty(), "{way}");
    }
}

#[test]
fn a_mail_server_without_tls_gets_nothing_where_tls_is_required() {
    let Some(aiosmtpd) = program("aiosmtpd") else { return };
    let (desk, port) = (Desk::new(), port());
    let listen = format!("127.0.0.1:{port}");
    let _server = Running::start(Command::new(aiosmtpd).args(["-n", "-l", &listen]));
    wait_for(port);
    let mail = |wish: &str| {
        desk.settings(&format!(
            "[notify]\nwhen = \"always\"\n[notify.mail]\nto = \"mari@example.org\"\nfrom = \"plokk@example.org\"\n\
             server = \"smtp://localhost:{port}{wish}\"\n"
        ));
        night(&desk, Some("ca.pem"))
    };
    let refused = mail("?tls=required").expect(2);
    assert!(
        refused.err.contains("notify.mail: the server does not speak SMTP as it should"),
        "{}",
        refused.err
    );
    mail("").expect(0);
}

/// An https server that answers every request with 200; what is posted comes out of the channel.
fn hook(certificate: &str) -> (u16, Receiver<String>) {
    plokk_ical_io::install_tls().expect("this machine speaks TLS");
    let certificate = CertificateDer::from_pem_file(file(certificate)).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("a key");
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![certificate], key).expect("they belong together"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let (sender, posted) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let tls = rustls::ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut reader = BufReader::new(rustls::StreamOwned::new(tls, stream));
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                line.clear();
            }
            let mut body = vec![0; length];
            if length == 0 || reader.read_exact(&mut body).is_err() {
                continue;
            }
            let _ = reader
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = sender.send(String::from_utf8_lossy(&body).into_owned());
        }
    });
    (port, posted)
}

#[test]
fn a_chat_over_https_is_told_where_its_certificate_is_believed() {
    let desk = Desk::new();
    let (port, posted) = hook("server.pem");
    let tell = |port| {
        desk.settings(&format!(
            "[notify]\nwhen = \"always\"\nwebhook = \"https://localhost:{port}/services/sekret\"\n"
        ));
    };
    tell(port);
    let refused = night(&desk, None).expect(2);
    assert!(refused.err.contains("notify.webhook: no secure connection"), "{}", refused.err);
    assert!(refused.err.contains("SSL_CERT_FILE") && !refused.err.contains("sekret"), "{}", refused.err);
    assert!(posted.try_recv().is_err(), "nothing was posted");
    night(&desk, Some("ca.pem")).expect(0);
    assert!(posted.recv().is_ok_and(|text| text.starts_with("{\"text\":")));
    let (elsewhere, posted) = hook("elsewhere.pem");
    tell(elsewhere);
    let refused = night(&desk, Some("ca.pem")).expect(2);
    assert!(refused.err.contains("it is another host's"), "{}", refused.err);
    assert!(posted.try_recv().is_err(), "nothing was posted");
}

#[test]
fn blocks_are_put_over_https_where_the_certificate_is_believed() {
    let Some(radicale) = program("radicale") else { return };
    let (desk, port) = (Desk::new(), port());
    let store = desk.path().join("store");
    // Radicale knows a collection by this file.
    let collection = store.join("collection-root/mari/plokk");
    std::fs::create_dir_all(&collection).expect("it can be made");
    std::fs::write(collection.join(".Radicale.props"), "{\"tag\": \"VCALENDAR\"}")
        .expect("it can be written");
    let _server = Running::start(
        Command::new(radicale)
            .arg("--server-hosts")
            .arg(format!("127.0.0.1:{port}"))
            .args(["--auth-type", "none", "--server-ssl", "--server-certificate"])
            .arg(file("server.pem"))
            .arg("--server-key")
            .arg(file("server.key"))
            .arg("--storage-filesystem-folder")
            .arg(&store),
    );
    wait_for(port);
    desk.settings(&format!("[[publish.caldav]]\nurl = \"https://localhost:{port}/mari/plokk/\"\nuser = \"mari\"\npassword = \"x\"\n"));
    let refused = night(&desk, None).expect(2);
    assert!(refused.err.contains("SSL_CERT_FILE"), "{}", refused.err);
    let put = || {
        let entries = std::fs::read_dir(&collection).expect("it is there").flatten();
        entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "ics")).count()
    };
    assert_eq!(put(), 0);
    night(&desk, Some("ca.pem")).expect(0);
    assert!(put() > 0);
}
