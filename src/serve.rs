//! The feed server: published calendars for those who have a token.
//!
//! | path | what |
//! |---|---|
//! | `/f/<token>/` | a page that says how to subscribe to what the token opens |
//! | `/f/<token>/<name>.ics` | a calendar |
//! | `/f/<token>/plan` | the plan, as a page |
//! | `/healthz`, `/metrics` | for those who look after the server |
//!
//! What a path names is looked up among the names of the desk that the token belongs to, never among
//! files. Whatever is wrong with a path or a token, the answer is the same 404.

mod answer;
mod desks;
mod listen;
mod metrics;
mod pages;
mod schedule;

pub(crate) use desks::{Desks, names};
pub(crate) use listen::{Limits, serve};
pub(crate) use metrics::Metrics;
pub(crate) use schedule::every_night;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// What the server knows.
pub(crate) struct Server {
    pub(crate) desks: Desks,
    pub(crate) metrics: Metrics,
    /// Where subscribers reach it, if that is said.
    pub(crate) url: Option<String>,
}

/// The whole server, without a socket.
pub(crate) fn app(server: Arc<Server>) -> Router {
    Router::new()
        .route("/f/{token}/{file}", get(file))
        .route("/f/{token}/", get(landing))
        .route("/f/{token}", get(landing))
        .route("/healthz", get(async || ([(header::CACHE_CONTROL, "no-store")], "ok\n")))
        .route("/metrics", get(metrics))
        .route("/robots.txt", get(async || "User-agent: *\nAllow: /\n"))
        .fallback(async |State(server): State<Arc<Server>>| missing(&server))
        .with_state(server)
}

/// A calendar, or the plan.
async fn file(
    State(server): State<Arc<Server>>,
    Path((token, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(pass) = server.desks.admit(&token) else { return missing(&server) };
    if file == "plan" {
        return match pass.plan().map(|page| pages::plan(&page)) {
            Some(page) => pages::respond(page),
            None => missing(&server),
        };
    }
    let found = file.strip_suffix(".ics").and_then(|name| pass.calendar(name));
    let Some(calendar) = found else { return missing(&server) };
    let answer = answer::calendar(&calendar, &headers);
    server.metrics.calendar(answer.status(), answer::length(&answer));
    answer
}

/// How to subscribe to what a token opens.
async fn landing(
    State(server): State<Arc<Server>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(pass) = server.desks.admit(&token) else { return missing(&server) };
    match pages::base(server.url.as_deref(), &headers) {
        Some(base) => pages::respond(pages::landing(&format!("{base}/f/{token}"), &pass.opened())),
        None => (StatusCode::BAD_REQUEST, "the Host of the request is none\n").into_response(),
    }
}

async fn metrics(State(server): State<Arc<Server>>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], server.metrics.text())
        .into_response()
}

/// There is nothing here, whatever the reason.
fn missing(server: &Server) -> Response {
    server.metrics.missing();
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "there is nothing here\n").into_response()
}

#[cfg(test)]
mod tests;
