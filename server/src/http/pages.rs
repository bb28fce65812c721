//! The few pages that the server writes by itself, without scripts.

use super::words::{Words, for_reader};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

const STYLE: &str = include_str!("page.css");

/// The style of these pages.
pub(super) async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "public, max-age=3600")], STYLE).into_response()
}

/// Somebody came without a link.
pub(super) fn without_link(headers: &HeaderMap, public_url: &str) -> Response {
    let words = for_reader(headers);
    let how = format!("curl -X POST {public_url}/api/spaces -H 'Authorization: Bearer TOKEN' -d '{{\"name\": \"…\"}}'");
    let body = format!(
        "<p>{}</p><h2>{}</h2><p>{}</p><pre>{}</pre>",
        words.need_link,
        words.host_title,
        words.host_how,
        escape(&how)
    );
    page(StatusCode::OK, words, words.welcome, &body)
}

/// The link leads to no space.
pub(super) fn no_such_space(headers: &HeaderMap) -> Response {
    let words = for_reader(headers);
    page(StatusCode::NOT_FOUND, words, words.no_space_title, &format!("<p>{}</p>", words.no_space))
}

/// The address leads to nothing.
pub(super) fn no_such_page(headers: &HeaderMap) -> Response {
    let words = for_reader(headers);
    page(StatusCode::NOT_FOUND, words, words.no_page_title, &format!("<p>{}</p>", words.need_link))
}

/// The server is just stopping.
pub(super) fn unavailable(headers: &HeaderMap) -> Response {
    let words = for_reader(headers);
    page(StatusCode::SERVICE_UNAVAILABLE, words, words.stops_title, &format!("<p>{}</p>", words.stops))
}

/// The program was built without the web app. This is for who built it, so it is in English alone.
pub(super) fn not_built(reason: &str) -> Response {
    let words = &super::words::ENGLISH;
    let body = format!(
        "<p>This server was built without its web app: {}.</p><p>Install Node 20.19 or newer and build again with \
         <code>cargo build --release</code>. The native guest, <code>torg-guest</code>, can come in without it.</p>",
        escape(reason)
    );
    page(StatusCode::NOT_IMPLEMENTED, words, "The web app is not here", &body)
}

fn page(status: StatusCode, words: &Words, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title} – Torg</title>\n<link rel=\"stylesheet\" \
         href=\"/page.css\">\n<link rel=\"icon\" href=\"data:,\">\n</head>\n<body>\n<main>\n<p \
         class=\"brand\">Torg</p>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n",
        words.language
    );
    let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CACHE_CONTROL, "no-store"), (VARY, "accept-language")];
    (status, headers, html).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
