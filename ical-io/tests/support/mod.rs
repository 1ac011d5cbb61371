//! A web server on loopback that misbehaves as told.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the server answers a path.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes as they are, then the connection closes.
    Raw(Vec<u8>),
    /// 200 with these headers and this body.
    Ok(Vec<(&'static str, String)>, Vec<u8>),
    /// Nothing for this long.
    Silence(Duration),
    /// 200, and a byte of body every so often.
    Drip(Duration),
    /// 200, and a body that goes on for as long as anybody reads.
    Endless,
}

/// The server. It runs until the test process ends.
pub(crate) struct Server {
    pub(crate) address: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("an address").to_string();
        let answers: Arc<Mutex<HashMap<String, Answer>>> = Arc::default();
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let server = Server { address, answers: Arc::clone(&answers), requests: Arc::clone(&requests) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, requests) = (Arc::clone(&answers), Arc::clone(&requests));
                std::thread::spawn(move || serve(stream, &answers, &requests));
            }
        });
        server
    }

    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.answers.lock().expect("no poison").insert(path.to_owned(), answer);
    }

    /// 200 with a calendar.
    pub(crate) fn calendar(&self, path: &str, text: &str) {
        self.answer(path, Answer::Ok(vec![("Content-Type", "text/calendar".into())], text.into()));
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no poison").clone()
    }
}

fn serve(mut stream: TcpStream, answers: &Mutex<HashMap<String, Answer>>, requests: &Mutex<Vec<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n > 0) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let target = head.split(' ').nth(1).unwrap_or_default();
    let path =
        target.split_once("://").map_or(target, |(_, rest)| &rest[rest.find('/').unwrap_or(rest.len())..]);
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let lower = head.to_ascii_lowercase();
    requests.lock().expect("no poison").push(head);
    let answer = answers.lock().expect("no poison").get(&path).cloned();
    // What the client thinks of it is the test's business, not the server's.
    let _ = match answer {
        None => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Some(Answer::Raw(bytes)) => stream.write_all(&bytes),
        Some(Answer::Silence(time)) => {
            std::thread::sleep(time);
            Ok(())
        }
        Some(Answer::Endless) => endless(&mut stream),
        Some(Answer::Drip(time)) => drip(&mut stream, time),
        Some(Answer::Ok(headers, body)) => {
            let etag =
                headers.iter().find(|(name, _)| *name == "ETag").map(|(_, value)| value.to_ascii_lowercase());
            if etag.is_some_and(|etag| lower.contains(&format!("if-none-match: {etag}"))) {
                stream.write_all(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
            } else {
                let mut out =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
                headers.iter().for_each(|(name, value)| out.push_str(&format!("{name}: {value}\r\n")));
                stream.write_all(&[out.as_bytes(), b"\r\n", &body].concat())
            }
        }
    };
    let _ = stream.shutdown(Shutdown::Both);
}

fn endless(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n")?;
    loop {
        stream.write_all(&b"X-NOTHING:and more of it\r\n".repeat(1000))?;
    }
}

fn drip(stream: &mut TcpStream, time: Duration) -> std::io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
    for _ in 0..1000 {
        stream.write_all(b"B")?;
        std::thread::sleep(time);
    }
    Ok(())
}
