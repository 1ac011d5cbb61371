//! Who is told what a night has changed: webhooks and mail, by real servers.

use crate::outside::{Running, port, program, wait_for};
use crate::support::{Desk, MONDAY};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

/// A server that answers every request with this status line; what is posted comes out of the channel.
fn hook(status: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let (sender, posted) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { break };
            let mut reader = BufReader::new(stream);
            let mut length = 0;
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                line.clear();
            }
            let mut body = vec![0; length];
            let _ = reader.read_exact(&mut body);
            let _ = reader.get_mut().write_all(
                format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
            );
            if sender.send(String::from_utf8_lossy(&body).into_owned()).is_err() {
                break;
            }
        }
    });
    (address, posted)
}

#[test]
fn a_chat_is_told_what_has_changed_and_nothing_where_nothing_has() {
    let desk = Desk::new();
    let (address, posted) = hook("200 OK");
    desk.settings(&format!("[notify]\nwebhook = \"http://{address}/services/sekret\"\n"));
    let run = desk.night(MONDAY, &[]).expect(0);
    assert!(!format!("{run:?}").contains("sekret"));
    let first: serde_json::Value = serde_json::from_str(&posted.recv().expect("it is posted")).expect("JSON");
    assert!(first["text"].as_str().is_some_and(|text| text.contains("The first plan: ")), "{first}");
    desk.night(MONDAY, &[]).expect(0);
    desk.meet_at("post");
    desk.night(MONDAY, &["--dry-run"]).expect(0);
    desk.night(MONDAY, &[]).expect(0);
    let second: serde_json::Value =
        serde_json::from_str(&posted.recv().expect("it is posted")).expect("JSON");
    let text = second["text"].as_str().expect("a text");
    assert!(text.contains("moved Work post from ") && text.contains("Acme Pty Ltd"), "{text}");
    assert!(posted.try_recv().is_err(), "nothing else was posted");
    desk.settings(&format!(
        "[notify]\nwhen = \"always\"\nstyle = \"teams\"\nwebhook = \"http://{address}/x\"\n"
    ));
    desk.night(MONDAY, &[]).expect(0);
    let card: serde_json::Value = serde_json::from_str(&posted.recv().expect("it is posted")).expect("JSON");
    assert_eq!(card["attachments"][0]["content"]["type"], "AdaptiveCard");
}

#[test]
fn a_chat_that_refuses_costs_the_message_and_not_the_plan() {
    let desk = Desk::new();
    let (address, _posted) = hook("403 Forbidden");
    desk.write(".webhook", &format!("http://{address}/services/sekret\nmore\n"));
    desk.settings("[notify]\nwebhook = \"file:.webhook\"\n");
    let run = desk.night(MONDAY, &[]).expect(2);
    assert!(run.err.contains("notify.webhook: the server answers 403"), "{}", run.err);
    assert!(!format!("{run:?}").contains("sekret"), "{run:?}");
    assert!(desk.path().join("calendars/mari.ics").exists());
    desk.settings("[notify]\nwebhook = \"env:NO_SUCH_VARIABLE\"\nwhen = \"always\"\n");
    let run = desk.night(MONDAY, &[]).expect(2);
    assert!(run.err.contains("the environment variable NO_SUCH_VARIABLE is not set"), "{}", run.err);
}

#[test]
fn a_mail_says_what_has_changed() {
    let Some(aiosmtpd) = program("aiosmtpd") else { return };
    let desk = Desk::new();
    let (port, mails) = (port(), desk.path().join("mails"));
    // Its Maildir must have its three folders.
    for folder in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(mails.join(folder)).expect("it can be made");
    }
    let listen = format!("127.0.0.1:{port}");
    let _server = Running::start(
        Command::new(aiosmtpd).args(["-n", "-l", &listen, "-c", "aiosmtpd.handlers.Mailbox"]).arg(&mails),
    );
    wait_for(port);
    desk.settings(&format!(
        "[notify.mail]\nto = [\"Mari <mari@example.org>\"]\nfrom = \"plokk@example.org\"\nserver = \"smtp://127.0.0.1:{port}\"\n"
    ));
    desk.night(MONDAY, &[]).expect(0);
    desk.night(MONDAY, &[]).expect(0);
    desk.meet_at("post");
    desk.night(MONDAY, &[]).expect(0);
    let mut texts: Vec<String> = std::fs::read_dir(mails.join("new"))
        .expect("it is there")
        .map(|mail| std::fs::read_to_string(mail.expect("a mail").path()).expect("it is text"))
        .collect();
    texts.sort_by_key(|text| !text.contains("the first plan"));
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(
        texts[0].contains("mari@example.org") && texts[0].contains("From: plokk@example.org"),
        "{}",
        texts[0]
    );
    // Lines are soft-wrapped in transit.
    let unwrapped = texts[1].replace("=\n", "").replace("=\r\n", "");
    assert!(unwrapped.contains("moved Work post from "), "{unwrapped}");
}

#[test]
fn a_mail_server_that_repeats_the_password_does_not_get_it_printed() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let mut reader = BufReader::new(stream);
        let mut asked = String::new();
        reader.get_mut().write_all(b"220 here\r\n").expect("it listens");
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|n| n > 0) {
            let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => "250-here\r\n250 AUTH PLAIN LOGIN\r\n".to_owned(),
                "AUTH" => format!("535 5.7.8 wrong: sekret {}\r\n", line.trim()),
                "QUIT" => break,
                _ => "250 well\r\n".to_owned(),
            };
            asked.push_str(&line);
            let _ = reader.get_mut().write_all(answer.as_bytes());
            line.clear();
        }
        asked
    });
    let desk = Desk::new();
    desk.settings(&format!(
        "[notify.mail]\nto = \"mari@example.org\"\nfrom = \"plokk@example.org\"\nserver = \"smtp://{address}\"\nuser = \"mari\"\npassword = \"sekret\"\n"
    ));
    let run = desk.night(MONDAY, &[]).expect(2);
    assert!(run.err.contains("notify.mail: the server refuses it"), "{}", run.err);
    let asked = server.join().expect("it ends");
    assert!(asked.contains("AUTH PLAIN "), "{asked}");
    // What stands for the password on the wire.
    let told = asked.split_whitespace().find(|word| word.len() > 8 && word.starts_with("AG")).unwrap_or("?");
    assert!(!format!("{run:?}").contains("sekret") && !format!("{run:?}").contains(told), "{run:?}");
}
