//! Sockets: how many, for how long, and how the server ends.

use super::metrics::Metrics;
use super::{Server, app};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, Sleep};

/// The longest head of a request, in bytes, and the most headers in it.
const MOST_HEAD: usize = 16 << 10;
const MOST_HEADERS: usize = 64;
/// When it ends, the server waits so long for answers that are on their way.
const FAREWELL: Duration = Duration::from_secs(10);

/// What the server bears.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at one time.
    pub(crate) connections: u32,
    /// How long nothing may move on a connection.
    pub(crate) patience: Duration,
}

/// Serves until `ends` says so; then no new connections are taken, and those that are open end with the
/// answers they are at.
pub(crate) async fn serve(
    listener: TcpListener,
    server: Arc<Server>,
    limits: Limits,
    mut ends: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(limits.connections as usize));
    let service = TowerToHyperService::new(app(Arc::clone(&server)));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ended(&mut ends) => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: some will be free again.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            server.metrics.refused();
            continue;
        };
        let (service, server, ends) = (service.clone(), Arc::clone(&server), ends.clone());
        tokio::spawn(async move {
            connection(stream, service, limits.patience, ends, &server.metrics).await;
            drop(place);
        });
    }
    drop(listener);
    // All places are free when every connection has ended.
    let _ = tokio::time::timeout(FAREWELL, room.acquire_many(limits.connections)).await;
}

/// Waits until the server is to end; it also is when nobody is left to say so.
async fn ended(ends: &mut watch::Receiver<bool>) {
    let _ = ends.wait_for(|ends| *ends).await;
}

/// One connection, until it ends.
async fn connection(
    stream: TcpStream,
    service: TowerToHyperService<axum::Router>,
    patience: Duration,
    mut ends: watch::Receiver<bool>,
    metrics: &Metrics,
) {
    metrics.connection(1);
    // Answers are small and whole.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(MOST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(Patient::new(stream, patience)), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // What a reader does wrong is its own loss.
        _ = connection.as_mut() => {}
        () = ended(&mut ends) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
    metrics.connection(-1);
}

/// A stream that gives up when nothing has moved on it for so long.
struct Patient {
    stream: TcpStream,
    patience: Duration,
    deadline: Pin<Box<Sleep>>,
}

impl Patient {
    fn new(stream: TcpStream, patience: Duration) -> Patient {
        Patient { stream, patience, deadline: Box::pin(tokio::time::sleep(patience)) }
    }

    /// Hands on what came of an attempt, unless it is too long ago that one came to anything.
    fn patiently<T>(&mut self, context: &mut Context<'_>, tried: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match tried {
            Poll::Pending if self.deadline.as_mut().poll(context).is_ready() => {
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
            ready => {
                let next = Instant::now() + self.patience;
                self.deadline.as_mut().reset(next);
                ready
            }
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.patiently(context, tried)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.patiently(context, tried)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.patiently(context, tried)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
